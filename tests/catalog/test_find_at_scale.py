"""Ten thousand products: which indexes the queries use, how much they read, and how many there are of them."""

import asyncio
import json
import re
from collections.abc import Iterator

import asyncpg
import pytest
from tests.conftest import TEMPLATE, _on
from tests.factories.many import make_many

from kassa import catalog
from kassa.kernel.db import Conn, prepare
from kassa.kernel.ids import new_id

PRODUCTS = 10_000


class Watched(Conn):
    """A connection that keeps what was asked of it."""

    __slots__ = ("asked",)

    def __init__(self, raw: asyncpg.Connection) -> None:
        super().__init__(raw)
        self.asked: list[tuple[str, tuple[object, ...]]] = []

    async def fetch(self, sql, *args):
        """All rows."""
        self.asked.append((sql, args))
        return await super().fetch(sql, *args)

    async def fetchrow(self, sql, *args):
        """The first row, or None."""
        self.asked.append((sql, args))
        return await super().fetchrow(sql, *args)

    async def plans(self) -> "list[Plan]":
        """The plans of everything that was asked, executed."""
        plans = []
        for sql, args in self.asked:
            row = await self._raw.fetchval(f"explain (analyze, buffers, format json) {sql}", *args)
            found = json.loads(row) if isinstance(row, str) else row
            plans.append(Plan(found[0]["Plan"]))
        return plans


class Plan:
    """What a statement did."""

    def __init__(self, plan: dict) -> None:
        text = json.dumps(plan)
        self.indexes = set(re.findall(r'"Index Name": "(\w+)"', text))
        self.walked = set(re.findall(r'"Node Type": "Seq Scan"[^{}]*?"Relation Name": "(\w+)"', text))
        self.buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        self.rows = max(_rows(plan))


def _rows(plan: dict) -> Iterator[float]:
    yield plan["Actual Rows"] * plan["Actual Loops"]
    for each in plan.get("Plans", ()):
        yield from _rows(each)


@pytest.fixture(scope="module")
def many(cluster_dsn: str) -> Iterator[str]:
    """The address of a database with many products, for all tests of this file: they only read."""
    name = f"t_{new_id().hex}"

    async def run(*statements: str) -> None:
        admin = await asyncpg.connect(cluster_dsn)
        for statement in statements:
            await admin.execute(statement)
        await admin.close()

    asyncio.run(run(f'create database "{name}" template {TEMPLATE}'))
    asyncio.run(make_many(_on(cluster_dsn, name), PRODUCTS))
    yield _on(cluster_dsn, name)
    asyncio.run(run(f'drop database "{name}" with (force)'))


@pytest.fixture
async def watched(many: str):
    """A connection whose statements can be looked at afterwards."""
    raw = await asyncpg.connect(many)
    await prepare(raw)
    yield Watched(raw)
    await raw.close()


async def listed(conn, **more):
    """A page of the list."""
    return await catalog.list_products(conn, currency="EUR", limit=24, **more)


def pages(watched: Watched) -> list[int]:
    """Which of the statements read a page and not counts."""
    return [place for place, (sql, _) in enumerate(watched.asked) if "cards as card" in sql]


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        ("title", "listings_by_title"), ("-title", "listings_by_title"), ("newest", "listings_by_age"),
        ("price", "listing_prices_by_price"), ("-price", "listing_prices_by_price"),
    ],
)  # fmt: skip
async def test_a_page_reads_its_own_rows_in_the_order_of_an_index(watched, sort, index):
    first = await listed(watched, sort=sort)
    for _ in range(3):
        first = await listed(watched, sort=sort, after=first.next)
    plans = await watched.plans()

    assert first.total == PRODUCTS
    for place in pages(watched):
        plan = plans[place]
        assert index in plan.indexes
        assert not plan.walked & {
            "products",
            "listings",
            "listing_words",
            "variants",
            "prices",
            "listing_prices",
        }
        assert plan.rows <= 60
        assert plan.buffers <= 600


@pytest.mark.parametrize(
    ("more", "buffers"),
    [
        ({"q": "whales"}, 30_000),
        ({"q": "harbour ships"}, 5_000),
        ({"q": "V77-1"}, 700),
        ({"q": "978-0000000077"}, 700),
        ({"q": "V77-1", "sort": "title"}, 12_000),
        (
            {"q": "V77-1", "facets": {"subject": ["Love", "War", "Nature", "Faith", "Ethics", "Journeys"]}},
            700,
        ),
    ],
)
async def test_words_are_found_by_their_index_and_no_table_of_products_is_read_through(
    watched, more, buffers
):
    page = await listed(watched, **more)
    plans = await watched.plans()

    assert page.total
    (place,) = pages(watched)
    plan = plans[place]
    assert "listings_by_word" in plan.indexes
    assert not plan.walked & {"products", "listing_words", "variants", "prices", "collections"}
    assert plan.buffers <= buffers


