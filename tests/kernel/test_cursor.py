"""Where a page of a list ended."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest

from kassa.kernel import cursor
from kassa.kernel.errors import Invalid

AT = datetime(2026, 11, 21, 9, 50, 0, 123456, tzinfo=UTC)
ID = UUID("0190a0b0-0000-7000-8000-000000000001")


def test_what_is_written_is_read() -> None:
    assert cursor.read(cursor.write(AT, ID)) == (AT, ID)
    assert cursor.read_named(cursor.write(AT, "evt_1")) == (AT, "evt_1")
    assert cursor.read(None) == cursor.read("") == (None, None)


@pytest.mark.parametrize(
    "plain",
    [
        "", "x", f"{AT.isoformat()}|", f"{AT.isoformat()}|x", f"2026-11-21T09:50:00|{ID}",
        f"0001-01-01T00:00:00+14:00|{ID}", f"9999-12-31T23:59:59-12:00|{ID}", f"{AT.isoformat()}|\x00",
    ],
)  # fmt: skip
def test_what_is_none_of_ours_is_refused(plain: str) -> None:
    text = base64.urlsafe_b64encode(plain.encode()).decode() or "é"

    with pytest.raises(Invalid) as refused:
        cursor.read(text)

    assert refused.value.code == "invalid_cursor"
