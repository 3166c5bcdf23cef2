"""Prove: a shop whose orders, money and stock agree proves clean, and says what it looked at."""

from tests.prove.shop import broken

from kassa.kernel.db import Database
from kassa.reconciliation.prove import prove


async def test_an_empty_shop_holds(db: Database):
    proof = await prove(db)

    assert broken(proof) == {}
    assert {check.counted for check in proof.checks} == {0}
