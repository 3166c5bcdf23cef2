"""Reading Events. They are made by `Work.emit`."""

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import exclusive, invalid, no_such
from stripe_sandbox.lists import Filter
from stripe_sandbox.lists import page as list_page
from stripe_sandbox.store import EVENTS_KEPT_SECONDS
from stripe_sandbox.work import Work

MAX_TYPES = 20

# An endpoint has answered an event when one of the deliveries to it was; a deleted one is not waited for.
_UNANSWERED = (
    "SELECT endpoint FROM deliveries WHERE event = {event} AND state <> 'canceled'"
    " GROUP BY endpoint HAVING max(state = 'delivered') = 0"
)
_OPEN = f"EXISTS ({_UNANSWERED.format(event='objects.id')})"
# The same in few rows, found by index.
_MAYBE_OPEN = (
    "id IN (SELECT event FROM deliveries WHERE state = 'pending'"
    " UNION SELECT event FROM deliveries WHERE state IN ('failed', 'dropped'))"
)


def retrieve(work: Work, id: str) -> Obj:
    """One event of the last 30 days, with the number of endpoints that have not answered it yet."""
    event = work.need("event", id)
    if event["created"] < work.now - EVENTS_KEPT_SECONDS:
        raise no_such("event", id, "id", in_path=True)
    return _count(work, event)


def page(work: Work, params: Obj) -> Obj:
    """Events newest first, by `type`, `types`, `created` and `delivery_success`."""
    rest = {
        name: value for name, value in params.items() if name not in ("type", "types", "delivery_success")
    }
    if "type" in params and "types" in params:
        raise exclusive("type", "types")
    types = params.get("types") or ([params["type"]] if "type" in params else [])
    if len(types) > MAX_TYPES:
        raise invalid(f"You may specify at most {MAX_TYPES} event types.", "types")
    # The broom comes now and then; what is too old is gone even before.
    extra = [Filter("created >= ?", (work.now - EVENTS_KEPT_SECONDS,))]
    if types:
        wanted = " OR ".join("json_extract(body, '$.type') GLOB ?" for _ in types)
        extra.append(Filter(f"({wanted})", tuple(types)))
    if "delivery_success" in params:
        extra.append(
            Filter(f"NOT {_OPEN}" if params["delivery_success"] else f"{_MAYBE_OPEN} AND {_OPEN}", ())
        )
    found = list_page(work, "event", "/v1/events", rest, tuple(extra))
    for event in found["data"]:
        _count(work, event)
    return found


def _count(work: Work, event: Obj) -> Obj:
    unanswered = _UNANSWERED.format(event="?")
    rows = work.box.store.rows(unanswered, (event["id"],))
    event["pending_webhooks"] = len(rows)
    return event
