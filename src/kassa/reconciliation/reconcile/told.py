"""What the provider tells: events that never arrived are put into the inbox, as if their webhook had brought them."""

from collections.abc import AsyncIterator
from typing import Final

from kassa import inbox
from kassa.reconciliation.reconcile.tally import Round

#: The families that anything here listens to; others are of no use however they come.
FAMILIES: Final = ("payment_intent.", "checkout.session.", "charge.", "refund.", "radar.")


async def events(run: Round, after: str | None) -> AsyncIterator[str]:
    """Each event that concerns a shop was kept; what comes of the missed ones is the workers' affair."""
    async for page in run.gateway.books.events(run.window, after):
        run.count("events", len(page.items))
        wanted = {event.id: event for event in page.items if event.type.startswith(FAMILIES)}
        async with run.db.transaction() as tx:
            # Newest first is how they come; of one object the oldest is heeded first.
            for event_id in reversed(await inbox.missing(tx, list(wanted))):
                event = wanted[event_id]
                kept = await inbox.keep_missed(
                    tx,
                    event.id,
                    type_=event.type,
                    object_id=event.object_id,
                    body=event.body,
                    now=run.clock.now(),
                )
                if kept:
                    run.repaired("events")
        yield page.last
