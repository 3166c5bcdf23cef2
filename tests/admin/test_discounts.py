"""Discounts at the desk: made, changed, watched, ended."""

import pytest
from tests.factories import make_variant, place
from tests.pricing.offers import make, used

from kassa.kernel.ids import new_id
from kassa.pricing import discounts
from kassa.pricing.discounts import Kind

FORM = {"code": "spring", "kind": "percent", "value": "12,5", "title": "Spring <sale>"}


async def offer(db, code="SPRING"):
    async with db.connection() as conn:
        return await discounts.one(conn, code)


async def count(db):
    async with db.connection() as conn:
        return await conn.fetchval("select count(*) from discounts")


async def send(operator, path, **fields):
    await operator.open("/admin/discounts/new")
    return await operator.send(f"/admin/discounts/{path}", **fields)


async def test_a_discount_is_made_and_shown_as_text(operator, db):
    answer = await send(operator, "new", **FORM, usage_limit="10", starts_at="2026-01-01T00:00")

    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/discounts/SPRING")
    made = await offer(db)
    assert (made.value, made.usage_limit, made.starts_at.isoformat()) == (
        1250,
        10,
        "2026-01-01T00:00:00+00:00",
    )
    assert "Spring &lt;sale&gt;" in (await operator.open("/admin/discounts")).text
    page = (await operator.open("/admin/discounts/SPRING")).text
    assert 'value="12.5"' in page
    assert 'value="2026-01-01T00:00"' in page


async def test_it_can_be_for_collections_products_and_variants(operator, db, clock):
    variant = await make_variant(db, clock)

    await send(operator, "new", **FORM, goods="EMMA-PB\nemma-pb")

    assert len((await offer(db)).targets) == 2
    assert variant in (await offer(db)).targets
    assert "EMMA-PB" in (await operator.open("/admin/discounts/SPRING")).text


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": "a b"}, "code"),
        ({"code": ""}, "code"),
        ({"value": "ten"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "101"}, "value"),
        ({"value": "1e5000"}, "value"),
        ({"value": "1e999999"}, "value"),
        ({"kind": "fixed", "value": "5"}, "currency"),
        ({"kind": "fixed", "value": "5.555", "currency": "EUR"}, "value"),
        ({"currency": "XTS"}, "currency"),
        ({"goods": "nothing-like-this"}, "goods"),
        ({"usage_limit": "many"}, "usage_limit"),
        ({"kind": "buy_x_get_y", "value": ""}, "buy"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": "2026-02-01T00:00", "ends_at": "2026-01-01T00:00"}, "ends_at"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(operator, db, changed, field):
    answer = await send(operator, "new", **{**FORM, **changed})

    assert answer.status_code == 422
    assert f'id="fault-{field}"' in answer.text or f'href="#{field}"' in answer.text
    assert "Spring &lt;sale&gt;" in answer.text
    assert await count(db) == 0


async def test_a_code_is_given_once(operator, db):
    await send(operator, "new", **FORM)

    answer = await send(operator, "new", **{**FORM, "value": "50"})

    assert answer.status_code == 409
    assert "with this code already" in answer.text
    assert (await offer(db)).value == 1250


async def test_one_that_applies_by_itself_may_go_without_a_code(operator, db):
    answer = await send(operator, "new", **{**FORM, "code": ""}, automatic="on")

    assert answer.headers["location"].startswith("/admin/discounts/AUTO-")
    assert await count(db) == 1


async def test_its_uses_and_figures_are_shown_and_a_limit_below_them_is_refused(operator, db, clock):
    await make_variant(db, clock)
    await make(db, clock, usage_limit=5)
    order = await place(db, clock, discount_code="SPRING")
    await place(db, clock, discount_code="SPRING")

    page = (await operator.open("/admin/discounts/SPRING")).text
    answer = await operator.send("/admin/discounts/SPRING", kind="percent", value="10", usage_limit="1")

    assert f"/admin/orders/{order.id}" in page
    assert "2 of 5" in page
    assert answer.status_code == 409
    assert ((await offer(db)).usage_limit, await used(db)) == (5, 2)


async def test_it_is_changed_and_ended_and_ended_again(operator, db, clock):
    await make(db, clock)

    await send(operator, "SPRING", kind="fixed", value="5.00", currency="EUR", alone="on")
    changed = await offer(db)
    assert (changed.kind, changed.value, changed.combines) == (Kind.FIXED, 500, False)
    for _ in range(2):
        assert (await send(operator, "SPRING/end")).status_code == 303
    assert (await offer(db)).ends_at == clock.now()
    assert "End it now" not in (await operator.open("/admin/discounts/SPRING")).text


async def test_what_is_not_there_and_what_is_nobodys_to_do_changes_nothing(operator, browser, db, clock):
    await make(db, clock)
    for path in ("NOPE", str(new_id())):
        assert (await operator.open(f"/admin/discounts/{path}")).status_code == 404
        assert (await send(operator, f"{path}/end")).status_code == 404

    await operator.open("/admin/discounts/SPRING")
    answer = await operator.client.post("/admin/discounts/SPRING/end", data={"csrf_token": "x"})
    assert answer.status_code == 403
    assert (await offer(db)).ends_at is None


async def test_without_a_login_nothing_is_made(browser, db):
    assert (await browser.open("/admin/discounts")).status_code in (302, 303)
    await browser.send("/admin/discounts/new", **FORM)
    assert await count(db) == 0
