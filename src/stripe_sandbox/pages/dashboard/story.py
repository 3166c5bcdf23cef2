"""One payment as one story: who asked for what, which events followed, and whether the shop heard of them."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages.dashboard.kinds import href
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.work import public

# A story shows its latest chapters; nobody reads more, and no page is without end.
MAX_EVENTS: Final = 150
MAX_REQUESTS: Final = 100
MAX_RELATED: Final = 60
_REFUNDED: Final = ("succeeded", "failed", "canceled")
_DECIDED: Final = ("won", "lost", "warning_closed", "prevented")
# The states in which an act that was planned finds nothing to do any more.
_OVER: Final = {
    "expire_session": ("complete", "expired"), "expire_hold": ("succeeded", "canceled"),
    "settle_refund": _REFUNDED, "refer_refund": _REFUNDED, "cover_refund": _REFUNDED, "expire_refund": _REFUNDED,
    "lapse_dispute": _DECIDED, "answer_dispute": _DECIDED, "close_inquiry": _DECIDED,
}  # fmt: skip


@dataclass(slots=True)
class Chapter:
    """One thing that was done, or happened by itself, and the events it made."""

    at: float
    request: Obj | None = None
    request_id: str | None = None
    events: list[Obj] = field(default_factory=list)


def related(box: Sandbox, root: Obj) -> list[Obj]:
    """The objects that belong to the same payment as `root`: the intent, its session, charges, refunds,
    disputes; of a customer everything that is theirs. Oldest first, without `root`.
    """
    if root["object"] == "customer":
        found = _where(box, "customer", root["id"])
    else:
        intent = root["id"] if root["object"] == "payment_intent" else root.get("payment_intent")
        charge = root["id"] if root["object"] == "charge" else root.get("charge")
        found = _where(box, "id", intent) + _where(box, "payment_intent", intent) + _where(box, "id", charge)
        charges = [one["id"] for one in found if one["object"] == "charge"]
        found += [one for id in dict.fromkeys([charge, *charges]) for one in _where(box, "charge", id)]
    others = {one["id"]: one for one in found if one["id"] != root["id"] and one["object"] != "event"}
    return list(others.values())


def tell(box: Sandbox, ids: list[str]) -> list[Chapter]:
    """What happened to the objects `ids`, oldest first: API calls that changed or tried to change them, and
    events with their deliveries. What only read them is left out.
    """
    marks = ", ".join("?" * len(ids))
    events = box.store.rows(
        f"SELECT body FROM objects WHERE about IN ({marks}) ORDER BY seq DESC LIMIT ?",  # noqa: S608
        (*ids, MAX_EVENTS),
    )
    chapters: dict[str, Chapter] = {}
    for call in reversed(box.requests.about(ids, limit=MAX_REQUESTS)):
        if call["method"] != "GET":
            chapters[call["id"]] = Chapter(call["at"], call, call["id"])
    for (body,) in reversed(events):
        event = msgspec.json.decode(body)
        asked: str | None = (event["request"] or {}).get("id")
        chapter = chapters.get(asked or event["id"])
        if chapter is None:
            chapter = _begin(box, event, asked, chapters)
        chapter.events.append(with_deliveries(box, event))
    return sorted(chapters.values(), key=_place)


def planned(box: Sandbox, objects: list[Obj]) -> list[tuple[float, str]]:
    """What will happen by itself to `objects`: when, on the sandbox clock, and what; soonest first.

    What was planned for a state that an object has left is not told: nothing will come of it.
    """
    states = {one["id"]: one.get("status") for one in objects}
    marks = ", ".join("?" * len(states))
    rows = box.store.rows(
        f"SELECT due, kind, target FROM schedule WHERE target IN ({marks}) ORDER BY due, id LIMIT 20",  # noqa: S608
        list(states),
    )
    return [(due, kind) for due, kind, target in rows if states[target] not in _OVER.get(kind, ())]


def with_deliveries(box: Sandbox, event: Obj) -> Obj:
    """An event with its `deliveries`, the fields that `changed`, and where its page is."""
    return event | {
        "deliveries": box.deliveries.of_event(event["id"]),
        "changed": list(event["data"].get("previous_attributes") or ()),
        "href": href("event", event["id"]),
    }


def events_of_request(box: Sandbox, request_id: str) -> list[Obj]:
    """The events that one API call made, oldest first; looked for among the newest few thousand."""
    rows = box.store.rows(
        "SELECT body FROM (SELECT seq, body FROM objects WHERE type = 'event' ORDER BY seq DESC LIMIT 3000)"
        " WHERE json_extract(body, '$.request.id') = ? ORDER BY seq LIMIT 100",
        (request_id,),
    )
    return [with_deliveries(box, msgspec.json.decode(row[0])) for row in rows]


def _place(chapter: Chapter) -> tuple[float, float]:
    return chapter.at, chapter.request["seq"] if chapter.request else float("inf")


def _begin(box: Sandbox, event: Obj, asked: str | None, chapters: dict[str, Chapter]) -> Chapter:
    call = box.requests.find(asked) if asked else None
    # What happened by itself in the second of a call happened after it.
    at = call["at"] if call else event["created"] + (0.0 if asked else 0.999)
    if asked is None:
        for known in chapters.values():  # things that happened by themselves at one moment are one chapter
            if known.request_id is None and known.at == at:
                return known
    chapter = Chapter(at, call, asked)
    chapters[asked or event["id"]] = chapter
    return chapter


def _where(box: Sandbox, column: str, value: str | None) -> list[Obj]:
    if not value:
        return []
    rows = box.store.rows(
        f"SELECT body FROM objects WHERE {column} = ? ORDER BY seq DESC LIMIT ?",  # noqa: S608 - fixed names
        (value, MAX_RELATED),
    )
    return [public(msgspec.json.decode(row[0])) for row in reversed(rows)]
