"""What a customer must still do before an intent can go on, and where: a challenge, or a page to agree on."""

from stripe_sandbox.behaviour import Behaviour
from stripe_sandbox.defaults import Obj
from stripe_sandbox.work import Work


def challenges(does: Behaviour, *, off_session: bool, asked: bool = False) -> bool:
    """Whether the customer must do something before `does` goes through: a challenge, or a page to agree on.

    `asked`: the merchant wants a challenge (`request_three_d_secure`).
    """
    if does.authentication == "always":
        return True
    if does.authentication == "on_session":
        return not off_session
    return does.authentication == "optional" and asked


def next_action(work: Work, intent: Obj, does: Behaviour, *, return_url: str | None, by_script: bool) -> Obj:
    """The `next_action` of a PaymentIntent or SetupIntent whose method is challenged.

    Stripe.js (`by_script`) shows a challenge in a dialog of its own; a page to agree on always takes the whole
    window, and so does a challenge that a server asked for.
    """
    page = "authorize" if does.redirects else "3ds"
    url = f"{work.base_url}/_pages/{page}/{intent['id']}?client_secret={intent['client_secret']}"
    if by_script and not does.redirects:
        opaque = {"type": "three_d_secure_redirect", "stripe_js": url, "source": intent["id"]}
        return {"type": "use_stripe_sdk", "use_stripe_sdk": opaque}
    there = {"return_url": return_url, "url": f"{url}&redirect=1"}
    return {"type": "redirect_to_url", "redirect_to_url": there}
