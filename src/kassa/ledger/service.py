"""The one door of the books, and the table of what each event posts.

Every function takes the `tx` of the event it is about, so the books change with their cause or not at all;
posting the same cause again is harmless (False). `at` is when it happened, amounts are minor units.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from kassa.kernel.db import Tx
from kassa.kernel.ids import new_id
from kassa.ledger import queries
from kassa.ledger.chart import Account
from kassa.ledger.errors import Unbalanced

A = Account


async def post(
    tx: Tx, kind: str, cause: str, lines: Mapping[Account, int], *, currency: str, at: datetime,
    order_id: UUID | None = None,
) -> bool:  # fmt: skip
    """Write one entry: debits positive, credits negative, in minor units; lines of zero are left out.

    Once per (kind, cause): False if it is there already, or if there is nothing to write.

    Raises:
        Unbalanced: the lines do not sum to zero; nothing was written.
    """
    if sum(lines.values()) != 0:
        raise Unbalanced(f"{kind} {cause}: the lines sum to {sum(lines.values())}, not to 0")
    moved = {account: amount for account, amount in lines.items() if amount}
    if not moved:
        return False
    return await queries.insert(
        tx, new_id(), kind=kind, cause=cause, order_id=order_id, currency=currency, at=at, lines=moved
    )


async def post_sale(
    tx: Tx, order_id: UUID, *, total: int, discount: int, tax: int, shipping: int, currency: str, at: datetime,
    gift_cards: int = 0,
) -> bool:  # fmt: skip
    """An order was paid for: the customer owes its total, and is credited with each payment.

    `gift_cards` of the total were paid for gift cards: nothing is earned by them yet, they are owed.
    """
    lines = {
        A.RECEIVABLE: total,
        A.DISCOUNTS: discount,
        A.TAX: -tax,
        A.SHIPPING: -shipping,
        A.GIFT_CARDS: -gift_cards,
        A.SALES: -(total + discount - tax - shipping - gift_cards),
    }
    return await post(tx, "sale", f"order:{order_id}", lines, currency=currency, at=at, order_id=order_id)


async def post_payment(
    tx: Tx, payment_id: UUID, *, received: int, currency: str, at: datetime, order_id: UUID,
    into: Account = A.PROVIDER,
) -> bool:  # fmt: skip
    """A payment succeeded, whether its order had a use for it or not; with a gift card, less is owed to its holder."""
    lines = {into: received, A.RECEIVABLE: -received}
    return await post(
        tx, "payment", f"payment:{payment_id}", lines, currency=currency, at=at, order_id=order_id
    )


async def post_refund(
    tx: Tx, refund_id: UUID, *, amount: int, surplus: bool, currency: str, at: datetime, order_id: UUID,
    out_of: Account = A.PROVIDER,
) -> bool:  # fmt: skip
    """The provider is sending money back, or a gift card has it again. `surplus`: it never was the order's, so no
    income is given up."""
    lines = {A.RECEIVABLE if surplus else A.REFUNDS: amount, out_of: -amount}
    return await post(tx, "refund", f"refund:{refund_id}", lines, currency=currency, at=at, order_id=order_id)


async def post_refund_failed(tx: Tx, refund_id: UUID, *, at: datetime) -> bool:
    """A refund did not reach its customer: what was posted for it is reversed; False if nothing was."""
    return await _reverse(tx, "refund", "refund_failed", f"refund:{refund_id}", at=at)


async def post_gift_card_given(tx: Tx, event_id: UUID, *, amount: int, currency: str, at: datetime) -> bool:
    """A gift card was given away: its holder is owed what nobody paid."""
    lines = {A.DISCOUNTS: amount, A.GIFT_CARDS: -amount}
    return await post(tx, "gift_card_given", f"gift_card_event:{event_id}", lines, currency=currency, at=at)


async def post_gift_card_voided(
    tx: Tx,
    event_id: UUID,
    *,
    amount: int,
    against: Account,
    currency: str,
    at: datetime,
    order_id: UUID | None,
) -> bool:
    """What was left on a gift card is owed no more; `against` is what it had cost, or what it is now."""
    lines = {A.GIFT_CARDS: amount, against: -amount}
    cause = f"gift_card_event:{event_id}"
    return await post(tx, "gift_card_voided", cause, lines, currency=currency, at=at, order_id=order_id)


async def post_dispute(
    tx: Tx, dispute_id: UUID, reference: str, *, amount: int, fee: int, currency: str, at: datetime, order_id: UUID
) -> bool:  # fmt: skip
    """The provider took disputed money away and its fee for doing so; or, both negative, gave them back.

    Each movement is an entry (`dispute`, or `dispute_won`): `reference` is the line of the provider's balance.
    """
    kind = "dispute" if amount + fee > 0 else "dispute_won"
    lines = {A.DISPUTES: amount, A.FEES: fee, A.PROVIDER: -(amount + fee)}
    cause = f"dispute:{dispute_id}:{reference}"
    return await post(tx, kind, cause, lines, currency=currency, at=at, order_id=order_id)


async def post_fee(
    tx: Tx, payment_id: UUID, *, fee: int, currency: str, at: datetime, order_id: UUID
) -> bool:
    """What the provider kept of a payment, in the currency it settles in."""
    lines = {A.FEES: fee, A.PROVIDER: -fee}
    return await post(tx, "fee", f"payment:{payment_id}", lines, currency=currency, at=at, order_id=order_id)


async def post_provider_fee(tx: Tx, reference: str, *, fee: int, currency: str, at: datetime) -> bool:
    """What the provider took for something else than a payment; `reference` is the line of its balance.

    Negative if it gave some back.
    """
    lines = {A.FEES: fee, A.PROVIDER: -fee}
    return await post(tx, "provider_fee", f"balance:{reference}", lines, currency=currency, at=at)


async def post_exchange(
    tx: Tx, cause: str, *, given: int, currency: str, got: int, got_currency: str, at: datetime,
    order_id: UUID | None = None,
) -> bool:  # fmt: skip
    """The provider settled `cause` in another currency than it was in: `given` became `got` at its rate.

    Minor units of each; both negative for money that goes back. Each currency's books balance by themselves.
    """
    out = {A.EXCHANGE: given, A.PROVIDER: -given}
    back = {A.PROVIDER: got, A.EXCHANGE: -got}
    done = await post(tx, "exchange_out", cause, out, currency=currency, at=at, order_id=order_id)
    return done & await post(tx, "exchange_in", cause, back, currency=got_currency, at=at, order_id=order_id)


async def post_payout(tx: Tx, reference: str, *, amount: int, currency: str, at: datetime) -> bool:
    """The provider paid out to the bank; `reference` is the provider's own of the payout."""
    lines = {A.BANK: amount, A.PROVIDER: -amount}
    return await post(tx, "payout", f"payout:{reference}", lines, currency=currency, at=at)


async def post_payout_failed(tx: Tx, reference: str, *, at: datetime) -> bool:
    """A payout did not reach the bank (failed or canceled): reversed; False if none was posted."""
    return await _reverse(tx, "payout", "payout_failed", f"payout:{reference}", at=at)


async def _reverse(tx: Tx, kind: str, reversal: str, cause: str, *, at: datetime) -> bool:
    entry = await queries.get(tx, kind, cause)
    if entry is None:
        return False
    lines = {account: -amount for account, amount in entry.lines.items()}
    return await post(tx, reversal, cause, lines, currency=entry.currency, at=at, order_id=entry.order_id)
