"""Which languages Stripe's own pages and fields speak (https://docs.stripe.com/js/appendix/supported_locales)."""

from typing import Final

_SPOKEN: Final = frozenset({
    "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr", "fr-CA", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sv", "th",
    "tr", "vi", "zh", "zh-HK", "zh-TW",
})  # fmt: skip


def locale_for(language: str) -> str:
    """The language of Stripe's that is nearest to this one; `auto`, the browser's own, where there is none."""
    wanted = language.replace("_", "-")
    return next((one for one in (wanted, wanted.partition("-")[0]) if one in _SPOKEN), "auto")
