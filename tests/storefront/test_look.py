"""The page of a book: what can be chosen, what it says to people and to machines, what stands beside it."""

import json
import re

import pytest
from tests.catalog.books import put_book, variant

from kassa import catalog
from kassa.storefront import structured
from kassa.storefront.editions import editions

EMMA = [
    variant("PB-EN", price=1190, on_hand=9, Format="Paperback", Language="English"),
    variant("PB-DE", price=1290, on_hand=0, Format="Paperback", Language="German"),
    variant("HC-EN", price=2390, on_hand=3, before=2990, Format="Hardcover", Language="English"),
    variant("LP-EN", price=3190, on_hand=0, Format="Large print", Language="English"),
]


async def product(db, slug="emma"):
    async with db.connection() as conn:
        return await catalog.product(conn, slug, "EUR")


def data_of(page) -> list[dict]:
    return [
        json.loads(text)
        for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)
    ]


async def test_each_edition_says_its_price_what_it_cost_before_and_what_is_left(browser, db, clock):
    await put_book(db, clock, "Emma", *EMMA)

    page = (await browser.get("/products/emma?sku=HC-EN")).text

    assert re.search(r'value="HC-EN" required checked', page)
    assert "<s class=\"soft small\"><span class='unseen'>before </span>€29.90</s> €23.90" in page
    assert "3 left" in page


async def test_an_option_leads_to_the_nearest_edition_and_says_when_all_of_it_is_gone(browser, db, clock):
    await put_book(db, clock, "Emma", *EMMA)

    page = (await browser.get("/products/emma?sku=PB-EN")).text
    links = dict(re.findall(r'href="/products/emma\?sku=([A-Z-]+)#editions"[^>]*>([A-Z][a-z ]+)', page))

    assert links == {"PB-EN": "Paperback", "HC-EN": "Hardcover", "LP-EN": "Large print "}
    assert re.search(r'sku=PB-EN#editions"[^>]* aria-current="true"', page)
    assert re.search(r'sku=LP-EN#editions"[^>]* class="gone">Large print <span class="small">sold out', page)


async def test_a_sold_out_edition_is_shown_and_can_not_be_chosen(browser, db, clock):
    await put_book(db, clock, "Emma", *EMMA)

    page = (await browser.get("/products/emma?sku=PB-DE")).text

    assert re.search(r'value="PB-DE" required disabled', page)
    assert re.search(r'value="PB-EN" required checked', page)
    assert "Sold out" in page


async def test_where_nothing_of_a_kind_is_left_there_is_nothing_to_press(browser, db, clock):
    await put_book(db, clock, "Emma", *EMMA)

    page = (await browser.get("/products/emma?sku=LP-EN")).text

    assert "Nothing of this kind is left." in page
    assert 'data-testid="add-to-cart"' not in page


async def test_variants_that_options_do_not_tell_apart_are_rows_all_together(db, clock):
    await put_book(db, clock, "Emma", variant("A", Format="Paperback"), variant("B", Format="Paperback"))

    found = editions(await product(db))

    assert found.options == []
    assert [row.sku for row in found.rows] == ["A", "B"]


async def test_an_unknown_sku_chooses_the_first_that_can_be_bought(db, clock):
    await put_book(db, clock, "Emma", variant("A", on_hand=0), variant("B"))

    for sku in ("", "nonsense", "A"):
        assert editions(await product(db), sku).chosen.sku == "B"


async def test_the_page_says_when_it_arrives_at_home(browser, db, clock):
    await put_book(db, clock, "Emma")

    page = (await browser.get("/products/emma")).text

    assert "<dt>Standard to Germany, €3.90</dt><dd>Arrives Wednesday 4 – Friday 6 November</dd>" in page


async def test_search_engines_are_told_every_offer_and_the_way_to_it(browser, db, clock):
    await put_book(db, clock, "Emma", *EMMA, collections=["Novels"])

    [found] = data_of(await browser.get("/products/emma"))
    book, crumbs = found["@graph"]

    assert [(one["sku"], one["price"], one["availability"].rpartition("/")[2]) for one in book["offers"]] == [
        ("PB-EN", "11.90", "InStock"), ("PB-DE", "12.90", "OutOfStock"), ("HC-EN", "23.90", "InStock"),
        ("LP-EN", "31.90", "OutOfStock"),
    ]  # fmt: skip
    assert book["name"], book["author"]["name"] == ("Emma", "Jane Austen")
    assert book["description"] == "A book & more."
    assert all(image.startswith("http://shop.test/media/covers/emma/") for image in book["image"])
    assert [item["item"] for item in crumbs["itemListElement"]] == [
        "http://shop.test/books", "http://shop.test/collections/novels", "http://shop.test/products/emma",
    ]  # fmt: skip


