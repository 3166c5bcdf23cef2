"""Changing the order on the hosted page: quantities, codes, delivery, tax; with JavaScript and without."""

from typing import Any

import pytest
from playwright.async_api import Page, expect
from tests.stripe_sandbox.pages.conftest import OpenPage
from tests.stripe_sandbox.pages.hosted import BOTH, enter, enter_address, line, now, pay, session
from tests.stripe_sandbox.pages.stage import GOOD, Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
WAYS = [
    {"shipping_rate_data": {
        "display_name": name, "type": "fixed_amount", "fixed_amount": {"amount": amount, "currency": "usd"},
        "delivery_estimate": estimate,
    }}
    for name, amount, estimate in (
        ("Standard", 490, {
            "minimum": {"unit": "business_day", "value": 3}, "maximum": {"unit": "business_day", "value": 5},
        }),
        ("Express", 1490, {"maximum": {"unit": "day", "value": 1}}),
        ("Collect", 0, {"minimum": {"unit": "hour", "value": 2}}),
    )
]  # fmt: skip
TAXED: dict[str, Any] = {
    "automatic_tax": {"enabled": True},
    "line_items": [line(10000, tax_behavior="exclusive")],
    "shipping_address_collection": {"allowed_countries": ["US"]},
}


async def code(stage: Stage, name: str, **coupon: Any) -> None:
    """A promotion code that a customer can type."""
    made = await stage.world.stripe.v1.coupons.create_async(
        {"duration": "once", **(coupon or {"percent_off": 50})}  # type: ignore[arg-type]
    )
    await stage.world.stripe.v1.promotion_codes.create_async(
        {"promotion": {"type": "coupon", "coupon": made.id}, "code": name}
    )


def total(page: Page) -> Any:
    """The big amount on the slip."""
    return page.locator("p.amount")


def row(page: Page, name: str) -> Any:
    """The amount in a row of the totals."""
    return page.locator(".totals div").filter(has=page.locator("dt", has_text=name)).locator("dd")


@BOTH
async def test_a_quantity_the_shop_leaves_open_can_be_changed(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page = await open_page(java_script_enabled=javascript)
    open_line = line(1500, 2, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 3})
    made = await session(stage, line_items=[open_line])
    await page.goto(made.url)
    await page.locator("[name=email]").fill("ada@example.org")

    await page.get_by_role("button", name="One more of Walden").click()
    await expect(total(page)).to_have_text("$45.00")

    assert (await now(stage, made)).amount_total == 4500
    await expect(page.locator("[name=email]")).to_have_value("ada@example.org")
    await expect(page.get_by_role("button", name="One more of Walden")).to_be_disabled()
    await expect(page.locator("#pay")).to_contain_text("$45.00")
    await enter(page, GOOD)
    await pay(page)
    await page.wait_for_url("**/done**")
    assert (await now(stage, made)).payment_intent.amount == 4500


@BOTH
@pytest.mark.parametrize("typed", ["9", "-1", "many", "1e3", "１"])
async def test_a_quantity_that_cannot_be_changes_nothing(
    stage: Stage, open_page: OpenPage, javascript: bool, typed: str
) -> None:
    page = await open_page(java_script_enabled=javascript)
    open_line = line(1500, 2, adjustable_quantity={"enabled": True, "minimum": 1, "maximum": 3})
    made = await session(stage, line_items=[open_line])
    await page.goto(made.url)
    await enter(page, GOOD)

    await page.get_by_role("textbox", name="Quantity of Walden").fill(typed)
    await pay(page)

    await expect(page.get_by_role("alert")).to_contain_text("This quantity is not possible.")
    after = await now(stage, made)
    assert (after.status, after.amount_total, after.payment_intent) == ("open", 3000, None)


