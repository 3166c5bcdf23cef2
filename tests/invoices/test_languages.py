"""Papers speak the language of their order, and keep it."""

import asyncio
import io

import msgspec
import pypdf
import pytest
import typst
from tests.factories import make_variant, place
from tests.refunds.conftest import Office

from kassa import invoices
from kassa.invoices import drawing
from kassa.invoices.papers import Content
from kassa.kernel.address import Address
from kassa.kernel.speech import speak

SELLER = ("Kassa Books", "12 High Street")
WIEN = Address(name="Ada Loos", line1="Kärntner Ring 1", city="Wien", postal_code="1010", country="AT")


@pytest.fixture
async def till(db, clock):
    made = Office(db, clock)
    await make_variant(db, clock, on_hand=50, price=123_450)
    yield made
    made.stripe.close()


async def papers(till, locale, *, back=0):
    """What is issued for an order in a language that was paid."""
    order = await place(till.db, till.clock, locale=locale, shipping_address=WIEN)
    assert await till.confirm(await till.pay(order)) == "succeeded"
    await till.settle()
    if back:
        await till.give_back(order, back)
    await till.settle()
    async with till.db.transaction() as tx:
        found = await invoices.issue(tx, order.id, seller=SELLER, now=till.clock.now())
    return [one.content for one in found]


def words(content):
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(drawing.draw(content))).pages)
    return " ".join(text.split())


async def test_an_invoice_is_written_in_the_language_of_its_order(till):
    (content,) = await papers(till, "de")
    said = words(content)

    assert content.language == "de"
    for part in ("Rechnung", "Österreich", "Versand", "1.234,50 €", "Bezahlt", "MwSt."):
        assert part in said
    for part in ("Invoice", "Austria", "Paid in full", "Shipping", "Page", "Quantity"):
        assert part not in said


async def test_a_credit_note_is_written_in_the_language_of_its_order(till):
    _, note = await papers(till, "fr", back=500)

    assert "5,00 €" in words(note)
    assert "Autriche" in words(note)
    assert "Credit" not in words(note)


async def test_a_paper_is_the_same_whoever_looks_at_it(till):
    (content,) = await papers(till, "de")
    drawn = drawing.draw(content)

    with speak("es"):
        assert drawing.draw(content) == drawn
        assert await invoices.pdf(content) == drawn


async def test_a_paper_from_before_there_were_languages_stays_english(till):
    (content,) = await papers(till, "de")
    kept = msgspec.to_builtins(content)
    del kept["language"]

    with speak("de"):
        said = words(msgspec.convert(kept, Content))
    assert "Invoice" in said
    assert "Nothing is due." in said


@pytest.mark.parametrize("locale", ["ja", "ar-XB", "zh-TW"])
async def test_a_language_that_the_fonts_cannot_write_gets_an_english_paper(till, locale):
    (content,) = await papers(till, locale)

    assert content.language == "en"
    assert "Austria" in words(content)


@pytest.mark.parametrize("locale", ["en", "en-GB", "de", "de-CH", "fr", "es", "el", "bg", "pl", "vi"])
async def test_the_fonts_that_come_with_typst_write_it_so_that_it_can_be_read_aloud(
    till, locale, monkeypatch
):
    (content,) = await papers(till, locale)
    standards = []

    def compile_(*args, **wishes):
        standards.append(wishes.get("pdf_standards"))
        return asked(*args, **wishes)

    asked = typst.compile
    monkeypatch.setattr(drawing.typst, "compile", compile_)
    reader = pypdf.PdfReader(io.BytesIO(await asyncio.to_thread(drawing.draw, content)))

    assert standards == ["ua-1"]
    assert reader.trailer["/Root"]["/Lang"].startswith(locale.partition("-")[0])