async def test_a_rare_value_reads_no_more_than_the_narrow_rows_of_its_order(watched):
    for sort in ("title", "newest", "price"):
        page = await listed(watched, facets={"author": ["Author Bc"]}, sort=sort)
        assert 0 < page.total < PRODUCTS / 100
    plans = await watched.plans()

    for place in pages(watched):
        assert plans[place].indexes & {"listings_by_tag", "listings_by_title", "listings_by_age"}
        assert not plans[place].walked & {"products", "listing_words", "variants", "prices"}
        assert plans[place].rows <= PRODUCTS


async def test_a_shelf_or_a_common_value_is_read_in_order_until_the_page_is_full(watched):
    await listed(watched, collection="fiction")
    await listed(watched, facets={"subject": ["Love", "War"]})
    await listed(watched, facets={"price": ["1000-1500"]})
    plans = await watched.plans()

    for place in pages(watched):
        assert plans[place].rows <= 1_000
        assert not plans[place].walked & {"products", "listing_words", "variants", "prices"}


async def test_a_page_is_three_statements_one_more_for_a_filter_and_two_when_its_counts_are_known(watched):
    await listed(watched)
    watched.asked.clear()
    await listed(watched, collection="poetry")
    assert len(watched.asked) == 3
    watched.asked.clear()

    for statements, sort in ((3, "title"), (2, "newest")):
        await listed(watched, facets={"language": ["French"]}, collection="poetry", sort=sort)
        assert len(watched.asked) == statements
        watched.asked.clear()

    await listed(watched, facets={"language": ["German"], "availability": ["in_stock"]}, collection="poetry")
    assert len(watched.asked) == 5


async def test_a_rare_value_is_counted_by_its_own_rows_and_shown_beside_the_fifty_most_common(watched):
    await listed(watched)
    watched.asked.clear()
    for letter in "abcdefgh":
        author = f"Author J{letter}"
        page = await listed(watched, facets={"author": [author]})
        assert 0 < page.total < PRODUCTS / 100
        values = next(facet.values for facet in page.facets if facet.name == "author")
        assert (len(values), values[-1]) == (51, (author, page.total))
    plans = await watched.plans()
    counting = [plans[place] for place, (sql, _) in enumerate(watched.asked) if "partition by name" in sql]

    assert len(counting) == 8
    for plan in counting:
        assert "listings_by_tag" in plan.indexes
        assert plan.rows <= 2_000
        assert plan.buffers <= 1_000


async def test_what_stands_beside_a_product_is_read_from_a_few_places_in_indexes(watched):
    """By how many rows were read, and not by the absence of a walk: an index, too, can be read from end to end.

    Hundreds of 10,000: the shelves themselves may be walked, they are few.
    """
    first = (await listed(watched)).items[0]
    watched.asked.clear()
    beside = await catalog.related(watched, first.id, "EUR", limit=6)
    (plan,) = await watched.plans()

    assert len(beside) == 6
    assert {"related_by_author", "related_by_subject", "collection_products_pkey"} <= plan.indexes
    assert not plan.walked & {"products", "collection_products", "listings", "variants", "listing_prices"}
    assert plan.rows <= 1_000
    assert plan.buffers <= 600


async def test_the_plan_stays_right_when_a_statement_is_asked_often(watched):
    """PostgreSQL may keep a general plan after five times; that of a list would read the whole table."""
    for turn in range(12):
        await listed(watched, sort=("title", "newest", "price")[turn % 3])
        await listed(watched, q=f"V{turn + 70}-1")
        await listed(watched, q=f"V{turn + 70}-1", sort="title")
        await listed(watched, facets={"author": ["Author Bc"]})
    kept = await watched.fetch(
        """
        select generic_plans, statement from pg_prepared_statements
        where statement like '%from found(%' and statement not like '%listing_words%'
        """
    )

    assert kept
    assert [row["generic_plans"] for row in kept] == [0] * len(kept)


async def test_a_slip_of_the_finger_costs_a_bounded_number_of_statements(watched):
    page = await listed(watched, q="harbuor")

    assert (page.corrected, page.total) == ("harbour", PRODUCTS // 5)
    assert len(watched.asked) <= 8