@BOTH
async def test_a_promotion_code_is_taken_and_taken_back(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    name = f"HALF{javascript}".upper()
    await code(stage, name)
    page, made = (
        await open_page(java_script_enabled=javascript),
        await session(stage, allow_promotion_codes=True),
    )
    await page.goto(made.url)

    await page.get_by_label("Promotion code").fill(name.lower())
    await page.get_by_role("button", name="Apply").click()
    await expect(total(page)).to_have_text("$15.00")
    await expect(row(page, "Discount")).to_have_text("-$15.00")
    await page.get_by_role("button", name=f"Remove {name}").click()

    await expect(total(page)).to_have_text("$30.00")
    assert (await now(stage, made)).discounts == []


@BOTH
async def test_a_code_that_does_not_count_is_said_beside_it(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page, made = (
        await open_page(java_script_enabled=javascript),
        await session(stage, allow_promotion_codes=True),
    )
    await page.goto(made.url)

    await page.get_by_label("Promotion code").fill("NOTHING")
    await page.get_by_role("button", name="Apply").click()

    await expect(page.locator("#code-fault")).to_have_text("This code cannot be used.")
    await expect(page.get_by_label("Promotion code")).to_have_attribute("aria-invalid", "true")
    assert (await now(stage, made)).amount_total == 3000


@BOTH
async def test_a_code_typed_and_not_applied_counts_before_anything_is_paid(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    name = f"LATE{javascript}".upper()
    await code(stage, name)
    page, made = (
        await open_page(java_script_enabled=javascript),
        await session(stage, allow_promotion_codes=True),
    )
    await page.goto(made.url)
    await enter(page, GOOD)

    await page.get_by_label("Promotion code").fill(name)
    await pay(page)

    await expect(page.get_by_role("alert")).to_contain_text("Your code has been applied.")
    assert (await now(stage, made)).payment_intent is None
    await enter(page, GOOD)
    await pay(page)
    await page.wait_for_url("**/done**")
    assert (await now(stage, made)).payment_intent.amount == 1500


async def test_enter_in_the_code_applies_it_and_in_a_field_pays(stage: Stage, open_page: OpenPage) -> None:
    await code(stage, "ENTER")
    page, made = await open_page(), await session(stage, allow_promotion_codes=True)
    await page.goto(made.url)
    await enter(page, GOOD)

    await page.get_by_label("Promotion code").fill("ENTER")
    await page.get_by_label("Promotion code").press("Enter")
    await expect(total(page)).to_have_text("$15.00")
    await expect(page.get_by_role("status")).to_have_text("The total is now $15.00.")
    await page.locator("[name=name]").press("Enter")
    await page.wait_for_url("**/done**")

    assert (await now(stage, made)).payment_intent.amount == 1500


@BOTH
async def test_a_way_of_delivery_is_chosen_and_paid(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page, made = await open_page(java_script_enabled=javascript), await session(stage, shipping_options=WAYS)
    await page.goto(made.url)
    await expect(page.get_by_text("3–5 business days")).to_be_visible()
    await expect(page.get_by_text("up to 1 day")).to_be_visible()
    await expect(page.get_by_text("from 2 hours")).to_be_visible()
    await expect(row(page, "Shipping")).to_have_text("$4.90")

    await page.get_by_role("radio", name="Express").check()
    if not javascript:
        await page.get_by_role("button", name="Update the total").click()
    await expect(total(page)).to_have_text("$44.90")
    await enter(page, GOOD)
    await pay(page)
    await page.wait_for_url("**/done**")

    paid = await now(stage, made)
    assert (paid.payment_intent.amount, paid.total_details.amount_shipping) == (4490, 1490)


@BOTH
async def test_tax_follows_the_address_and_is_shown_before_it_is_paid(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page, made = await open_page(java_script_enabled=javascript), await session(stage, **TAXED)
    await page.goto(made.url)
    await expect(row(page, "Tax")).to_have_text("Calculated from your address")

    await enter_address(page, "shipping")
    await enter(page, GOOD)
    if javascript:
        await expect(row(page, "Tax")).to_contain_text("$")
    else:
        await pay(page)
        await expect(page.get_by_role("alert")).to_contain_text("The amount has changed")
        await page.locator("[name=cvc]").fill("123")
    before = await now(stage, made)
    assert (before.status, before.automatic_tax.status) == ("open", "complete")
    assert before.amount_total == 10000 + before.total_details.amount_tax > 10000
    await pay(page)
    await page.wait_for_url("**/done**")

    assert (await now(stage, made)).payment_intent.amount == before.amount_total


@BOTH
async def test_an_address_without_a_place_is_not_paid_from(
    stage: Stage, open_page: OpenPage, javascript: bool
) -> None:
    page, made = await open_page(java_script_enabled=javascript), await session(stage, **TAXED)
    await page.goto(made.url)
    await enter_address(page, "shipping")
    await page.locator("[name=shipping_state]").fill("")
    await page.locator("[name=shipping_postal_code]").fill("?")
    await enter(page, GOOD)

    await pay(page)

    await expect(page.get_by_role("alert")).to_contain_text("We cannot find this address.")
    after = await now(stage, made)
    assert (after.status, after.payment_intent) == ("open", None)


@BOTH
async def test_something_else_can_be_added(stage: Stage, open_page: OpenPage, javascript: bool) -> None:
    product = await stage.world.stripe.v1.products.create_async({"name": "Bookmark"})
    price = await stage.world.stripe.v1.prices.create_async(
        {"product": product.id, "currency": "usd", "unit_amount": 250}
    )
    page = await open_page(java_script_enabled=javascript)
    made = await session(stage, optional_items=[{"price": price.id, "quantity": 1}])
    await page.goto(made.url)

    await page.get_by_role("button", name="Add: Bookmark").click()

    await expect(total(page)).to_have_text("$32.50")
    await expect(page.get_by_role("button", name="Add: Bookmark")).to_have_count(0)
    assert (await now(stage, made)).amount_total == 3250


async def test_a_picture_comes_from_the_shop_and_from_nowhere_else(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    picture = f"{stage.shop_url}/walden.png"
    made = await session(stage, line_items=[line(images=[picture])])

    answer = await page.goto(made.url)

    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert f"img-src 'self' {stage.shop_url};" in policy
    await expect(page.locator(".thumb img")).to_have_attribute("src", picture)


async def test_the_slip_folds_on_a_telephone_and_the_total_stays(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 360, "height": 640})
    await page.goto((await session(stage, shipping_options=WAYS)).url)
    fold = page.get_by_text("Order summary")
    await expect(page.get_by_text("Walden")).to_be_hidden()

    await page.locator("[name=name]").scroll_into_view_if_needed()
    await expect(page.locator(".fold-total")).to_be_in_viewport()
    await page.evaluate("scrollTo(0, 0)")
    await fold.click()

    await expect(page.get_by_text("Walden")).to_be_visible()


async def test_nothing_jumps_while_the_page_loads_and_lives(stage: Stage, open_page: OpenPage) -> None:
    page = await open_page()
    await page.add_init_script(
        "window.moved = 0; const add = (one) => { moved += one.value };"
        "new PerformanceObserver((list) => list.getEntries().forEach(add))"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    await page.goto((await session(stage, shipping_options=WAYS)).url)

    await page.get_by_role("radio", name="Express").check()
    await expect(total(page)).to_have_text("$44.90")

    assert await page.evaluate("moved") < 0.01


async def test_a_lost_connection_is_said_and_paying_again_pays_once(
    stage: Stage, open_page: OpenPage
) -> None:
    page, made = await open_page(), await session(stage)
    await page.goto(made.url)
    await enter(page, GOOD)
    await page.route("**/c/pay/**", lambda route: route.abort())

    await pay(page)
    await expect(page.get_by_role("alert")).to_contain_text("The payment service did not answer")
    await page.unroute("**/c/pay/**")
    await pay(page)
    await page.wait_for_url("**/done**")

    assert await stage.charges((await now(stage, made)).payment_intent) == ["succeeded"]
