"""Stripe's test bank accounts: which number (and which `pm_…` name) ends a debit in which way.

An *ending* is the last part of such a name, in lower case: `success`, `insufficientfunds`, `disputed`, …
"""

from stripe_sandbox.errors import invalid

ROUTING = "110000000"
BAD_ROUTING = "The routing number must be nine digits with a right check digit."

_US = {
    "success": "000123456789",
    "accountclosed": "000111111113",
    "noaccount": "000111111116",
    "insufficientfunds": "000222222227",
    "debitnotauthorized": "000333333335",
    "dispute": "000555555559",
    "processing": "000000000009",
}
_US_ENDINGS = {number: ending for ending, number in _US.items()}

_IBANS = {
    "at": {
        "success": "AT611904300234573201",
        "failed": "AT861904300235473202",
        "disputed": "AT591904300235473203",
        "successdelayed": "AT321904300235473204",
        "faileddelayed": "AT051904300235473205",
    },
    "de": {
        "success": "DE89370400440532013000",
        "failed": "DE62370400440532013001",
        "disputed": "DE35370400440532013002",
        "successdelayed": "DE08370400440532013003",
        "faileddelayed": "DE78370400440532013004",
    },
    "fr": {"success": "FR1420041010050500013M02606", "failed": "FR8420041010050500013M02607"},
    "nl": {"success": "NL39RABO0300065264", "failed": "NL91ABNA0417164300"},
    "be": {"success": "BE62510007547061"},
    "es": {"success": "ES0700120345030000067890"},
    "fi": {"success": "FI2112345600000785"},
    "ie": {"success": "IE29AIBK93115212345678"},
    "it": {"success": "IT40S0542811101000000123456"},
    "lu": {"success": "LU280019400644750000"},
    "pt": {"success": "PT50000201231234567890154"},
}


def _neighbour(iban: str, number: int) -> str:
    """An account of the same bank, with right check digits: for endings whose number nobody remembers."""
    account = f"{iban[4:-2]}{number:02d}"
    return f"{iban[:2]}{98 - _remainder(f'{account}{iban[:2]}00'):02d}{account}"


def _remainder(turned: str) -> int:
    return int("".join(str(int(char, 36)) for char in turned)) % 97


for _country in _IBANS.values():
    for _number, _ending in enumerate(_IBANS["at"]):
        _country.setdefault(_ending, _neighbour(_country["success"], _number))
_IBAN_ENDINGS = {iban: ending for country in _IBANS.values() for ending, iban in country.items()}


def us_number(ending: str) -> str | None:
    """The US account number with this ending, or None."""
    return _US.get(ending)


def us_ending(number: str) -> str:
    """How a debit of this US account ends; of an account that is no test account, well."""
    return _US_ENDINGS.get(number, "success")


def check_us(number: str, routing: str) -> None:
    """400 unless these can be the numbers of a US bank account."""
    digits = [int(digit) for digit in routing] if routing.isascii() and routing.isdecimal() else []
    sums = sum(digit * weight for digit, weight in zip(digits, (3, 7, 1) * 3, strict=False))
    if len(digits) != 9 or sums % 10:
        raise invalid(BAD_ROUTING, "us_bank_account[routing_number]", "routing_number_invalid")
    if not (number.isascii() and number.isdecimal() and 4 <= len(number) <= 17):
        message = "The bank account number provided is invalid."
        raise invalid(message, "us_bank_account[account_number]", "account_number_invalid")


def iban(ending: str, country: str) -> str | None:
    """The test IBAN of a country (two letters) with this ending, or None."""
    return _IBANS.get(country.lower(), {}).get(ending)


def iban_ending(number: str) -> str:
    """How a debit of this IBAN ends; of one that is no test IBAN, well."""
    return _IBAN_ENDINGS.get(number, "success")


def check_iban(given: str) -> str:
    """`given` without spaces and in capitals; 400 if its check digits are wrong."""
    number = given.replace(" ", "").upper()
    turned = number[4:] + number[:4]
    plain = number.isascii() and number.isalnum() and number[:2].isalpha() and number[2:4].isdecimal()
    if not (plain and 15 <= len(number) <= 34 and _remainder(turned) == 1):
        raise invalid("The IBAN you provided is invalid.", "sepa_debit[iban]")
    return number
