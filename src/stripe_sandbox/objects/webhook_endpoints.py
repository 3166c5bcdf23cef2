"""Webhook endpoints: where events are posted to, and the one that is configuration rather than state."""

from urllib.parse import urlsplit

from stripe_sandbox import spec
from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import invalid
from stripe_sandbox.ids import new_id
from stripe_sandbox.work import Work, merge_metadata, unset

# The id of the endpoint that the environment or `create_app(webhook=…)` defines.
CONFIGURED = "we_1SandboxConfigured"
MAX_ENDPOINTS = 16


def create(work: Work, params: Obj) -> Obj:
    """A new endpoint; its secret is in this answer only."""
    if len(work.box.endpoints()) >= MAX_ENDPOINTS:
        raise invalid(f"You have reached the maximum of {MAX_ENDPOINTS} test webhook endpoints.")
    _check_url(params["url"])
    _check_events(params["enabled_events"])
    endpoint = _build(work, new_id("we_1"), params["url"], f"whsec_{new_id('x', 32)[2:]}")
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
    endpoint["_"]["secret"] = secret
    work.save(endpoint)


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
        "UPDATE deliveries SET state = 'failed' WHERE endpoint = ? AND state = 'pending'", (id,)
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
        "_": {"secret": secret},
    }
    return endpoint


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
