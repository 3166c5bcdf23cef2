"""Pages run from right to left where the language does: no style knows left from right."""

import re
from pathlib import Path

import pytest

from kassa import storefront

SHEETS = sorted(Path(storefront.__file__).parent.glob("static/css/*.css"))
#: A cover is a picture of a book: its spine stays where it is.
_PICTURES = {"border-radius"}
_SIDED = re.compile(r"(?<![\w-])(?:[a-z-]+-)?(?:left|right)(?:-[a-z]+)*\s*:")
_VALUES = re.compile(r"(?:text-align|float|clear)\s*:\s*(?:left|right)\b")
_FOUR = re.compile(r"(?<![\w-])(margin|padding|inset|border-radius|border-width)\s*:\s*([^;{}]+)")


def _parts(value):
    """The values of a shorthand; what stands in parentheses is one."""
    found, depth = [""], 0
    for letter in value.strip():
        depth += (letter == "(") - (letter == ")")
        if letter == " " and not depth:
            found.append("")
        else:
            found[-1] += letter
    return [part for part in found if part]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_style_sheet_says_start_and_end_and_not_left_and_right(sheet):
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    uneven = [
        match[0]
        for match in _FOUR.finditer(text)
        if match[1] not in _PICTURES and len(parts := _parts(match[2])) == 4 and parts[1] != parts[3]
    ]

    assert _SIDED.findall(text) + _VALUES.findall(text) + uneven == []
