"""What invoices and receipts say of VAT numbers, of tax that the customer owes, and of prices that were rounded."""

import io

import pypdf
import pytest
from tests.factories import make_variant, place
from tests.refunds.conftest import Office

from kassa import invoices
from kassa.invoices.drawing import draw
from kassa.kernel.address import Address
from kassa.pricing import Rounding, taxes

PARIS = Address(
    name="Librairie Ada", line1="1 rue de Rivoli", city="Paris", postal_code="75001", country="FR"
)
SELLER = ("Kassa Books", "12 High Street")


@pytest.fixture
async def till(db, clock):
    made = Office(db, clock)
    await make_variant(db, clock, on_hand=50)
    yield made
    made.stripe.close()


async def settle(till, *, rounding=Rounding.LINE):
    """The shop has a VAT number, and a rule of rounding."""
    async with till.db.transaction() as tx:
        wish = taxes.Settings("DE", rounding, "table", ("US",), "DE136695976")
        await taxes.save(tx, wish, now=till.clock.now())


async def paid(till, **wish):
    order = await place(till.db, till.clock, **wish)
    assert await till.confirm(await till.pay(order)) == "succeeded"
    await till.settle()
    return await till.order(order)


async def paper(till, order):
    async with till.db.transaction() as tx:
        return (await invoices.issue(tx, order.id, seller=SELLER, now=till.clock.now()))[0].content


def words(content):
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(draw(content))).pages)
    return " ".join(text.split())


async def test_an_invoice_without_vat_says_why_and_names_both_numbers(till):
    await settle(till)
    order = await paid(till, shipping_address=PARIS, vat_id="61 954 506 077")

    content = await paper(till, order)
    said = words(content)

    assert (content.reverse_charge, content.buyer_vat_id) == (True, "FR61954506077")
    assert sum(tax.tax_minor for tax in content.taxes) == 0
    for part in ("FR61954506077", "DE136695976", "Reverse charge", "article 138 of Directive 2006/112/EC"):
        assert part in said


async def test_a_credit_note_names_both_numbers_too(till, db):
    await settle(till)
    order = await paid(till, shipping_address=PARIS, vat_id="FR61954506077")
    await till.give_back(order, order.total_minor)
    await till.settle()
    async with db.transaction() as tx:
        _, note = await invoices.issue(tx, order.id, seller=SELLER, now=till.clock.now())
    assert "FR61954506077" in words(note.content)
    assert "Reverse charge" in words(note.content)


async def test_at_home_the_invoice_has_the_tax_and_both_numbers(till):
    await settle(till)
    content = await paper(till, await paid(till, vat_id="DE136695976"))
    assert not content.reverse_charge
    assert sum(tax.tax_minor for tax in content.taxes) > 0
    assert "Reverse charge" not in words(content)
    assert "Tax is included in the prices." in words(content)


async def test_a_cent_that_rounding_moved_stands_on_the_invoice(till):
    await settle(till, rounding=Rounding.SUM_BY_NET)
    for letter in "ABCDE":
        await make_variant(till.db, till.clock, f"BOOK-{letter}", price=999)
    order = await paid(till, lines=[(f"BOOK-{letter}", 1) for letter in "ABCDE"])
    content = await paper(till, order)

    parts = content.subtotal_minor - content.discount_minor + content.rounding_minor + content.shipping_minor
    assert parts == content.total_minor == order.total_minor
    assert content.rounding_minor == order.rounding_minor == sum(line.rounding_minor for line in order.lines)
    assert order.rounding_minor == 1
    assert "Rounding" in words(content)


async def test_a_number_that_stands_in_the_sellers_address_is_not_said_twice(till):
    await settle(till)
    order = await paid(till)
    async with till.db.transaction() as tx:
        (first, *_) = await invoices.issue(
            tx, order.id, seller=(*SELLER, "VAT DE 136695976"), now=till.clock.now()
        )
    assert "VAT number DE136695976" not in words(first.content)
