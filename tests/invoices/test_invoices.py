"""Papers with numbers: without gaps, frozen, and the same sheet whenever they are drawn."""

import asyncio
import io
from typing import Any

import asyncpg
import pypdf
import pytest
from tests.factories import make_variant, place
from tests.refunds.conftest import Office

from kassa import invoices, refunds
from kassa.invoices import NotInvoiced, queries
from kassa.invoices.drawing import draw

SELLER = ("Kassa Books Ltd", "12 High Street", "VAT GB 123")


@pytest.fixture
async def till(db, clock):
    made = Office(db, clock)
    await make_variant(db, clock, on_hand=50)
    yield made
    made.stripe.close()


async def papers(till: Any, order: Any) -> list[invoices.Paper]:
    """The papers of an order, asked for."""
    async with till.db.transaction() as tx:
        return await invoices.issue(tx, order.id, seller=SELLER, now=till.clock.now())


async def give_back(till: Any, order: Any, amount: int) -> None:
    """Send so much of it back, until the customer has it."""
    async with till.db.transaction() as tx:
        await refunds.request(
            tx, order.id, amount=amount, reason="came back", actor="staff:ada", now=till.clock.now()
        )
    await till.settle()


async def test_an_order_that_was_not_paid_has_none(till, db, clock):
    order = await place(db, clock)

    with pytest.raises(NotInvoiced):
        await papers(till, order)

    async with db.connection() as conn:
        assert await invoices.of_order(conn, order.id) == []
        assert await conn.fetchval("select count(*) from invoice_counters") == 0


async def test_an_invoice_has_one_number_for_ever_and_is_the_same_sheet_each_time(till, clock):
    order = await till.sold()
    (first,) = await papers(till, order)
    clock.advance(seconds=86_400 * 400)
    (again,) = await papers(till, order)

    assert again == first
    assert first.content.number == f"R-{first.issued_at.year}-00001"
    assert first.content.total_minor == order.total_minor
    assert draw(first.content) == draw(again.content)


async def test_forty_orders_at_once_get_forty_numbers_without_a_gap(till):
    sold = [await till.sold() for _ in range(8)]

    found = await asyncio.gather(*(papers(till, order) for order in sold for _ in range(5)))

    numbers = {one[0].content.number for one in found}
    assert sorted(int(number[-5:]) for number in numbers) == list(range(1, 9))


async def test_a_number_is_lost_with_its_transaction_and_given_again(till):
    first, second = [await till.sold() for _ in range(2)]

    async def issue_and_die():
        async with till.db.transaction() as tx:
            await invoices.issue(tx, first.id, seller=SELLER, now=till.clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await issue_and_die()
    (paper,) = await papers(till, second)

    assert paper.content.number.endswith("-00001")


async def test_each_year_begins_anew(till, clock):
    first = await till.sold()
    await papers(till, first)
    clock.advance(seconds=86_400 * 366)
    second = await till.sold()

    (paper,) = await papers(till, second)

    assert paper.content.number == f"R-{clock.now().year}-00001"


async def test_what_was_written_is_never_changed(till, db):
    await papers(till, await till.sold())

    for statement in ("update invoices set number = 7", "delete from invoices"):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with db.transaction() as tx:
                await tx.execute(statement)


async def test_credit_notes_over_all_of_it_sum_to_the_invoice_taxes_too(till):
    order = await till.sold()
    await give_back(till, order, 333)
    (_, first) = await papers(till, order)
    await give_back(till, order, order.total_minor - 333)

    invoice, *notes = await papers(till, order)

    assert notes[0] == first
    assert [note.content.number[:2] for note in notes] == ["G-", "G-"]
    assert {note.content.corrects for note in notes} == {invoice.content.number}
    assert sum(note.content.total_minor for note in notes) == invoice.content.total_minor
    for place_, tax in enumerate(invoice.content.taxes):
        assert sum(note.content.taxes[place_].tax_minor for note in notes) == tax.tax_minor
        assert sum(note.content.taxes[place_].base_minor for note in notes) == tax.base_minor


async def test_the_worker_gives_numbers_in_the_order_of_payment(till, db, clock):
    sold = []
    for _ in range(3):
        sold.append(await till.sold())
        clock.advance(seconds=60)

    assert await invoices.issue_due(db, seller=SELLER, clock=clock) == 3
    assert await invoices.issue_due(db, seller=SELLER, clock=clock) == 0

    async with db.connection() as conn:
        found = [(await queries.of_order(conn, order.id))[0] for order in sold]
    assert [int(one.content.number[-5:]) for one in found] == [1, 2, 3]


async def test_the_sheet_says_who_what_and_how_much_and_can_be_read_aloud(till):
    order = await till.sold()
    (paper,) = await papers(till, order)

    read = pypdf.PdfReader(io.BytesIO(await invoices.pdf(paper.content)))
    text = "\n".join(page.extract_text() for page in read.pages)
    root = read.trailer["/Root"]

    for words in (
        paper.content.number, *SELLER, "Ada Lovelace", "Germany", "Title of EMMA-PB", "Total", "included",
        paper.content.journal, f"K-{order.number}", "Paid in full",
    ):  # fmt: skip
        assert words in text, words
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert read.metadata
    assert read.metadata.title == f"Invoice {paper.content.number}"


async def test_a_name_is_words_and_never_a_program(till, db):
    order = await till.sold()
    async with db.transaction() as tx:
        await tx.execute(
            "update orders set shipping_address = shipping_address || $1",
            {"name": '#panic("no") *bold* $x$ \\ 山田'},
        )
    (paper,) = await papers(till, order)

    text = pypdf.PdfReader(io.BytesIO(draw(paper.content))).pages[0].extract_text()

    assert '#panic("no") *bold* $x$' in text
