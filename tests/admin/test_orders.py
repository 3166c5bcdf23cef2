"""The operator sees every order with its money, its stock and its past, and each state by a name."""

import re

import pytest
from tests.admin.conftest import Browser
from tests.notifications.orders import Made, make_order, make_refund

from kassa import orders
from kassa.admin import words
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.orders import Event, State

UNKNOWN = "0199f0e0-0000-7000-8000-000000000000"
PAID = (Event.PAYMENT_SUCCEEDED,)
ROW = re.compile(r'<a href="/admin/orders/([0-9a-f-]{36})">')


def shown(page: str) -> list[str]:
    return ROW.findall(page)


def ids(*made: Made) -> list[str]:
    return [str(one.order_id) for one in made]


async def test_orders_that_were_never_paid_are_out_of_the_way(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    paid = await make_order(db, clock, events=PAID)
    waiting = await make_order(db, clock)
    given_up = await make_order(db, clock, events=(Event.EXPIRED,))
    failed = await make_order(db, clock, events=(Event.ATTEMPT_FAILED, Event.EXPIRED))

    assert shown((await operator.open("/admin/orders")).text) == ids(paid)
    everything = await operator.open("/admin/orders?state=all")
    assert shown(everything.text) == ids(failed, given_up, waiting, paid)
    assert shown((await operator.open("/admin/orders?state=canceled")).text) == ids(given_up)


async def test_an_order_is_found_by_its_number_or_address_whatever_its_state(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    ada = await make_order(db, clock, events=(Event.EXPIRED,), email="Ada@example.org")
    await make_order(db, clock, events=PAID, email="grace@example.org")
    async with db.connection() as conn:
        number = orders.shown_number((await orders.get(conn, ada.order_id)).number)

    for q in (number, number.removeprefix("K-"), "ada", "ADA@example.org"):
        assert shown((await operator.open(f"/admin/orders?q={q}")).text) == ids(ada)
    assert shown((await operator.open("/admin/orders?q=ada&state=paid")).text) == []
    assert "No order has this number" in (await operator.open("/admin/orders?q=nobody")).text


async def test_the_list_is_read_page_by_page(operator: Browser, db: Database, clock: FrozenClock) -> None:
    made = [await make_order(db, clock, events=PAID) for _ in range(51)]

    first = await operator.open("/admin/orders")
    older = re.search(r'href="(/admin/orders\?[^"]*after=[^"]*)"', first.text)
    assert older is not None
    second = await operator.open(older.group(1).replace("&amp;", "&"))

    assert shown(first.text) == ids(*reversed(made[1:]))
    assert shown(second.text) == ids(made[0])
    assert "Older" not in second.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("state=nonsense", 400),
        ("after=nonsense", 400),
        ("after=" + "A" * 500, 400),
        ("q=" + "9" * 900, 200),
        ("q=%F0%9F%93%9A%27;--", 200),
        ("q=%25_%5C", 200),
        ("q=%00", 400),
    ],
)
async def test_nonsense_in_the_address_is_told_apart_from_a_fault_of_ours(
    operator: Browser, query: str, status: int
) -> None:
    assert (await operator.open(f"/admin/orders?{query}")).status_code == status


async def test_the_page_of_an_order_shows_all_there_is(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    made = await make_order(db, clock, events=(Event.ATTEMPT_FAILED, *PAID))
    refund_id = await make_refund(db, made, clock)

    page = await operator.open(f"/admin/orders/{made.order_id}")

    assert page.status_code == 200
    for fact in (
        "Pride and Prejudice — Paperback", "PP-PB", "2 × €12.90", "€25.80", "€3.90", "€29.70", "VAT 7 % (DE)",
        "ada@example.org", "Ada Lovelace", "50667 Köln", "Germany", f"pi_{made.payment_id.hex}", "Succeeded",
        f"re_{refund_id.hex}", "Surplus, sent back by itself", "Sold", "Order placed, stock held",
        "Payment attempt failed", "Payment succeeded", "Awaiting payment → Paid", "Customer", "Stripe, when asked",
    ):  # fmt: skip
        assert fact in page.text


async def test_the_last_error_of_a_payment_is_told_with_its_codes(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    error = {"code": "card_declined", "decline_code": "insufficient_funds", "message": "Too little <money>."}
    made = await make_order(db, clock, events=(Event.ATTEMPT_FAILED,), error=error)

    page = await operator.open(f"/admin/orders/{made.order_id}")

    for fact in ("Too little &lt;money&gt;.", "card_declined", "insufficient_funds", "Held"):
        assert fact in page.text


async def test_a_customers_words_stay_words(operator: Browser, db: Database, clock: FrozenClock) -> None:
    made = await make_order(db, clock, events=PAID, title="<script>alert(1)</script>")

    for address in (f"/admin/orders/{made.order_id}", "/admin/orders?q=%3Cscript%3Ealert(1)"):
        assert "<script" not in (await operator.open(address)).text


@pytest.mark.parametrize("order_id", [UNKNOWN, "nonsense", "x" * 36, "K-10001", "%F0%9F%93%9A"])
async def test_an_order_that_is_not_there_is_not_found(operator: Browser, order_id: str) -> None:
    answer = await operator.open(f"/admin/orders/{order_id}")

    assert answer.status_code == 404
    assert "There is no such order." in answer.text


async def test_pages_forbid_scripts_and_are_kept_by_nobody(operator: Browser) -> None:
    page = await operator.open("/admin/orders")

    assert "'unsafe-inline'" not in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    for trace in ("<script", "<style", "style=", "onclick"):
        assert trace not in page.text
    sheet = re.search(r'href="(/admin/static/admin\.css\?v=[^"]+)"', page.text)
    assert sheet is not None
    assert (await operator.open(sheet.group(1))).headers["content-type"].startswith("text/css")
    assert (await operator.open("/admin/static/..%2Froutes.py")).status_code == 404


@pytest.mark.parametrize(
    ("table", "labels"),
    [
        ("orders", words.ORDER),
        ("payments", words.PAYMENT),
        ("refunds", words.REFUND),
        ("holds", words.HOLD),
        ("mails", words.MAIL),
    ],
)
async def test_every_state_the_database_allows_has_a_name(
    db: Database, table: str, labels: dict[str, words.Label]
) -> None:
    async with db.connection() as conn:
        rule = await conn.fetchval(
            "select pg_get_constraintdef(oid) from pg_constraint where conname = $1", f"{table}_state_check"
        )

    assert set(re.findall(r"'(\w+)'", rule)) == {str(state) for state in labels}
    assert {label.tone for label in labels.values()} <= {"good", "wait", "bad", "done"}


def test_every_event_and_every_filter_has_a_name() -> None:
    assert {f"order.{event}" for event in Event} <= words.EVENT.keys()
    assert {value for value, _, _ in words.FILTERS} == {"", "all", *State}


def test_an_event_nobody_named_is_shown_as_it_is() -> None:
    assert words.event("case.opened").text == "case.opened"
    assert words.actor("somebody:else") == "somebody:else"
    assert words.actor("staff:ada@example.org") == "Staff ada@example.org"
