"""Finding: filters that can widen, shelves in shelves, words in their languages, slips of the finger."""

import asyncio

import pytest
from tests.catalog.test_import import load

from kassa import catalog, inventory
from kassa.kernel.errors import Invalid


def book(title: str, author: str = "", *, sku: str = "", **more):
    """A book of one edition."""
    variants = more.pop("variants", None) or [
        catalog.VariantInput(
            sku=sku or catalog.slugify(title).upper() or "UNTITLED", options={"Format": more.pop("form", "Paperback")},
            prices=more.pop("prices", {"EUR": 1200}), on_hand=more.pop("on_hand", 5), barcode=more.pop("barcode", ""),
        )
    ]  # fmt: skip
    attributes = {"author": author} | more.pop("attributes", {})
    return catalog.ProductInput(title=title, kind="Book", variants=variants, attributes=attributes, **more)


@pytest.fixture
def put(db, clock):
    """Puts products in; the id of the last."""

    async def set_on_hand(tx, variant_id, quantity):
        await inventory.set_on_hand(tx, variant_id, quantity, actor="test", now=clock.now())

    async def put_in(*books):
        for given in books:
            slug = catalog.slugify(given.title) or "untitled"
            async with db.transaction() as tx:
                id_, _ = await catalog.put_product(tx, slug, given, set_on_hand=set_on_hand, now=clock.now())
        return id_

    return put_in


@pytest.fixture
def find(db):
    """Lists products; the page."""

    async def listed(q=None, **more):
        async with db.connection() as conn:
            return await catalog.list_products(conn, **{"currency": "EUR", "q": q, **more})

    return listed


def titles(page):
    return [card.title for card in page.items]


def counts(page, name):
    return dict(next(facet.values for facet in page.facets if facet.name == name))


async def test_values_of_a_facet_are_alternatives_and_facets_narrow_each_other(put, find):
    await put(
        book("Emma", attributes={"subject": "Love", "language": "English"}),
        book("Bel-Ami", attributes={"subject": "Love", "language": "French"}),
        book("Candide", attributes={"subject": "Ethics", "language": "French"}),
    )

    assert titles(await find(facets={"language": ["French"]})) == ["Bel-Ami", "Candide"]
    assert (await find(facets={"language": ["French", "English"]})).total == 3
    assert titles(await find(facets={"language": ["French"], "subject": ["Love"]})) == ["Bel-Ami"]
    assert (await find(facets={"language": ["Latin"]})).total == 0


async def test_a_facet_counts_as_if_nothing_of_it_were_chosen(put, find):
    await put(
        book("Emma", attributes={"subject": "Love", "language": "English"}),
        book("Bel-Ami", attributes={"subject": "Love", "language": "French"}),
        book("Candide", attributes={"subject": "Ethics", "language": "French"}),
    )

    page = await find(facets={"language": ["French"]})

    assert counts(page, "language") == {"French": 2, "English": 1}
    assert counts(page, "subject") == {"Love": 1, "Ethics": 1}
    both = await find(facets={"language": ["French"], "subject": ["Love"]})
    assert (both.total, counts(both, "language"), counts(both, "subject")) == (
        1, {"French": 1, "English": 1}, {"Love": 1, "Ethics": 1},
    )  # fmt: skip


