"""What Kassa asks of Stripe, in Kassa's words. Amounts go in and come out in ISO 4217's minor unit.

Every write takes the caller's idempotency key (the id of the row that asks), so that asking twice is asking
once. Facts come back as small frozen objects of what Stripe said at that moment.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import stripe

from kassa.kernel import speech
from kassa.stripe.books import Books
from kassa.stripe.calls import call as _call
from kassa.stripe.contested import ProviderDispute, dispute_of
from kassa.stripe.customers import Customers
from kassa.stripe.errors import Rejected
from kassa.stripe.locales import locale_for
from kassa.stripe.refunded import ProviderRefund, refund_of
from kassa.stripe.settlement import BalanceTransaction, Charge, balance_transaction_of, charge_of
from kassa.stripe.shown import (
    Intent,
    Page,
    Session,
    SessionLine,
    intent_of,
    line_for,
    page_of,
    session_of,
    to_stripe,
)
from kassa.stripe.taxes import Taxes

_RETRIES: Final = 2
_PAGE: Final = 100
#: What a refund took from the balance and gave back, beside it.
_MOVED: Final = ("balance_transaction", "failure_balance_transaction")
_CAPTURE: Final[Mapping[str, Any]] = {"automatic": "automatic_async", "manual": "manual"}


class Gateway:
    """Stripe by its official SDK. One per process; close it when done."""

    def __init__(
        self, secret_key: str, *, api_base: str | None, transport: stripe.HTTPClient, return_base: str,
        capture: str = "automatic", name: str = "", languages: Sequence[str] = (),
    ) -> None:  # fmt: skip
        base = api_base or "https://api.stripe.com"
        addresses: Any = {
            "api": base,
            "connect": api_base or "https://connect.stripe.com",
            "files": api_base or "https://files.stripe.com",
            "meter_events": api_base or "https://meter-events.stripe.com",
        }
        #: Where customers come back to from Stripe's pages: the shop's own base address.
        self.return_base = return_base.rstrip("/")
        self._languages = languages
        #: Whether the shop collects at once (`automatic`) or when the goods are sent (`manual`).
        self.capture = capture
        #: What the shop is called on Stripe's page; empty: as the account is called.
        self.name = name
        self._transport = transport
        self._client = stripe.StripeClient(
            secret_key, base_addresses=addresses, http_client=transport, max_network_retries=_RETRIES
        )
        #: The provider's own lists, of a stretch of time.
        self.books = Books(self._client)
        #: People whose cards Stripe remembers.
        self.customers = Customers(self._client)
        #: Stripe Tax.
        self.taxes = Taxes(self._client)

    def front(self, language: str) -> str:
        """Where customers who speak `language` come back to: the shop's address in it."""
        return self.return_base + speech.prefix(language, self._languages)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close_async()  # type: ignore[no-untyped-call]

    async def create_intent(
        self,
        *,
        key: str,
        amount: int,
        currency: str,
        description: str,
        email: str,
        metadata: Mapping[str, str],
        capture: str = "automatic",
        customer: str | None = None,
    ) -> Intent:
        """A PaymentIntent to be confirmed in the customer's browser; `capture` is `automatic` or `manual`.

        `customer` is Stripe's name of whoever may pay with a saved card, and save one.
        """
        wish: Any = {
            "amount": to_stripe(amount, currency),
            "currency": currency.lower(),
            "capture_method": _CAPTURE[capture],
            "automatic_payment_methods": {"enabled": True},
            "description": description,
            "receipt_email": email,
            "metadata": dict(metadata),
            **({"customer": customer} if customer else {}),
        }
        made = self._client.v1.payment_intents.create_async(wish, {"idempotency_key": key})
        return intent_of(await _call(made))

    async def intent(self, intent_id: str) -> Intent:
        """The PaymentIntent as it is now."""
        return intent_of(await _call(self._client.v1.payment_intents.retrieve_async(intent_id)))

    async def cancel_intent(self, intent_id: str) -> Intent:
        """Cancel it, so that nobody can pay it any more; if it can't be canceled, the intent as it is.

        Canceling twice is canceling once, so the key is the SDK's own, new for each call: a refusal stored
        under a key of ours would be replayed when the intent can be canceled after all.
        """
        try:
            answer = await _call(self._client.v1.payment_intents.cancel_async(intent_id))
        except Rejected as error:
            if error.provider_code != "payment_intent_unexpected_state":
                raise
            return await self.intent(intent_id)
        return intent_of(answer)

    async def capture_intent(self, intent_id: str) -> Intent:
        """Collect the whole of what was authorised; if it can't be (any more), the intent as it is.

        Capturing twice is capturing once, so the key is the SDK's own, as with `cancel_intent`.

        Raises:
            Declined: the bank went back on its word.
        """
        try:
            answer = await _call(self._client.v1.payment_intents.capture_async(intent_id))
        except Rejected as error:
            if error.provider_code not in ("payment_intent_unexpected_state", "charge_expired_for_capture"):
                raise
            return await self.intent(intent_id)
        return intent_of(answer)

    async def capture_before(self, charge_id: str) -> int | None:
        """Until when an authorisation can be collected, in Unix seconds; None where Stripe does not say."""
        charge = await _call(self._client.v1.charges.retrieve_async(charge_id))
        details = charge.get("payment_method_details") or {}
        return (details.get(details.get("type", "")) or {}).get("capture_before")

    async def create_session(
        self, *, key: str, currency: str, lines: Sequence[SessionLine], email: str | None, reference: str,
        description: str, metadata: Mapping[str, str], success_url: str, cancel_url: str, expires_at: int,
        capture: str = "automatic", ship_to: Sequence[str] = (), customer: str | None = None, language: str = "",
    ) -> Session:  # fmt: skip
        """A hosted Checkout Session; `expires_at` is Unix seconds, at least half an hour away.

        The page asks for what is not known: an e-mail address, and where to send the goods if `ship_to` lists
        countries. It shows the saved cards of `customer`, offers to save another, and speaks `language`, or the
        browser's where Stripe does not speak it.
        """
        wish: Any = {
            "mode": "payment",
            "ui_mode": "hosted_page",
            "client_reference_id": reference,
            "line_items": [line_for(line, currency) for line in lines],
            "metadata": dict(metadata),
            "payment_intent_data": {
                "metadata": dict(metadata),
                "description": description,
                "capture_method": _CAPTURE[capture],
            },
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": expires_at,
            "locale": locale_for(language),
        }
        if customer:
            wish["customer"] = customer
            wish["saved_payment_method_options"] = {"payment_method_save": "enabled"}
        elif email:
            wish["customer_email"] = email
        if ship_to:
            wish["shipping_address_collection"] = {"allowed_countries": list(ship_to)}
        if self.name:
            wish["branding_settings"] = {"display_name": self.name}
        made = self._client.v1.checkout.sessions.create_async(wish, {"idempotency_key": key})
        return session_of(await _call(made))

    async def session(self, session_id: str) -> Session:
        """The Checkout Session as it is now, with its PaymentIntent."""
        return session_of(
            await _call(
                self._client.v1.checkout.sessions.retrieve_async(session_id, {"expand": ["payment_intent"]})
            )
        )

    async def expire_session(self, session_id: str) -> Session:
        """Expire it, so that nobody can pay it any more; if it is over already, the session as it is."""
        try:
            await _call(self._client.v1.checkout.sessions.expire_async(session_id))
        except Rejected as error:
            if error.provider_code == "resource_missing":
                raise
        return await self.session(session_id)

    async def create_refund(
        self, *, key: str, intent_id: str, amount: int, currency: str, metadata: Mapping[str, str]
    ) -> ProviderRefund:
        """Send `amount` of a payment back."""
        answer = await _call(
            self._client.v1.refunds.create_async(
                {
                    "payment_intent": intent_id,
                    "amount": to_stripe(amount, currency),
                    "metadata": dict(metadata),
                    "expand": list(_MOVED),
                },
                {"idempotency_key": key},
            )
        )
        return refund_of(answer)

    async def refund(self, refund_id: str) -> ProviderRefund:
        """The refund as it is now."""
        expand: Any = {"expand": list(_MOVED)}
        return refund_of(await _call(self._client.v1.refunds.retrieve_async(refund_id, expand)))

    async def refunds_of(self, intent_id: str) -> list[ProviderRefund]:
        """The refunds of a payment, newest first, at most a hundred."""
        wish: Any = {"payment_intent": intent_id, "limit": 100, "expand": [f"data.{name}" for name in _MOVED]}
        page = await _call(self._client.v1.refunds.list_async(wish))
        return [refund_of(found) for found in page["data"]]

    async def dispute(self, dispute_id: str) -> ProviderDispute:
        """The dispute as it is now."""
        return dispute_of(await _call(self._client.v1.disputes.retrieve_async(dispute_id)))

    async def submit_evidence(
        self, dispute_id: str, evidence: Mapping[str, str], *, key: str
    ) -> ProviderDispute:
        """Give the bank what speaks for us, once and for good; texts and files (by Stripe's id) by field."""
        wish: Any = {"evidence": dict(evidence), "submit": True}
        made = self._client.v1.disputes.update_async(dispute_id, wish, {"idempotency_key": key})
        return dispute_of(await _call(made))

    async def upload_evidence(self, name: str, body: bytes, *, key: str) -> str:
        """Have Stripe keep a file for a dispute; its id there. `name` says its type by its ending."""
        paper = io.BytesIO(body)
        paper.name = name
        wish: Any = {"purpose": "dispute_evidence", "file": paper}
        made = self._client.v1.files.create_async(wish, {"idempotency_key": key})
        return str((await _call(made))["id"])

    async def charge(self, charge_id: str) -> Charge:
        """The charge as it is now, with its balance transaction once there is one."""
        expand: Any = {"expand": ["balance_transaction"]}
        return charge_of(await _call(self._client.v1.charges.retrieve_async(charge_id, expand)))

    async def balance_transaction(self, transaction_id: str) -> BalanceTransaction:
        """A line of the provider's own books."""
        found = self._client.v1.balance_transactions.retrieve_async(transaction_id)
        return balance_transaction_of(await _call(found))

    async def intents(self, *, after: str | None = None) -> Sequence[Intent]:
        """A page of PaymentIntents, newest first, from after that one on; empty at the end."""
        page = await _call(self._client.v1.payment_intents.list_async(_page(after)))
        return [intent_of(data) for data in page["data"]]

    async def open_pages(self, *, after: str | None = None) -> Sequence[Page]:
        """Some Checkout Sessions that can be paid just now, newest first, from after that one on; empty at the end.

        There are never many: Stripe closes each within a day.
        """
        wish: Any = {**_page(after), "status": "open"}
        page = await _call(self._client.v1.checkout.sessions.list_async(wish))
        return [page_of(data) for data in page["data"]]

    async def refunds(self, *, after: str | None = None) -> Sequence[ProviderRefund]:
        """A page of refunds, newest first, from after that one on; empty at the end."""
        page = await _call(self._client.v1.refunds.list_async(_page(after)))
        return [refund_of(data) for data in page["data"]]


def _page(after: str | None) -> Any:
    return {"limit": _PAGE, "starting_after": after} if after else {"limit": _PAGE}
