"""Letters to those who wait for an edition: one that asks for the address's proof, one when it is there."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from kassa import alerts
from kassa.config import Settings
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.ids import derived_id
from kassa.notifications import render
from kassa.notifications.links import is_key_of, key_of
from kassa.notifications.service import post

#: What a letter's link may do.
CONFIRM: Final = "alert-confirm"
STOP: Final = "alert-stop"


async def build_alert_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Write a letter about an alert, once. `args` are `alert_id` and the `kind`: `confirm` or `there`.

    An alert that was forgotten meanwhile gets none, nor does one ask for a proof that was given.
    """
    kind = str(args["kind"])
    async with db.transaction() as tx:
        found = await alerts.get(tx, UUID(args["alert_id"]))
        if found is None or (kind == "confirm") is not (found.state == "asked"):
            return
        page = f"{settings.base_url}/products/{found.slug}?sku={quote(found.sku, safe='')}"
        edition = found.edition if found.edition and found.edition != found.title else ""
        values = {
            "title": found.title, "edition": edition, "page": page, "confirm": _link(settings, CONFIRM, found.id),
            "stop": _link(settings, STOP, found.id),
        }  # fmt: skip
        if kind == "confirm":
            letter = render.plain("alert_confirm", f"Shall we tell you? {found.title}", settings, **values)
        else:
            letter = render.plain("alert", f"Here again: {found.title}", settings, **values)
        id_ = derived_id("alert mail", str(found.id), kind)
        await post(tx, id_, f"alert:{kind}", found.email, letter, clock=clock, settings=settings)


def verify_alert_link(settings: Settings, purpose: str, alert_id: UUID, key: str) -> bool:
    """Whether `key` is the one of this alert's link for `CONFIRM` or `STOP`."""
    return is_key_of(settings, purpose, str(alert_id), key)


def _link(settings: Settings, purpose: str, alert_id: UUID) -> str:
    step = purpose.removeprefix("alert-")
    return f"{settings.base_url}/alerts/{alert_id}/{step}?key={key_of(settings, purpose, str(alert_id))}"
