"""Every statement is prepared against the migrated schema: a slip in SQL is found here, not by a customer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import asyncpg
from tests.test_tidy import SHOP, STATEMENTS, calls


def statements() -> Iterator[tuple[str, str]]:
    """(where, SQL) of every constant statement in the shop's code."""
    for path in sorted(SHOP.rglob("*.py")):
        if path.parts[-2] in ("migrations", "embedded", "cli") or path.name == "db.py":
            continue
        for call in calls(path):
            if isinstance(call.func, ast.Attribute) and call.func.attr in STATEMENTS and call.args:
                first = call.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield f"{path.relative_to(Path(SHOP))}:{call.lineno}", first.value


async def test_every_statement_fits_the_schema(dsn):
    found = list(statements())
    assert len(found) > 60

    connection = await asyncpg.connect(dsn)
    faults = []
    for where, sql in found:
        try:
            await connection.prepare(sql)
        except asyncpg.PostgresError as error:
            faults.append(f"{where}: {error}")
    await connection.close()

    assert not faults, "\n".join(faults)
