"""Rates of sales taxes: a small table for tests, not for filing.

What it knows, as of January 2026: the standard VAT of every country of the EU and what it takes of books, VAT
of the United Kingdom, Switzerland and Norway, the general sales tax of every state of the USA (the state's own
part only), GST/HST and the provinces' taxes of Canada, GST of Australia and consumption tax of Japan. Nothing
is collected anywhere else. Rates do not depend on the date; cities and counties take nothing.
"""

from dataclasses import dataclass
from typing import Any

Obj = dict[str, Any]

GOODS = "txcd_99999999"
SHIPPING = "txcd_92010001"
NONTAXABLE = "txcd_00000000"
BOOKS = frozenset(["txcd_35010000"])

# Country: standard rate and rate of printed books, in percent.
# fmt: off
EU = {
    "AT": ("20.0", "10.0"), "BE": ("21.0", "6.0"), "BG": ("20.0", "9.0"), "CY": ("19.0", "3.0"),
    "CZ": ("21.0", "0.0"), "DE": ("19.0", "7.0"), "DK": ("25.0", "25.0"), "EE": ("24.0", "9.0"),
    "ES": ("21.0", "4.0"), "FI": ("25.5", "13.5"), "FR": ("20.0", "5.5"), "GR": ("24.0", "6.0"),
    "HR": ("25.0", "5.0"), "HU": ("27.0", "5.0"), "IE": ("23.0", "0.0"), "IT": ("22.0", "4.0"),
    "LT": ("21.0", "5.0"), "LU": ("17.0", "3.0"), "LV": ("21.0", "5.0"), "MT": ("18.0", "5.0"),
    "NL": ("21.0", "9.0"), "PL": ("23.0", "5.0"), "PT": ("23.0", "6.0"), "RO": ("21.0", "11.0"),
    "SE": ("25.0", "6.0"), "SI": ("22.0", "5.0"), "SK": ("23.0", "5.0"),
}
OTHERS = {
    "GB": ("20.0", "0.0"), "CH": ("8.1", "2.6"), "NO": ("25.0", "0.0"), "AU": ("10.0", "10.0"),
    "JP": ("10.0", "10.0"),
}
US = {
    "AL": "4.0", "AZ": "5.6", "AR": "6.5", "CA": "7.25", "CO": "2.9", "CT": "6.35", "DC": "6.0", "FL": "6.0",
    "GA": "4.0", "HI": "4.0", "ID": "6.0", "IL": "6.25", "IN": "7.0", "IA": "6.0", "KS": "6.5", "KY": "6.0",
    "LA": "5.0", "ME": "5.5", "MD": "6.0", "MA": "6.25", "MI": "6.0", "MN": "6.875", "MS": "7.0",
    "MO": "4.225", "NE": "5.5", "NV": "6.85", "NJ": "6.625", "NM": "4.875", "NY": "4.0", "NC": "4.75",
    "ND": "5.0", "OH": "5.75", "OK": "4.5", "PA": "6.0", "RI": "7.0", "SC": "6.0", "SD": "4.2", "TN": "7.0",
    "TX": "6.25", "UT": "4.85", "VT": "6.0", "VA": "4.3", "WA": "6.5", "WV": "6.0", "WI": "5.0", "WY": "4.0",
    "AK": "0.0", "DE": "0.0", "MT": "0.0", "NH": "0.0", "OR": "0.0",
}
# Province: what it and the federation take. Of books everybody takes the 5 percent of the federation only.
CANADA = {
    "AB": (("gst", "5.0"),), "BC": (("gst", "5.0"), ("pst", "7.0")), "MB": (("gst", "5.0"), ("rst", "7.0")),
    "NB": (("hst", "15.0"),), "NL": (("hst", "15.0"),), "NS": (("hst", "14.0"),), "NT": (("gst", "5.0"),),
    "NU": (("gst", "5.0"),), "ON": (("hst", "13.0"),), "PE": (("hst", "15.0"),),
    "QC": (("gst", "5.0"), ("qst", "9.975")), "SK": (("gst", "5.0"), ("pst", "6.0")), "YT": (("gst", "5.0"),),
}
# First letter of a Canadian postal code. X is two territories that tax alike.
_CANADIAN = {
    "A": "NL", "B": "NS", "C": "PE", "E": "NB", "G": "QC", "H": "QC", "J": "QC", "K": "ON", "L": "ON",
    "M": "ON", "N": "ON", "P": "ON", "R": "MB", "S": "SK", "T": "AB", "V": "BC", "X": "NT", "Y": "YT",
}
# The last three-digit prefix of each run of American postal codes, and its state.
_ZIP = (
    (4, None), (5, "NY"), (9, None), (27, "MA"), (29, "RI"), (38, "NH"), (49, "ME"), (59, "VT"), (69, "CT"),
    (89, "NJ"), (99, None), (149, "NY"), (196, "PA"), (199, "DE"), (200, "DC"), (201, "VA"), (205, "DC"),
    (219, "MD"), (246, "VA"), (268, "WV"), (289, "NC"), (299, "SC"), (319, "GA"), (339, "FL"), (340, None),
    (349, "FL"), (369, "AL"), (385, "TN"), (397, "MS"), (399, "GA"), (427, "KY"), (459, "OH"), (479, "IN"),
    (499, "MI"), (528, "IA"), (549, "WI"), (567, "MN"), (569, "DC"), (577, "SD"), (588, "ND"), (599, "MT"),
    (629, "IL"), (658, "MO"), (679, "KS"), (693, "NE"), (714, "LA"), (729, "AR"), (732, "OK"), (733, "TX"),
    (749, "OK"), (799, "TX"), (816, "CO"), (831, "WY"), (838, "ID"), (847, "UT"), (865, "AZ"), (884, "NM"),
    (885, "TX"), (898, "NV"), (961, "CA"), (966, None), (968, "HI"), (969, None), (979, "OR"), (994, "WA"),
    (999, "AK"),
)
_CODES = """
AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO
JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR
MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO
RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT
TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())
# Names of what takes something: countries, and states as COUNTRY-STATE.
_NAMES = """
AT Austria|BE Belgium|BG Bulgaria|CY Cyprus|CZ Czechia|DE Germany|DK Denmark|EE Estonia|ES Spain|FI Finland|FR France
GR Greece|HR Croatia|HU Hungary|IE Ireland|IT Italy|LT Lithuania|LU Luxembourg|LV Latvia|MT Malta|NL Netherlands
PL Poland|PT Portugal|RO Romania|SE Sweden|SI Slovenia|SK Slovakia|GB United Kingdom|CH Switzerland|NO Norway
AU Australia|JP Japan|US-AL Alabama|US-AK Alaska|US-AZ Arizona|US-AR Arkansas|US-CA California|US-CO Colorado
US-CT Connecticut|US-DC District of Columbia|US-DE Delaware|US-FL Florida|US-GA Georgia|US-HI Hawaii|US-ID Idaho
US-IL Illinois|US-IN Indiana|US-IA Iowa|US-KS Kansas|US-KY Kentucky|US-LA Louisiana|US-ME Maine|US-MD Maryland
US-MA Massachusetts|US-MI Michigan|US-MN Minnesota|US-MS Mississippi|US-MO Missouri|US-MT Montana|US-NE Nebraska
US-NV Nevada|US-NH New Hampshire|US-NJ New Jersey|US-NM New Mexico|US-NY New York|US-NC North Carolina
US-ND North Dakota|US-OH Ohio|US-OK Oklahoma|US-OR Oregon|US-PA Pennsylvania|US-RI Rhode Island|US-SC South Carolina
US-SD South Dakota|US-TN Tennessee|US-TX Texas|US-UT Utah|US-VT Vermont|US-VA Virginia|US-WA Washington
US-WV West Virginia|US-WI Wisconsin|US-WY Wyoming|CA-AB Alberta|CA-BC British Columbia|CA-MB Manitoba
CA-NB New Brunswick|CA-NL Newfoundland and Labrador|CA-NS Nova Scotia|CA-NT Northwest Territories|CA-NU Nunavut
CA-ON Ontario|CA-PE Prince Edward Island|CA-QC Quebec|CA-SK Saskatchewan|CA-YT Yukon
"""
NAMES = dict(one.split(" ", 1) for one in _NAMES.strip().replace("\n", "|").split("|"))
# fmt: on
_KINDS = {"AU": ("gst", "GST"), "JP": ("jct", "Consumption Tax")}
_CANADIAN_TAXES = {"gst": "GST", "hst": "HST", "pst": "PST", "qst": "QST", "rst": "RST"}


@dataclass(frozen=True, slots=True)
class Rate:
    """What one jurisdiction takes: `percent` as decimal text, and why (`reason` is Stripe's
    taxability_reason).
    """

    country: str
    state: str | None
    percent: str
    tax_type: str
    name: str
    reason: str


def place(address: Obj) -> tuple[str, str | None] | None:
    """Country and, where taxes depend on it, state of an address; None if they cannot be told.

    The USA need a state or a ZIP code, Canada a province or a postal code, everyone else only the country.
    """
    country = (address.get("country") or "").upper()
    if country not in COUNTRIES:
        return None
    state = (address.get("state") or "").strip().upper()
    code = (address.get("postal_code") or "").strip().upper()
    if country == "US":
        coded = _state_of(code) if code else state
        found = state if coded and state in US else coded
        return (country, found) if found in US else None
    if country == "CA":
        found = state if state in CANADA else _CANADIAN.get(code[:1])
        return (country, found) if found else None
    return country, None


def rates(country: str, state: str | None, tax_code: str) -> list[Rate]:
    """What is taken of a line with this tax code that goes to this place; at least one entry, perhaps 0 %."""
    if country == "US":
        return [_american(state or "", tax_code)]
    if country == "CA":
        return _canadian(state or "", tax_code)
    found = EU.get(country) or OTHERS.get(country)
    if found is None:
        return [Rate(country, None, "0.0", "vat", "VAT", "not_collecting")]
    standard, books = found
    kind, name = _KINDS.get(country, ("vat", "VAT"))
    if tax_code == NONTAXABLE:
        return [Rate(country, None, "0.0", kind, name, "product_exempt")]
    if tax_code in BOOKS and books != standard:
        return [Rate(country, None, books, kind, name, "zero_rated" if books == "0.0" else "reduced_rated")]
    return [Rate(country, None, standard, kind, name, "standard_rated")]


def _american(state: str, tax_code: str) -> Rate:
    percent = US[state]
    reason = "standard_rated"
    if percent == "0.0":
        reason = "not_subject_to_tax"
    elif tax_code in (NONTAXABLE, SHIPPING):  # many states do tax shipping; this table does not
        percent, reason = "0.0", "product_exempt"
    return Rate("US", state, percent, "sales_tax", "Sales Tax", reason)


def _canadian(province: str, tax_code: str) -> list[Rate]:
    if tax_code == NONTAXABLE:
        return [Rate("CA", province, "0.0", "gst", "GST", "product_exempt")]
    if tax_code in BOOKS:
        return [Rate("CA", province, "5.0", "gst", "GST", "standard_rated")]
    return [
        Rate("CA", province, percent, kind, _CANADIAN_TAXES[kind], "standard_rated")
        for kind, percent in CANADA[province]
    ]


def _state_of(code: str) -> str | None:
    if len(code) not in (5, 9, 10) or not code[:5].isdecimal():
        return None
    prefix = int(code[:3])
    return next((state for last, state in _ZIP if prefix <= last), None)
