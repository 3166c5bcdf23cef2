"""Who asks for the money, as far as the sandbox knows."""

from urllib.parse import urlsplit

from stripe_sandbox.defaults import Obj


def merchant(session: Obj) -> str:
    """The name a Checkout Session's page goes by: its branding's, else the shop's host."""
    branding = session.get("branding_settings") or {}
    urls = (session["success_url"], session["cancel_url"], session.get("return_url"))
    return branding.get("display_name") or host(*urls)


def host(*urls: str | None) -> str:
    """The host of the first of `urls` that has one: what to call a merchant of whom only addresses are known."""
    for url in urls:
        if url and (found := urlsplit(url).netloc.rpartition("@")[2]):
            return found.removeprefix("www.")
    return "—"
