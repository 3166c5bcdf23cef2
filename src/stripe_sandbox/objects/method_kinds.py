"""The kinds of payment method: which fit a payment, and what those that are no cards do.

A method that is no card has the private fact `ends`: how a debit of its bank account ends, or null.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from stripe_sandbox.behaviour import GOOD, Behaviour, Delay, Disputed
from stripe_sandbox.defaults import Obj

QUICK_SECONDS = 3.0
SLOW_SECONDS = 200.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `currencies` of None: all. `usages`: which `setup_future_usage` it can serve."""

    does: Behaviour
    currencies: frozenset[str] | None = None
    usages: tuple[str, ...] = ("off_session",)


_REDIRECT = Behaviour(
    authentication="always", redirects=True, attachable=False, refund="pending", risk=("not_assessed", None)
)
_DEBIT = Behaviour(
    delay=Delay(QUICK_SECONDS), manual_capture=False, refund="pending", risk=("not_assessed", None)
)
_BOTH = ("off_session", "on_session")
_EUROPE = ("eur", "gbp", "chf", "czk", "dkk", "nok", "pln", "sek")

# In the order in which they are offered.
KINDS: dict[str, Kind] = {
    "card": Kind(GOOD, usages=_BOTH),
    "link": Kind(GOOD, usages=_BOTH),
    "amazon_pay": Kind(_REDIRECT, frozenset(["usd"])),
    "klarna": Kind(_REDIRECT, frozenset([*_EUROPE, "usd", "aud", "cad", "nzd", "ron"]), _BOTH),
    "paypal": Kind(_REDIRECT, frozenset([*_EUROPE, "usd", "aud", "cad", "hkd", "nzd", "sgd"])),
    "us_bank_account": Kind(_DEBIT, frozenset(["usd"]), _BOTH),
    "ideal": Kind(replace(_REDIRECT, manual_capture=False, reusable=False), frozenset(["eur"])),
    "sepa_debit": Kind(_DEBIT, frozenset(["eur"]), _BOTH),
}

# What becomes of a bank debit, by the ending of its account.
_ENDINGS: dict[str, Behaviour] = {
    "success": _DEBIT,
    "successdelayed": replace(_DEBIT, delay=Delay(SLOW_SECONDS)),
    "failed": replace(_DEBIT, delay=Delay(QUICK_SECONDS, "incorrect_account_holder_name")),
    "faileddelayed": replace(_DEBIT, delay=Delay(SLOW_SECONDS, "incorrect_account_holder_name")),
    "insufficientfunds": replace(_DEBIT, delay=Delay(QUICK_SECONDS, "insufficient_funds")),
    "debitnotauthorized": replace(_DEBIT, delay=Delay(QUICK_SECONDS, "debit_not_authorized")),
    "accountclosed": replace(_DEBIT, delay=Delay(QUICK_SECONDS, "account_closed")),
    "noaccount": replace(_DEBIT, delay=Delay(QUICK_SECONDS, "no_account")),
    "processing": replace(_DEBIT, delay=Delay(None)),
    "dispute": replace(_DEBIT, dispute=Disputed("debit_not_authorized")),
    "disputed": replace(_DEBIT, dispute=Disputed("debit_not_authorized")),
}


def offered(
    currency: str | None,
    *,
    manual: bool = False,
    usage: str | None = None,
    redirects: bool = True,
    allowed: Iterable[str] | None = None,
    excluded: Iterable[str] = (),
) -> list[str]:
    """The kinds that fit: `currency` (None for a SetupIntent), capture by hand, `setup_future_usage`.

    `redirects` of False leaves out what sends the customer to another page. Of `allowed`, what does not fit
    is dropped without a word.
    """
    left_out, wanted = set(excluded), None if allowed is None else set(allowed)
    return [
        name
        for name, kind in KINDS.items()
        if name not in left_out
        and (wanted is None or name in wanted)
        and (currency is None or kind.currencies is None or currency in kind.currencies)
        and (kind.does.manual_capture or not manual)
        and (usage is None or usage in kind.usages)
        and (redirects or not kind.does.redirects)
    ]


def behaviour(method: Obj) -> Behaviour:
    """What a method that is no card does. Once the customer agreed to further payments, no page asks again."""
    facts = method["_"]
    does = _ENDINGS[facts["ends"]] if facts["ends"] else KINDS[method["type"]].does
    if does.redirects and facts.get("set_up"):
        return replace(does, authentication="never")
    return does
