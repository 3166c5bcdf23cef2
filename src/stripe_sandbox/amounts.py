"""What may be charged: the smallest and largest amount per currency, in minor units (Stripe, March 2025)."""

from collections.abc import Sequence

from stripe_sandbox.errors import invalid

# fmt: off
ZERO_DECIMAL = frozenset([
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
])
# fmt: on
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# Sent with two decimals that must be 00.
TWO_ZEROS = frozenset(["isk", "ugx"])
# fmt: off
MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300,
    "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}
# Units of a currency's minor unit that make about 0.50 USD, for currencies Stripe lists no minimum for.
ROUGH_MINIMUM = {
    "bif": 1450, "clp": 480, "djf": 90, "gnf": 4300, "kmf": 230, "krw": 700, "mga": 2250, "pyg": 3900,
    "rwf": 700, "ugx": 185000, "vnd": 12700, "vuv": 60, "xaf": 310, "xof": 310, "xpf": 56, "isk": 7000,
    "idr": 800000, "lbp": 4500000, "cop": 200000, "bhd": 190, "jod": 360, "kwd": 160, "omr": 200, "tnd": 1600,
}
CURRENCIES = frozenset([
    "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd", "bdt", "bgn",
    "bhd", "bif", "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd", "cad", "cdf", "chf", "clp",
    "cny", "cop", "crc", "cve", "czk", "djf", "dkk", "dop", "dzd", "egp", "etb", "eur", "fjd", "fkp",
    "gbp", "gel", "gip", "gmd", "gnf", "gtq", "gyd", "hkd", "hnl", "htg", "huf", "idr", "ils", "inr",
    "isk", "jmd", "jod", "jpy", "kes", "kgs", "khr", "kmf", "krw", "kwd", "kyd", "kzt", "lak", "lbp",
    "lkr", "lrd", "lsl", "mad", "mdl", "mga", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn",
    "myr", "mzn", "nad", "ngn", "nio", "nok", "npr", "nzd", "omr", "pab", "pen", "pgk", "php", "pkr",
    "pln", "pyg", "qar", "ron", "rsd", "rub", "rwf", "sar", "sbd", "scr", "sek", "sgd", "shp", "sle",
    "sos", "srd", "std", "szl", "thb", "tjs", "tnd", "top", "try", "ttd", "twd", "tzs", "uah", "ugx",
    "usd", "uyu", "uzs", "vnd", "vuv", "wst", "xaf", "xcd", "xof", "xpf", "yer", "zar", "zmw",
])
# fmt: on
MAXIMUM_DIGITS = {"idr": 12, "inr": 9, "lbp": 12, "cop": 10, "huf": 10, "jpy": 10}


def check_currency(currency: str, param: str = "currency") -> str:
    """`currency` in lower case; 400 if Stripe has none of this name."""
    lower = currency.lower()
    if lower not in CURRENCIES:
        raise invalid(
            f"Invalid currency: {currency[:20]}. Stripe currently supports these currencies: "
            f"{', '.join(sorted(CURRENCIES))}",
            param,
        )
    return lower


def check_amount(amount: int, currency: str, param: str = "amount", kinds: Sequence[str] = ()) -> None:
    """400 unless `amount` minor units of `currency` may be charged to one of the `kinds` of payment method."""
    if amount < 1:
        raise invalid("This value must be greater than or equal to 1.", param, "parameter_invalid_integer")
    if amount >= 10 ** MAXIMUM_DIGITS.get(currency, 8):
        most = format_amount(10 ** MAXIMUM_DIGITS.get(currency, 8) - 1, currency)
        raise invalid(f"Amount must be no more than {most}", param, "amount_too_large")
    least = MINIMUM.get(currency) or ROUGH_MINIMUM.get(currency, 50)
    if list(kinds) == ["ideal"]:
        least = 1
    if amount < least:
        raise invalid(f"Amount must be at least {format_amount(least, currency)}", param, "amount_too_small")
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid(f"Amounts in {currency.upper()} must be divisible by 10.", param)
    if currency in TWO_ZEROS and amount % 100:
        raise invalid(f"Amounts in {currency.upper()} must be divisible by 100.", param)


def format_amount(amount: int, currency: str) -> str:
    """`amount` minor units in words for an error message, such as ``$0.50 usd``."""
    sign = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}.get(currency, "")
    if currency in ZERO_DECIMAL:
        return f"{sign}{amount} {currency}"
    places = 3 if currency in THREE_DECIMAL else 2
    whole, rest = divmod(amount, 10**places)
    return f"{sign}{whole}.{rest:0{places}d} {currency}"
