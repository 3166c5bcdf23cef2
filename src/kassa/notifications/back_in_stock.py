"""Letters to those who wait for an edition: one that asks for the address's proof, one when it is there."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from kassa import alerts
from kassa.config import Settings
from kassa.kernel import speech
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.ids import derived_id
from kassa.kernel.speech import _, speak
from kassa.notifications import render
from kassa.notifications.links import is_key_of, key_of
from kassa.notifications.render import Letter
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
        with speak(found.language):
            letter = written(kind, found, settings)
        id_ = derived_id("alert mail", str(found.id), kind)
        await post(tx, id_, f"alert:{kind}", found.email, letter, clock=clock, settings=settings)


def written(kind: str, alert: alerts.Alert, settings: Settings) -> Letter:
    """The letter about an alert, in the language spoken now; its programs may end the alert by themselves."""
    front = settings.front(speech.offered(speech.language(), settings.locales))
    stop = _link(settings, settings.base_url, STOP, alert.id)
    values = {
        "title": alert.title, "edition": alert.edition if alert.edition != alert.title else "",
        "page": f"{front}/products/{alert.slug}?sku={quote(alert.sku, safe='')}",
        "confirm": _link(settings, front, CONFIRM, alert.id), "stop": _link(settings, front, STOP, alert.id),
    }  # fmt: skip
    if kind == "confirm":
        subject = _("Shall we tell you? %(title)s", title=alert.title)
        return render.plain("alert_confirm", subject, settings, unsubscribe=stop, **values)
    subject = _("Here again: %(title)s", title=alert.title)
    return render.plain("alert", subject, settings, unsubscribe=stop, **values)


def verify_alert_link(settings: Settings, purpose: str, alert_id: UUID, key: str) -> bool:
    """Whether `key` is the one of this alert's link for `CONFIRM` or `STOP`."""
    return is_key_of(settings, purpose, str(alert_id), key)


def _link(settings: Settings, front: str, purpose: str, alert_id: UUID) -> str:
    step = purpose.removeprefix("alert-")
    return f"{front}/alerts/{alert_id}/{step}?key={key_of(settings, purpose, str(alert_id))}"
