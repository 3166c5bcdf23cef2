"""The cards and bank accounts to try first, as the pages list them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TestCard:
    """A number, grouped as on the card, and what it does in a few words (by language)."""

    __test__ = False  # a word of this domain, not one of pytest's

    number: str
    does: dict[str, str]


TEST_CARDS: Final = (
    TestCard("4242 4242 4242 4242", {
        "en": "Succeeds", "de": "Erfolg", "fr": "Réussit", "es": "Funciona", "ja": "成功",
    }),
    TestCard("4000 0027 6000 3184", {
        "en": "3-D Secure", "de": "3-D Secure", "fr": "3-D Secure", "es": "3-D Secure", "ja": "3-D セキュア",
    }),
    TestCard("4000 0000 0000 0002", {
        "en": "Declined", "de": "Abgelehnt", "fr": "Refusée", "es": "Rechazada", "ja": "拒否",
    }),
    TestCard("4000 0000 0000 9995", {
        "en": "Insufficient funds", "de": "Nicht gedeckt", "fr": "Fonds insuffisants", "es": "Sin fondos",
        "ja": "残高不足",
    }),
    TestCard("4000 0000 0000 0069", {
        "en": "Expired", "de": "Abgelaufen", "fr": "Expirée", "es": "Caducada", "ja": "期限切れ",
    }),
    TestCard("4000 0000 0000 0127", {
        "en": "Wrong CVC", "de": "Falsche Prüfziffer", "fr": "CVC incorrect", "es": "CVC incorrecto",
        "ja": "CVC エラー",
    }),
)  # fmt: skip

# By kind of payment method: number to type, whether the debit works.
TEST_ACCOUNTS: Final = {
    "sepa_debit": (("AT61 1904 3002 3457 3201", True), ("AT86 1904 3002 3547 3202", False)),
    "us_bank_account": (("110000000", None), ("000123456789", True), ("000111111116", False)),
}
