"""A Shopify product CSV: all of it or nothing, every fault with its line and column, and out again as it came in."""

import pytest

from kassa import catalog, inventory

HEADER = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Grams,"
    "Variant Inventory Qty,Variant Price,Price / United States,Image Src,Image Position,Image Alt Text,"
    "Author (product.metafields.custom.author),Cost per item,SEO Title,Status"
)
EMMA = [
    'emma,Emma,"<p>Two\nlines</p>",Press,Book,"Novels, Love",Format,Paperback,EMMA-PB,300,4,9.90,11.50,'
    "https://img.test/a.jpg,1,Front,Jane Austen,3.10,Emma!,active",
    "emma,,,,,,,Hardcover,EMMA-HC,500,2,19.90,22.00,https://img.test/b.jpg,2,Back,,,,",
    "emma,,,,,,,,,,,,,https://img.test/c.jpg,3,Spine,,,,",
]


def file(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


async def load(db, clock, text):
    async def set_on_hand(tx, variant_id, quantity):
        await inventory.set_on_hand(tx, variant_id, quantity, actor="test", now=clock.now())

    async with db.transaction() as tx:
        return await catalog.import_csv(tx, text, currency="EUR", set_on_hand=set_on_hand, now=clock.now())


async def product(db, slug="emma"):
    async with db.connection() as conn:
        return await catalog.product(conn, slug, "EUR", include_draft=True)


async def export(db):
    async with db.connection() as conn:
        return await catalog.export_csv(conn, currency="EUR")


async def test_a_product_of_several_rows_comes_in_whole(db, clock):
    report = await load(db, clock, file(*EMMA))

    emma = await product(db)
    assert (report.products, report.variants) == (1, 2)
    assert [(v.sku, v.options, v.on_hand, v.prices) for v in emma.variants] == [
        ("EMMA-PB", {"Format": "Paperback"}, 4, {"EUR": 990, "USD": 1150}),
        ("EMMA-HC", {"Format": "Hardcover"}, 2, {"EUR": 1990, "USD": 2200}),
    ]
    assert [m.alt for m in emma.media] == ["Front", "Back", "Spine"]
    assert emma.attributes == {"author": "Jane Austen"}
    assert [title for _, title in emma.collections] == ["Love", "Novels"]
    assert emma.extra == {"SEO Title": "Emma!"}
    assert emma.variants[0].extra == {"Cost per item": "3.10"}


async def test_what_came_in_comes_out_and_comes_in_again_the_same(db, clock):
    await load(db, clock, file(*EMMA))
    first, before = await export(db), await product(db)

    await load(db, clock, first)

    assert await export(db) == first
    assert await product(db) == before


async def test_a_file_from_windows_is_read_too(db, clock):
    await load(db, clock, "\ufeff" + file(*EMMA).replace("\n", "\r\n"))

    assert len((await product(db)).variants) == 2


async def test_the_demo_bookshop_comes_in(db, clock):
    report = await load(db, clock, catalog.demo_csv())

    assert report.products >= 150
    assert report.variants >= 2 * report.products
    async with db.connection() as conn:
        page = await catalog.list_products(conn, currency="EUR", limit=100)
    assert page.total == report.products - 2


def row(**cells: str) -> str:
    usual = {
        "Handle": "emma", "Title": "Emma", "Variant SKU": "EMMA-PB", "Variant Price": "9.90", "Option1 Name": "Format",
        "Option1 Value": "Paperback", "Status": "active",
    } | {name.replace("_", " "): value for name, value in cells.items()}  # fmt: skip
    return ",".join(usual.get(name, "") for name in HEADER.split(","))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (file(row(Variant_Price="cheap")), [(2, "Variant Price")]),
        (file(row(Variant_Price="1.234")), [(2, "Variant Price")]),
        (file(row(Variant_Price="")), [(2, "Variant Price")]),
        (file(row(Variant_Price="-1")), [(2, "Variant Price")]),
        (file(row(Handle="")), [(2, "Handle")]),
        (file(row(Handle="Not A Slug")), [(2, "Handle")]),
        (file(row(Title="")), [(2, "Title")]),
        (file(row(Status="sold")), [(2, "Status")]),
        (file(row(Variant_SKU="")), [(2, "Variant SKU")]),
        (file(row(), row(Handle="other")), [(3, "Variant SKU")]),
        (file(row(Option1_Value="")), [(2, "Option1 Value")]),
        (file(row(Variant_Inventory_Qty="-3")), [(2, "Variant Inventory Qty")]),
        (
            file(row(Variant_Grams="heavy"), row(Handle="b", Variant_SKU="B", Status="x")),
            [(2, "Variant Grams"), (3, "Status")],
        ),
        (file(*EMMA, row(Handle="b", Variant_SKU="B", Variant_Price="x")), [(6, "Variant Price")]),
        (file(row() + ",too,many"), [(2, "")]),
        ("Title,Variant Price\nEmma,1\n", [(1, "Handle")]),
        (file(), [(1, "Handle")]),
        ("", [(1, "Handle")]),
        (file('"never closed'), [(2, "")]),
    ],
)
async def test_a_fault_names_its_line_and_column_and_nothing_comes_in(db, clock, text, faults):
    with pytest.raises(catalog.ImportFailed) as refused:
        await load(db, clock, text)

    assert [(line, column) for line, column, _ in refused.value.faults] == faults
    async with db.connection() as conn:
        assert await catalog.is_empty(conn)


async def test_a_sku_of_another_product_is_a_fault_of_its_line(db, clock):
    await load(db, clock, file(row()))

    with pytest.raises(catalog.ImportFailed) as refused:
        await load(db, clock, file(row(Handle="other", Title="Other")))

    assert [(line, column) for line, column, _ in refused.value.faults] == [(2, "Variant SKU")]