@pytest.mark.parametrize("title", ["</script><script>alert(1)</script>", "<!--<script>", "A & B \u2028 C"])
async def test_no_title_ends_the_data_it_stands_in(browser, db, clock, title):
    await put_book(db, clock, title)

    page = await browser.get(f"/products/{catalog.slugify(title)}")
    inside = page.text.partition('<script type="application/ld+json">')[2].partition("</script>")[0]

    assert not re.search("[<>&\u2028]", inside)
    assert json.loads(inside)["@graph"][0]["name"] == title


def test_data_with_every_character_comes_back_as_it_was():
    said = {"x": "".join(map(chr, range(0x20, 0x300))) + "\u2028\u2029🦊</script>"}

    assert json.loads(str(structured.script(said))) == said


async def test_the_front_of_the_shop_says_how_to_search_it(browser):
    [found] = data_of(await browser.get("/"))

    assert found["@type"] == "WebSite"
    assert (
        found["potentialAction"]["target"]["urlTemplate"] == "http://shop.test/books?q={search_term_string}"
    )


async def test_a_page_has_one_canonical_address_however_it_was_reached(browser, db, clock):
    await put_book(db, clock, "Emma")

    for address in ("/products/emma", "/products/emma?sku=EMMA&utm_source=x"):
        page = (await browser.get(address)).text
        assert re.findall(r'rel="canonical" href="([^"]*)"', page) == ["http://shop.test/products/emma"]


async def test_a_link_to_a_book_elsewhere_shows_its_card(browser, db, clock):
    await put_book(db, clock, "Emma")

    page = (await browser.get("/products/emma")).text
    card = re.search(r'property="og:image" content="http://shop\.test([^"]*)"', page)[1]
    answer = await browser.get(card)

    assert 'name="twitter:card" content="summary_large_image"' in page
    assert answer.headers["content-type"] == "image/png"
    assert "immutable" in answer.headers["cache-control"]


async def test_a_gallery_has_avif_and_webp_in_several_widths_and_every_one_is_there(browser, db, clock):
    await put_book(db, clock, "Emma")

    page = (await browser.get("/products/emma")).text
    sets = re.findall(r'<source type="image/(avif|webp)"(?: sizes="[^"]+")? srcset="([^"]+)"', page)
    addresses = {(kind, one.split()[0]) for kind, one_set in sets for one in one_set.split(", ")}

    assert len(addresses) == 2 * 2 * 5
    for kind, address in addresses:
        answer = await browser.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, f"image/{kind}")
        assert "immutable" in answer.headers["cache-control"]


async def test_pictures_from_elsewhere_are_allowed_by_host_and_only_on_their_page(browser, db, clock):
    await put_book(
        db, clock, "Emma", media=["https://pictures.example/1.jpg", "https://pictures.example/2.jpg"]
    )
    await put_book(db, clock, "Persuasion", author="Else", subject="Other")

    page, other = [await browser.get(f"/products/{slug}") for slug in ("emma", "persuasion")]

    assert "img-src 'self' https://pictures.example data:" in page.headers["content-security-policy"]
    assert page.text.count("data-zoom") == 2
    assert "pictures.example" not in other.headers["content-security-policy"]


async def test_a_description_can_not_allow_what_the_policy_forbids(browser, db, clock):
    await put_book(db, clock, "Emma", media=["https://x.example; script-src *//1.jpg"])

    policy = (await browser.get("/products/emma")).headers["content-security-policy"]

    assert policy.count("script-src") == 1
    assert "x.example" not in policy


async def test_what_stands_beside_a_book_is_on_its_page(browser, db, clock):
    await put_book(db, clock, "Emma")
    await put_book(db, clock, "Persuasion")

    page = (await browser.get("/products/emma")).text

    assert "Beside it on the shelf" in page
    assert '<a href="/products/persuasion">' in page.partition("Beside it on the shelf")[2]
