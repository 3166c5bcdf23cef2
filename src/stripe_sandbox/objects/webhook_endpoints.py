"""Webhook endpoints: where events are posted to, and the one that is configuration rather than state.

Private facts: `secret`, and `old_secrets`, each with the sandbox time `until` which it still signs.
"""

from urllib.parse import urlsplit

from stripe_sandbox import spec
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import invalid, refuse_unmodelled
from stripe_sandbox.ids import new_id, random_text
from stripe_sandbox.work import Work, merge_metadata, unset

# The id of the endpoint that the environment or `create_app(webhook=…)` defines.
CONFIGURED = "we_1SandboxConfigured"
MAX_ENDPOINTS = 16
ROLL_SECONDS = 86400
MAX_OLD_SECRETS = 10


def create(work: Work, params: Obj) -> Obj:
    """A new endpoint; its secret is in this answer only."""
    if len(work.box.endpoints()) >= MAX_ENDPOINTS:
        raise invalid(f"You have reached the maximum of {MAX_ENDPOINTS} test webhook endpoints.")
    _check_url(params["url"])
    _check_events(params["enabled_events"])
    refuse_unmodelled(params, ("connect",))
    if params.get("api_version") not in (None, spec.API_VERSION):
        raise invalid(
            f"This sandbox renders events in version {spec.API_VERSION} only; omit `api_version`.",
            "api_version",
        )
    endpoint = _build(work, new_id("we_1"), params["url"], _new_secret())
    endpoint |= {
        "api_version": params.get("api_version"),
        "description": unset(params.get("description")),
        "enabled_events": params["enabled_events"],
        "metadata": merge_metadata(None, params.get("metadata")),
    }
    work.save(endpoint)
    return endpoint | {"secret": endpoint["_"]["secret"]}


def configure(work: Work, url: str, secret: str) -> None:
    """Make the configured endpoint post to `url`, signed with `secret`; an existing one is changed in
    place.
    """
    endpoint = work.get("webhook_endpoint", CONFIGURED) or _build(work, CONFIGURED, url, secret)
    endpoint["url"] = url
    endpoint["_"] = {"secret": secret, "old_secrets": []}
    work.save(endpoint)


def roll(work: Work, id: str, expires_in: float) -> Obj:
    """A new signing secret, shown in this answer only; the old one signs too for `expires_in` seconds."""
    endpoint = work.need("webhook_endpoint", id)
    facts = endpoint["_"]
    old = {"secret": facts["secret"], "until": work.box.clock.now() + expires_in}
    still = [one for one in facts["old_secrets"] if one["until"] > work.now]
    facts["old_secrets"] = [*still, old][-MAX_OLD_SECRETS:]
    facts["secret"] = _new_secret()
    work.save(endpoint)
    return endpoint | {"secret": facts["secret"]}


def active_secrets(endpoint: Obj, now: float) -> list[str]:
    """The secrets that sign at `now`, newest first."""
    old = [one["secret"] for one in reversed(endpoint["_"]["old_secrets"]) if one["until"] > now]
    return [endpoint["_"]["secret"], *old]


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change URL, events, description, metadata, or switch the endpoint off and on (`disabled`)."""
    endpoint = work.need("webhook_endpoint", id)
    if "url" in params:
        _check_url(params["url"])
        endpoint["url"] = params["url"]
    if "enabled_events" in params:
        _check_events(params["enabled_events"])
        endpoint["enabled_events"] = params["enabled_events"]
    if "description" in params:
        endpoint["description"] = unset(params["description"])
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    endpoint["metadata"] = merge_metadata(endpoint["metadata"], params.get("metadata"))
    return work.save(endpoint)


def delete(work: Work, id: str) -> Obj:
    """Delete the endpoint; what was not yet delivered to it never will be."""
    work.need("webhook_endpoint", id)
    work.forget(id)
    work.box.store.run(
        "UPDATE deliveries SET state = 'canceled' WHERE endpoint = ? AND state <> 'delivered'", (id,)
    )
    return {"id": id, "object": "webhook_endpoint", "deleted": True}


def _build(work: Work, id: str, url: str, secret: str) -> Obj:
    endpoint = blank("webhook_endpoint")
    endpoint |= {
        "id": id,
        "api_version": spec.API_VERSION,
        "created": work.now,
        "enabled_events": ["*"],
        "status": "enabled",
        "url": url,
        "_": {"secret": secret, "old_secrets": []},
    }
    return endpoint


def _new_secret() -> str:
    return f"whsec_{random_text(32)}"


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise invalid(
            "Invalid URL: An explicit scheme (such as https) must be provided.", "url", "url_invalid"
        )


def _check_events(names: list[str]) -> None:
    if not names:
        raise invalid("You must enable at least one event.", "enabled_events", "parameter_invalid_empty")
    if "*" in names and len(names) > 1:
        raise invalid("You cannot select other events when `*` is selected.", "enabled_events")
