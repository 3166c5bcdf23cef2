"""Prove: a shop whose orders, money and stock agree proves clean, and says what it looked at."""

from tests.prove.shop import broken
from tests.test_tidy import ROOT

from kassa.kernel.db import Database
from kassa.reconciliation.invariants import INVARIANTS
from kassa.reconciliation.prove import prove
from kassa.reconciliation.provider_books import NAMES


async def test_an_empty_shop_holds(db: Database):
    proof = await prove(db)

    assert broken(proof) == {}
    assert {check.counted for check in proof.checks} == {0}


def test_the_page_of_the_proof_names_every_invariant_with_its_promise():
    page = (ROOT / "docs" / "guide" / "prove.md").read_text()
    promises = {**{one.name: one.promise for one in INVARIANTS}, **NAMES}

    rows = [line for line in page.splitlines() if line.startswith("| `")]

    assert rows == [f"| `{name}` | {promise} |" for name, promise in promises.items()]
