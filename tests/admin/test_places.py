"""The desk's pages are found in few groups, each in one, and say where one is."""

import re

import pytest
from tests.admin.conftest import Browser
from tests.notifications.orders import make_order

from kassa.admin import places
from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.orders import Event

PATHS = [place.path for group in places.GROUPS for place in group.places]


def navigation(page: str, name: str) -> str:
    """What stands in the navigation of this name."""
    found = re.findall(rf'<nav class="\w+" aria-label="{name}">(.*?)</nav>', page, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def current(page: str, name: str, kind: str) -> list[str]:
    """The links of a navigation that say one is there."""
    return re.findall(rf'aria-current="{kind}">([^<]+)', navigation(page, name))


def test_every_page_stands_in_one_group_and_the_first_is_that_of_every_day() -> None:
    assert len(set(PATHS)) == len(PATHS)
    assert [group.name for group in places.GROUPS] == ["Orders", "Catalogue", "Money", "Settings"]


@pytest.mark.parametrize("path", PATHS)
async def test_a_page_says_in_which_group_one_is_and_where(operator: Browser, path: str) -> None:
    page = (await operator.open(path)).text
    group = places.group_of(path)

    assert current(page, "Desk", "true") == [group.name]
    assert current(page, group.name, "page") == [place.name for place in group.places if place.path == path]
    assert all(f'href="{place.path}"' in navigation(page, group.name) for place in group.places)


async def test_the_page_of_an_order_is_found_where_the_orders_are(
    operator: Browser, db: Database, clock: FrozenClock
) -> None:
    made = await make_order(db, clock, events=(Event.PAYMENT_SUCCEEDED,))

    page = (await operator.open(f"/admin/orders/{made.order_id}")).text

    assert current(page, "Desk", "true") == ["Orders"]
    assert current(page, "Orders", "page") == ["Latest"]


def test_a_path_that_begins_like_another_is_not_below_it() -> None:
    assert not places.Place("/admin/orders", "Orders").holds("/admin/orders-of-old")
    assert places.group_of("/admin/somewhere") is places.ORDERS


async def test_what_waits_is_said_beside_its_group_and_beside_its_page(
    operator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def two(conn: object) -> int:
        return 2

    monkeypatch.setattr("kassa.admin.view.disputes.waiting", two)

    from_orders = (await operator.open("/admin/orders")).text
    from_money = (await operator.open("/admin/ledger")).text

    assert 'aria-label="Disputes: 2 waiting">2</span>' in navigation(from_orders, "Desk")
    assert "waiting" not in navigation(from_money, "Desk")
    assert 'aria-label="2 waiting">2</span>' in navigation(from_money, "Money")
