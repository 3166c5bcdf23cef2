"""What the catalogue says in other languages, and what it costs where nobody speaks them."""

from dataclasses import replace

import pytest
from tests.catalog.books import put_book, variant

from kassa import catalog
from kassa.catalog import translations
from kassa.kernel import speech

TEXT = catalog.Text("Emma auf Deutsch", "<p>Schön.</p><script>x</script>", "Emma kaufen", "Ein Roman.")


@pytest.fixture
async def emma(db, clock):
    id_ = await put_book(db, clock, "Emma", variant("E-PB", Format="Paperback"), collections=["Novels"])
    async with db.transaction() as tx:
        await translations.put(tx, {id_: {"de": TEXT}})
        file = "Kind,Name,Title,Description\nword,Paperback,Taschenbuch,\nword,Format,Ausgabe,\nshelf,novels,Romane,\n"
        await catalog.load_translations(tx, "de", file)
        await catalog.index(tx, [id_])
    return id_


async def test_a_product_is_what_it_is_called_where_its_language_is_spoken(db, emma):
    async with db.connection() as conn:
        with speech.speak("de"):
            german = await catalog.product(conn, "emma", "EUR")
        with speech.speak("fr"):
            french = await catalog.product(conn, "emma", "EUR")

    assert (german.title, german.description) == ("Emma auf Deutsch", "<p>Schön.</p>")
    assert (german.seo_title, german.seo_description) == ("Emma kaufen", "Ein Roman.")
    assert german.collections == [("novels", "Romane")]
    assert (german.options, german.variants[0].options) == (["Ausgabe"], {"Ausgabe": "Taschenbuch"})
    assert (french.title, french.variants[0].title) == ("Emma", "Paperback")


async def test_what_is_sold_is_called_so_too(db, emma):
    async with db.connection() as conn:
        with speech.speak("de"):
            sold = await catalog.variants_by_sku(conn, ["E-PB"], "EUR")

    assert sold["E-PB"].title == "Emma auf Deutsch — Taschenbuch"


async def test_the_shops_own_language_says_what_the_shop_wrote(db, emma):
    async with db.connection() as conn:
        with speech.speak("de", original=True):
            assert (await catalog.product(conn, "emma", "EUR")).title == "Emma"
        assert (await catalog.product(conn, "emma", "EUR")).title == "Emma"


async def test_lists_shelves_and_suggestions_speak_and_are_found_in_the_language(db, emma):
    async with db.connection() as conn:
        with speech.speak("de"):
            page = await catalog.list_products(conn, currency="EUR", q="deutsch")
            suggested = await catalog.suggest(conn, "deut", currency="EUR")
        english = await catalog.list_products(conn, currency="EUR")

    assert [card.title for card in page.items] == ["Emma auf Deutsch"]
    assert [shelf.title for shelf in page.collections] == ["Romane"]
    assert [card.title for card in suggested.products] == ["Emma auf Deutsch"]
    assert [shelf.title for shelf in english.collections] == ["Novels"]


async def test_a_product_put_in_anew_keeps_its_translations_unless_others_are_given(db, clock, emma):
    async def set_on_hand(tx, variant_id, quantity):
        return None

    given = catalog.ProductInput(title="Emma", variants=[variant("E-PB")])
    async with db.transaction() as tx:
        await catalog.put_product(tx, "emma", given, set_on_hand=set_on_hand, now=clock.now())
    async with db.connection() as conn:
        with speech.speak("de"):
            kept = await catalog.product(conn, "emma", "EUR")
    new = replace(
        given,
        translations={"ja": catalog.Text("エマ")},
        variants=[replace(given.variants[0], translations={"ja": "文庫"})],
    )
    async with db.transaction() as tx:
        await catalog.put_product(tx, "emma", new, set_on_hand=set_on_hand, now=clock.now())
    async with db.connection() as conn:
        with speech.speak("de"):
            gone = await catalog.product(conn, "emma", "EUR")
        with speech.speak("ja"):
            there = await catalog.product(conn, "emma", "EUR")

    assert kept.title == "Emma auf Deutsch"
    assert gone.title == "Emma"
    assert (there.title, there.variants[0].title) == ("エマ", "文庫")


async def test_the_demo_bookshop_is_translated_book_by_book(db):
    files = catalog.demo_translations()
    slugs = {line.split(",")[0] for line in catalog.demo_csv().splitlines()[1:]}

    assert list(files) == ["de", "es", "fr", "ja"]
    for file in files.values():
        named = {line.split(",")[1] for line in file.splitlines() if line.startswith("product,")}
        assert named >= {
            slug for slug in slugs if slug and slug.replace("-", "").isalnum() and slug.islower()
        } - {""}
