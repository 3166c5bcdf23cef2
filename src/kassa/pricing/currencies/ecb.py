"""Reading the European Central Bank's reference rates: eurofxref as XML or CSV, of a day or of its history.

https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/ (formats of November 2025):
`<Cube time="2025-11-21"><Cube currency="USD" rate="1.1520"/>…`, and `Date, USD, JPY, …` with the day as
`21 November 2025` in the file of a day and `2025-11-21` in the history, where `N/A` is a currency that was not quoted.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Final
from xml.etree import ElementTree

from kassa.pricing.currencies.errors import InvalidRates
from kassa.pricing.currencies.rates import Rate
from kassa.pricing.currencies.service import read_rate

SIZE_LIMIT: Final = 10 * 1024 * 1024
#: Of a history of decades, so many of the newest days are kept.
DAYS_LIMIT: Final = 366
SOURCE: Final = "ECB"
_EURO: Final = "EUR"


def read(text: str) -> list[Rate]:
    """Every rate of the newest days of a file, per euro.

    Raises:
        InvalidRates: it is not such a file; the message names the line or the place.
    """
    if len(text) > SIZE_LIMIT:
        raise InvalidRates(f"The file is larger than {SIZE_LIMIT // 1024 // 1024} MB.")
    text = text.removeprefix("\ufeff").strip()
    found = list(_xml(text) if text.startswith("<") else _csv(text))
    if not found:
        raise InvalidRates("There are no rates in the file.")
    first = sorted({one.day for one in found})[-DAYS_LIMIT:][0]
    return [one for one in found if one.day >= first]


def _xml(text: str) -> Iterator[Rate]:
    if "<!" in text:
        raise InvalidRates("The file has a document type, which the ECB's has not.")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError as error:
        raise InvalidRates(f"The file is not XML: {error}.") from None
    for cube in root.iter():
        if cube.get("time") is not None:
            day = _day(cube.get("time", ""), "XML")
            for one in cube:
                code, rate = one.get("currency"), one.get("rate")
                if code is None or rate is None:
                    raise InvalidRates(f"A rate of {day} has no currency or no rate.")
                yield Rate(_EURO, code, read_rate(rate), day, SOURCE)


def _csv(text: str) -> Iterator[Rate]:
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if header[:1] != ["Date"]:
            raise InvalidRates("The first line must begin with Date, as in the ECB's file.")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            where = f"line {reader.line_num}"
            day = _day(cells[0], where)
            for code, cell in zip(header[1:], cells[1:], strict=False):
                if code and cell.strip() not in ("", "N/A"):
                    yield Rate(_EURO, code, _rate(cell, where), day, SOURCE)
    except csv.Error as error:
        raise InvalidRates(f"The file is not CSV: {error}.") from None


def _rate(cell: str, where: str) -> Fraction:
    try:
        return read_rate(cell)
    except InvalidRates as error:
        raise InvalidRates(f"{where}: {error.detail}") from None


def _day(text: str, where: str) -> date:
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise InvalidRates(f"{where}: {text.strip()[:40]!r} is not a day.")