async def test_a_count_is_what_choosing_that_value_would_find(put, find):
    def volume(n):
        forms = ("Paperback", "Hardcover", "Paperback")[n % 3 : n % 3 + 1 + n % 4 // 2]
        prices = {"EUR": 900 + 300 * (n % 7)}
        editions = [
            catalog.VariantInput(sku=f"{n}-{form}", options={"Format": form}, prices=prices, on_hand=n % 6)
            for form in forms
        ]
        attributes = {"subject": f"S{n % 4}", "language": f"L{n % 5}"}
        return book(f"Volume {n}", attributes=attributes, collections=[f"Shelf {n % 2}"], variants=editions)

    await put(*map(volume, range(24)))
    for chosen in (
        {"format": ["Paperback"]}, {"availability": ["in_stock"], "subject": ["S0", "S2"]},
        {"format": ["Hardcover"], "price": ["1000-1500", "1500-2000"], "language": ["L0", "L3"]},
    ):  # fmt: skip
        for facet in (await find(collection="shelf-0", facets=chosen)).facets:
            for value, count in facet.values:
                page = await find(collection="shelf-0", facets={**chosen, facet.name: [value]})
                assert page.total == count, (chosen, facet.name, value)


async def test_what_is_chosen_stays_in_its_facet_though_it_finds_nothing(put, find):
    await put(book("Emma", attributes={"subject": "Love"}), book("Candide", attributes={"subject": "Ethics"}))

    page = await find(
        facets={"subject": ["Ethics", "No such thing"], "availability": ["sold_out", "rubbish"]}
    )

    assert page.total == 0
    assert counts(page, "subject")["No such thing"] == 0
    assert counts(page, "availability") == {"in_stock": 1, "sold_out": 0}


async def test_format_price_and_availability_are_facets_too(put, find):
    await put(
        book("Emma", form="Hardcover", prices={"EUR": 2490, "USD": 2990}),
        book("Candide", prices={"EUR": 850}, on_hand=0),
    )

    page = await find()

    assert counts(page, "format") == {"Hardcover": 1, "Paperback": 1}
    assert counts(page, "price") == {"700-1000": 1, "2000-3000": 1}
    assert counts(page, "availability") == {"in_stock": 1, "sold_out": 1}
    assert titles(await find(facets={"price": ["2000-3000"], "format": ["Hardcover"]})) == ["Emma"]
    assert titles(await find(facets={"availability": ["in_stock"]})) == ["Emma"]
    assert counts(await find(currency="USD"), "price") == {"2000-3000": 1}


async def test_what_has_no_price_in_a_currency_stands_at_the_end(put, find):
    await put(
        book("A", prices={"EUR": 900, "USD": 1000}),
        book("B", prices={"EUR": 100}),
        book("C", prices={"USD": 500}),
    )

    for sort, expected in (("price", ["C", "A", "B"]), ("-price", ["A", "C", "B"])):
        seen, after = [], None
        for _ in range(3):
            page = await find(sort=sort, currency="USD", limit=1, after=after)
            seen += titles(page)
            after = page.next
        assert (seen, after) == (expected, None)


async def test_a_shelf_shows_what_stands_on_the_shelves_in_it(db, put, find):
    await put(
        book("Emma", collections=["Fiction > Novels", "Women"]),
        book("Bliss", collections=["Fiction > Short Stories"]),
        book("Micrographia", collections=["Science"]),
    )

    assert titles(await find(collection="fiction")) == ["Bliss", "Emma"]
    assert titles(await find(collection="novels")) == ["Emma"]
    async with db.connection() as conn:
        shelves = await catalog.collections(conn)
    assert [(each.title, each.depth, each.count) for each in shelves] == [
        ("Fiction", 0, 2), ("Novels", 1, 1), ("Short Stories", 1, 1), ("Science", 0, 1), ("Women", 0, 1),
    ]  # fmt: skip
    assert [step.slug for step in catalog.trail(shelves, "novels")] == ["fiction", "novels"]
    assert catalog.trail(shelves, "nowhere") == []


async def test_a_shelf_that_is_put_into_another_takes_its_books_along(put, find):
    await put(book("Emma", collections=["Novels"]), book("Bliss", collections=["Fiction > Novels"]))

    assert titles(await find(collection="fiction")) == ["Bliss", "Emma"]


async def test_a_shelf_never_stands_in_itself(db, put, find):
    await put(
        book("Emma", collections=["A > B > C"]),
        book("Bliss", collections=["C > A", "B > B"]),
    )

    async with db.connection() as conn:
        shelves = await catalog.collections(conn)
    assert [(each.title, each.depth, each.count) for each in shelves] == [
        ("A", 0, 2),
        ("B", 1, 2),
        ("C", 2, 1),
    ]


FOUND = (
    ("wuthering", ["Wuthering Heights"]),
    ("height", ["Wuthering Heights"]),
    ("bronte", ["Wuthering Heights"]),
    ("BRONTË wuthering", ["Wuthering Heights"]),
    ("wuth", ["Wuthering Heights"]),
    ("the heights of", ["Wuthering Heights"]),
    ("moors", ["Wuthering Heights"]),
    ("miserable", ["Les Misérables"]),
    ("barricading", ["Les Misérables"]),
    ("barricades", ["Les Misérables"]),
    ("straße", ["Die Strasse"]),
    ("strassen", ["Die Strasse"]),
    ("война", ["Война и мир"]),
    ("ВОЙНЫ", ["Война и мир"]),
    ("wuthering miserables", []),
    ("BRONTE-WH-PB", ["Wuthering Heights"]),
    ("bronte wh pb", ["Wuthering Heights"]),
    ("978-0-14-143955-6", ["Wuthering Heights"]),
    ("9780141439556", ["Wuthering Heights"]),
    ("0-14-143955-1", ["Wuthering Heights"]),
    ("978014143955", []),
    ("?", []),
    ("' | & ! \\ :* <->", []),
    ("the", ["Wuthering Heights"]),
)


async def test_words_are_found_in_their_language_without_accents_and_codes_exactly(put, find):
    await put(
        book(
            "Wuthering Heights", "Emily Brontë", sku="BRONTE-WH-PB", barcode="9780141439556",
            description="<p>Love on the <b>moor</b>.</p>", attributes={"language": "English"},
        ),
        book(
            "Les Misérables", "Victor Hugo", description="<p>Barricades &amp; bread</p>",
            attributes={"language": "French"},
        ),
        book("Die Strasse", attributes={"language": "de"}),
        book("Война и мир", attributes={"language": "Russian"}),
    )  # fmt: skip

    assert {q: titles(await find(q, exact=True)) for q, _ in FOUND} == dict(FOUND)


async def test_a_title_weighs_more_than_an_author_and_a_description_least(put, find):
    await put(
        book("A Life", description="<p>Of Emma, and of others.</p>"),
        book("Letters", "Emma Goldman"),
        book("The Story of Emma Brown"),
        book("Emma", "Jane Austen"),
    )

    page = await find("emma")

    assert titles(page) == ["Emma", "The Story of Emma Brown", "Letters", "A Life"]
    assert page.sort == "relevance"
    assert titles(await find("emma", sort="-title")) == [
        "The Story of Emma Brown",
        "Letters",
        "Emma",
        "A Life",
    ]


async def test_pages_by_relevance_meet_every_product_once(put, find):
    await put(*(book(f"Emma {number}") for number in range(7)))

    seen, after = [], None
    for _ in range(4):
        page = await find("emma", limit=2, after=after)
        seen += titles(page)
        after = page.next

    assert after is None
    assert sorted(seen) == [f"Emma {number}" for number in range(7)]


async def test_a_cursor_is_good_for_its_own_order_only(put, find):
    await put(book("A"), book("B"))
    cursor = (await find(limit=1)).next

    for sort in ("price", "newest", "-title"):
        with pytest.raises(Invalid) as refused:
            await find(sort=sort, after=cursor)
        assert refused.value.code == "invalid_cursor"


async def test_slips_of_the_finger_are_corrected_against_the_shops_own_words(put, find):
    await put(book("Emma", "Jane Austen"), book("Great Expectations", "Charles Dickens"))

    for typed, meant in (
        ("austne", "austen"), ("Asuten", "austen"), ("jane austin", "jane austen"), ("dikens", "dickens"),
        ("grate expectatons", "great expectations"),
    ):  # fmt: skip
        page = await find(typed)
        assert (page.corrected, page.total) == (meant, 1), typed


async def test_what_is_spelled_right_or_like_nothing_is_not_corrected(put, find, db):
    await put(book("Emma", "Jane Austen"))

    for typed in ("austen", "zzzzqq", "emma zzzzqq", "?", "xy"):
        page = await find(typed)
        assert page.corrected is None, typed
    assert (await find("austne", exact=True)).total == 0
    async with db.connection() as conn:
        assert await catalog.corrected(conn, "emma austne") == "emma austen"
        assert await catalog.corrected(conn, "emma") is None


async def test_a_filter_that_finds_nothing_is_no_slip(put, find):
    await put(book("Emma", "Jane Austen", attributes={"language": "English"}))

    page = await find("emma", facets={"language": ["French"]})

    assert (page.total, page.corrected) == (0, None)


async def test_a_new_product_is_found_counted_and_spelled_at_once(put, find):
    await put(book("Emma", attributes={"subject": "Love"}))
    assert (await find("persuation")).total == 0

    await put(book("Persuasion", attributes={"subject": "Love"}))

    assert (await find("persuation")).corrected == "persuasion"
    assert counts(await find(), "subject") == {"Love": 2}


async def test_a_product_that_changes_is_found_by_what_it_is_now(put, find):
    await put(book("Emma", "Jane Austen", attributes={"subject": "Love"}, collections=["Novels"]))

    await put(book("Emma", "J. A.", attributes={"subject": "Comedy"}))

    assert (await find("austen", exact=True)).total == 0
    assert counts(await find(), "subject") == {"Comedy": 1}
    assert (await find(collection="novels")).total == 0


async def test_what_is_not_for_sale_is_not_found(put, find):
    await put(book("Emma", "Jane Austen"), book("Emma", "Jane Austen", status="draft"))

    page = await find("emma")

    assert (page.total, (await find()).total, page.facets[1].values) == (0, 0, [])


async def test_the_last_copy_that_is_kept_for_somebody_is_sold_out(db, clock, put, find):
    product_id = await put(book("Emma", on_hand=1))
    assert counts(await find(), "availability") == {"in_stock": 1}

    async with db.transaction() as tx:
        variant = (await catalog.variants_by_sku(tx, ["EMMA"], "EUR"))["EMMA"]
        await inventory.reserve(tx, product_id, {variant.id: 1}, now=clock.now(), expires_at=clock.now())

    page = await find()
    assert counts(page, "availability") == {"sold_out": 1}
    assert not page.items[0].available


async def test_suggestions_are_names_shelves_and_books(db, put):
    await put(
        book("Emma", "Jane Austen", collections=["Fiction > Austen and her time"]),
        book("Persuasion", "Jane Austen", collections=["Fiction"]),
        book("Austerlitz", "W. G. Sebald"),
    )

    async with db.connection() as conn:
        found = await catalog.suggest(conn, "aus", currency="EUR")
        meant = await catalog.suggest(conn, "austne", currency="EUR")
        few = await catalog.suggest(conn, "aus", currency="EUR", limit=1)
        nothing = [await catalog.suggest(conn, text, currency="EUR") for text in ("", "?", "zzzzqq")]

    assert found.queries == ["Jane Austen"]
    assert [shelf.slug for shelf in found.collections] == ["austen-and-her-time"]
    assert [card.title for card in found.products] == ["Austerlitz", "Emma", "Persuasion"]
    assert found.corrected is None
    assert (meant.corrected, [card.title for card in meant.products]) == ("austen", ["Emma", "Persuasion"])
    assert len(few.products) == 1
    assert all(not (each.queries or each.collections or each.products) for each in nothing)


async def test_shelves_in_shelves_come_out_of_a_file_and_go_in_again(db, clock):
    await load(db, clock, catalog.demo_csv())
    async with db.connection() as conn:
        first = await catalog.export_csv(conn, currency="EUR")
        before = await catalog.collections(conn)

    await load(db, clock, first)

    async with db.connection() as conn:
        assert await catalog.export_csv(conn, currency="EUR") == first
        assert await catalog.collections(conn) == before
    assert {each.title for each in before if each.parent == "fiction"} >= {"Novels", "Gothic"}


async def test_many_at_once_put_in_the_same_new_author(put, find):
    await asyncio.gather(*(put(book(f"Volume {number}", "New Author")) for number in range(8)))

    assert counts(await find(), "author") == {"New Author": 8}
