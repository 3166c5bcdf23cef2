"""Customers as Stripe keeps them: people whose cards it remembers for us, so that no card is ever here.

`gateway.customers.create(key=…, email=…, name=…, metadata=…) -> str`, `.session(ref) -> str`,
`.methods(ref) -> list[SavedMethod]`, `.forget_method(ref, method_id) -> bool`, `.delete(ref)`. `ref` is what
`create` gave (`cus_…`), and is kept with the customer's own row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import stripe

from kassa.stripe.calls import call
from kassa.stripe.errors import Rejected

_PAGE: Final = 100
#: What the Payment Element may do for a customer: show what was saved on purpose, save, forget.
_FEATURES: Final[Mapping[str, Any]] = {
    "payment_method_redisplay": "enabled",
    "payment_method_redisplay_limit": 10,
    "payment_method_save": "enabled",
    "payment_method_save_usage": "on_session",
    "payment_method_remove": "enabled",
}


@dataclass(frozen=True, slots=True)
class SavedMethod:
    """A way to pay that Stripe remembers: of a card `brand`, last four digits and when it ends, else None there."""

    id: str
    type: str
    brand: str | None
    last4: str | None
    exp_month: int | None
    exp_year: int | None


class Customers:
    """The calls about customers."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1

    async def create(self, *, key: str, email: str, name: str, metadata: Mapping[str, str]) -> str:
        """A customer, once per `key`; Stripe's name of him."""
        wish: Any = {"email": email, "metadata": dict(metadata), **({"name": name} if name else {})}
        return str((await call(self._v1.customers.create_async(wish, {"idempotency_key": key})))["id"])

    async def session(self, customer_ref: str) -> str:
        """The secret with which a page may show, save and forget this customer's ways to pay, for half an hour."""
        wish: Any = {
            "customer": customer_ref,
            "components": {"payment_element": {"enabled": True, "features": dict(_FEATURES)}},
        }
        return str((await call(self._v1.customer_sessions.create_async(wish)))["client_secret"])

    async def methods(self, customer_ref: str) -> list[SavedMethod]:
        """What Stripe remembers of this customer, newest first, at most a hundred; nothing of one it forgot."""
        wish: Any = {"limit": _PAGE}
        try:
            page = await call(self._v1.customers.payment_methods.list_async(customer_ref, wish))
        except Rejected as error:
            if error.provider_code != "resource_missing":
                raise
            return []
        return [_method_of(data) for data in page["data"]]

    async def forget_method(self, customer_ref: str, method_id: str) -> bool:
        """Have Stripe forget a way to pay, for good; False if this customer has none of this id (any more)."""
        if method_id not in {method.id for method in await self.methods(customer_ref)}:
            return False
        await call(self._v1.payment_methods.detach_async(method_id))
        return True

    async def delete(self, customer_ref: str) -> None:
        """Have Stripe forget the customer and every way to pay; one it does not know (any more) is forgotten."""
        try:
            await call(self._v1.customers.delete_async(customer_ref))
        except Rejected as error:
            if error.provider_code != "resource_missing":
                raise


def _method_of(data: Mapping[str, Any]) -> SavedMethod:
    shown = data.get(data["type"]) or {}
    return SavedMethod(
        id=data["id"],
        type=data["type"],
        brand=shown.get("brand"),
        last4=shown.get("last4"),
        exp_month=shown.get("exp_month"),
        exp_year=shown.get("exp_year"),
    )
