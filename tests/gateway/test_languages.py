"""Stripe speaks the customer's language, where it speaks it."""

import pytest
from tests.factories import make_variant, place
from tests.money import Till

from kassa.kernel.clock import FrozenClock
from kassa.kernel.db import Database
from kassa.stripe import locale_for


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("de", "de"), ("de-AT", "de"), ("pt_BR", "pt-BR"), ("ja", "ja"), ("ar-XB", "auto"), ("", "auto"), ("x", "auto")],
)  # fmt: skip
def test_the_nearest_language_is_asked_for(language: str, spoken: str) -> None:
    assert locale_for(language) == spoken


async def test_stripes_page_speaks_the_orders_language(db: Database, clock: FrozenClock) -> None:
    till = Till(db, clock)
    await make_variant(db, clock)
    order = await place(db, clock, locale="de-AT")

    payment = await till.pay(order, "hosted")

    status, _, session = await till.stripe.raw(
        "GET", f"/v1/checkout/sessions/{payment.session_ref}", "", authorization="Bearer sk_test_shop"
    )
    assert (status, session["locale"]) == (200, "de")
    till.stripe.close()
