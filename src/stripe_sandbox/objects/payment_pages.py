"""A Checkout Session as its own page sees it: what the hosted page, the embedded page and Stripe.js show.

The answer of every call below `/v1/payment_pages` is the session of the API (without `metadata` and
`client_reference_id` for a publishable key) with these differences:

- `line_items`: always there, all of them; each `price.product` is the whole product; `discounts` and `taxes`
  are in the lines.
- `payment_intent`, `setup_intent`: the object a page may see, or null; with `next_action` when the customer
  has something to do, and `last_payment_error` after a failure.
- `discounts`: `{coupon, promotion_code, amount}`, both as whole objects or null.
- `shipping_options`: `{shipping_amount, shipping_rate, selected}`, `shipping_rate` as the whole object.
- `optional_items`: `{price, quantity, adjustable_quantity, selected}`, `price` whole, with its whole product.
- `total_details.breakdown`: there when there are discounts or taxes.
- `saved_payment_methods`: the customer's PaymentMethods that may be shown, newest first; `[]` for a guest.
- `requires`: what is still to be filled in, of `email`, `phone`, `billing_address`, `shipping_address`,
  `terms_of_service`, `tax_id`, `individual_name`, `business_name` and `custom_fields.{key}`.
- `tax_status`: `ready`, `requires_shipping_address` or `requires_billing_address`.
- `return_url`: where the customer goes afterwards, `{CHECKOUT_SESSION_ID}` filled in (null: nowhere).
"""

import hmac

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError, missing
from stripe_sandbox.objects import session_changes, session_saving, session_totals, sessions
from stripe_sandbox.work import Work, public

# What only the shop's server may see.
PRIVATE = ("client_reference_id", "metadata")


def authorised(work: Work, id: str, params: Obj) -> Obj:
    """The session, if the caller may see its page; takes `client_secret` out of `params`.

    Raises:
        StripeError: 404 for no such session; 400 for a page that does not know the secret of a session that
            is not hosted.
    """
    session = work.need("checkout.session", id)
    given, secret = params.pop("client_secret", None), session["client_secret"]
    if given is None and work.by_page and secret:
        raise missing("client_secret")
    if given is not None and not hmac.compare_digest(given.encode(), (secret or "").encode()):
        raise StripeError(
            400,
            "The client_secret provided does not match that of this Checkout Session.",
            param="client_secret",
            stored=False,
        )
    return session


def view(work: Work, session: Obj) -> Obj:
    """The session as its page sees it; the intents are still whole."""
    shown = public(session)
    if work.by_page:
        for name in PRIVATE:
            del shown[name]
    shown |= {
        "line_items": _lines(work, session),
        "payment_intent": work.get("payment_intent", session["payment_intent"]),
        "setup_intent": work.get("setup_intent", session["setup_intent"]),
        "discounts": session_totals.discounts_of(work, session),
        "saved_payment_methods": session_saving.shown(work, session),
        "requires": session_changes.missing(session),
        "tax_status": session_totals.tax_status(session),
        "return_url": sessions.complete_url(session),
        "shipping_options": _shipping(work, session),
    }
    if "optional_items" in session:
        taken = {line["price"]["id"] for line in session["_"]["ordered"] if line.get("optional")}
        shown["optional_items"] = [
            item | {"price": _price(work, item["price"]), "selected": item["price"] in taken}
            for item in session["optional_items"]
        ]
    if session["total_details"]:
        breakdown = session_totals.breakdown(work, session)
        if breakdown["discounts"] or breakdown["taxes"]:
            shown["total_details"] = session["total_details"] | {"breakdown": breakdown}
    return shown


def _lines(work: Work, session: Obj) -> Obj:
    items = [line | {"price": _with_product(work, line["price"])} for line in sessions.lines(work, session)]
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return lists.slice_page(items, url, {"limit": 100})


def _shipping(work: Work, session: Obj) -> list[Obj]:
    return [
        option
        | {
            "shipping_rate": public(work.own("shipping_rate", option["shipping_rate"])),
            "selected": option["shipping_rate"] == session["_"]["shipping_rate"],
        }
        for option in session["shipping_options"]
    ]


def _price(work: Work, id: str) -> Obj:
    return _with_product(work, public(work.own("price", id)))


def _with_product(work: Work, price: Obj) -> Obj:
    return price | {"product": public(work.own("product", price["product"]))}
