"""The table of postings, without a database: what each event moves, and that nothing is left over."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa import ledger
from kassa.ledger import Account as A
from kassa.ledger import queries

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
ID = UUID("01890000-0000-7000-8000-000000000001")
AMOUNT = st.integers(0, 10**12)


class Books:
    """The database's part played by a list: what `post` would have written."""

    def __init__(self, monkeypatch):
        self.written = {}
        monkeypatch.setattr(queries, "insert", self._insert)
        monkeypatch.setattr(queries, "get", self._get)

    async def _insert(self, tx, entry_id, *, kind, cause, order_id, currency, at, lines):
        if (kind, cause) in self.written:
            return False
        self.written[kind, cause] = queries.Entry(entry_id, kind, cause, at, currency, order_id, dict(lines))
        return True

    async def _get(self, conn, kind, cause):
        return self.written.get((kind, cause))
