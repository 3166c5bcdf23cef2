"""One unit of work: what a request or a scheduled act reads, changes and announces, inside one transaction.

Objects live as plain dicts, exactly as Stripe shows them, plus one private entry ``"_"`` with facts that no
answer shows. `public` takes it off.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from stripe_sandbox import spec
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid, no_such
from stripe_sandbox.ids import new_id

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

# The wording of "No such …" and of the parameter that names an object in the path.
LABELS = {
    "payment_method": "PaymentMethod",
    "promotion_code": "promotion code",
    "shipping_rate": "shipping rate",
    "tax.calculation": "tax calculation",
    "tax.transaction": "tax transaction",
    "tax_rate": "tax rate",
}
PATH_PARAMS = {"payment_intent": "intent", "setup_intent": "intent"}
MAX_METADATA = 50


def public(body: Obj) -> Obj:
    """`body` as callers see it."""
    return {name: value for name, value in body.items() if name != "_"}


class Work:
    """Reads and writes of one transaction. `now` is the sandbox's time, in whole seconds."""

    def __init__(
        self,
        box: "Sandbox",
        *,
        request_id: str | None = None,
        key: str | None = None,
        by_page: bool = False,
    ) -> None:
        self.box, self.request_id, self.key = box, request_id, key
        self.by_page = by_page  # called with a publishable key
        self.now = int(box.clock.now())
        self._seen: dict[str, Obj] = {}
        self._changed: dict[str, Obj] = {}

    @property
    def base_url(self) -> str:
        """Where the sandbox's pages are reached."""
        return self.box.base_url

    def get(self, kind: str, id: str | None) -> Obj | None:
        """The object of this id and kind, or None. The same object within one unit of work."""
        if not id:
            return None
        found = self._seen.get(id)
        if found is None:
            found = self.box.store.read(id, kind)
            if found is not None:
                self._seen[id] = found
        return found if found is not None and found["object"] == kind else None

    def need(self, kind: str, id: str, param: str | None = None) -> Obj:
        """The object of this id; 404 if the id came from the path (`param` None), 400 if it is that
        parameter's.
        """
        found = self.get(kind, id)
        if found is None or found.get("deleted"):
            raise no_such(
                LABELS.get(kind, kind), id, param or PATH_PARAMS.get(kind, "id"), in_path=param is None
            )
        return found

    def own(self, kind: str, id: str) -> Obj:
        """An object that must exist because another one of ours refers to it."""
        found = self.get(kind, id)
        if found is None:
            raise LookupError(f"{kind} {id} is referred to and missing")
        return found

    def save(self, body: Obj) -> Obj:
        """Keep `body` when the transaction commits."""
        self._seen[body["id"]] = body
        self._changed[body["id"]] = body
        return body

    def flush(self) -> None:
        """Write all changed objects, in the order they were first changed."""
        for body in self._changed.values():
            self.box.store.write(body, msgspec.json.encode(body))
            if body["object"] == "webhook_endpoint":
                self.box.endpoints_changed()
        self._changed.clear()

    def forget(self, id: str) -> None:
        """Remove an object, as if it had never been."""
        self.box.store.run("DELETE FROM objects WHERE id = ?", (id,))
        self.box.endpoints_changed()

    def emit(self, type: str, body: Obj, previous: Obj | None = None) -> None:
        """Announce that something happened: an Event with a frozen snapshot of `body`, and its deliveries.

        `previous` holds the old values of what changed, for events that say "updated".
        """
        data: Obj = {"object": msgspec.Raw(msgspec.json.encode(public(body)))}
        if previous is not None:
            data["previous_attributes"] = previous
        endpoints = [one["id"] for one in self.box.endpoints() if listens(one, type)]
        event: Obj = {
            "id": new_id("evt_1"),
            "object": "event",
            "api_version": spec.API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": len(endpoints),
            "request": {"id": self.request_id, "idempotency_key": self.key},
            "type": type,
        }
        self.box.store.write(event, msgspec.json.encode(event), about=body["id"])
        for endpoint in endpoints:
            self.box.deliveries.add(event["id"], type, endpoint)

    def later(self, seconds: float, kind: str, target: str) -> None:
        """Have the act `kind` of `schedule` happen to the object `target` in `seconds` of sandbox time."""
        self.box.plan(self.box.clock.now() + seconds, kind, target)


def listens(endpoint: Obj, type: str) -> bool:
    """Whether an endpoint is told of events of this type."""
    if endpoint["status"] != "enabled":
        return False
    wanted: list[str] = endpoint["enabled_events"]
    return "*" in wanted or type in wanted


def unset(value: Any) -> Any:
    """An empty string unsets a field: it is stored as null."""
    return None if value == "" else value


def merge_metadata(old: Obj | None, new: Any) -> Obj:
    """Metadata after an update: new keys are merged in, an empty value removes its key, ``""`` removes
    all.
    """
    if new is None:
        return old or {}
    if new == "":
        return {}
    merged = {name: value for name, value in {**(old or {}), **new}.items() if value != ""}
    if len(merged) > MAX_METADATA:
        raise invalid(f"Metadata can have up to {MAX_METADATA} keys.", "metadata")
    return merged


def address(given: Any) -> Obj:
    """A complete address object from the parts that were sent."""
    fields = ("city", "country", "line1", "line2", "postal_code", "state")
    given = given if isinstance(given, dict) else {}
    return {name: unset(given.get(name)) for name in fields}


def shipping(given: Any) -> Obj | None:
    """A complete shipping object, or None when it is unset."""
    if not isinstance(given, dict):
        return None
    fields = ("carrier", "name", "phone", "tracking_number")
    whole: Obj = {name: unset(given.get(name)) for name in fields if name in given or name != "name"}
    return whole | {"address": address(given.get("address"))}
