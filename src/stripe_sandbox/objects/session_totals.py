"""What a Checkout Session costs: its ordered lines, discounts, shipping and tax, priced anew at every change.

Private facts used: `ordered`, `lines`, `discounts` (Discount objects), `shipping_rate` (the one chosen) and
`breakdown`. The arithmetic is in `line_items`.
"""

from stripe_sandbox.amounts import check_amount
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid
from stripe_sandbox.objects import discounts, line_items, payment_intents
from stripe_sandbox.objects.line_items import Priced
from stripe_sandbox.objects.taxation import TaxRule
from stripe_sandbox.work import Work, public

_OVERRIDES = {"exempt": "customer_exempt", "reverse": "reverse_charge"}


def reprice(work: Work, session: Obj) -> None:
    """Bring the amounts and the tax of a session in mode `payment` in line with what is ordered.

    Raises:
        StripeError: 400 for a total that cannot be charged, such as one below the currency's minimum.
    """
    facts = session["_"]
    priced = _price(work, session, facts["discounts"])
    if priced.amount_total:
        check_amount(
            priced.amount_total, session["currency"], "line_items", kinds=session["payment_method_types"]
        )
    facts["lines"] = priced.lines
    facts["breakdown"] = priced.total_details["breakdown"]
    session |= {
        "amount_subtotal": priced.amount_subtotal,
        "amount_total": priced.amount_total,
        "shipping_cost": priced.shipping_cost,
        "total_details": {name: value for name, value in priced.total_details.items() if name != "breakdown"},
    }
    if session["automatic_tax"]["enabled"]:
        known = _tax_rule(session) is not None
        session["automatic_tax"]["status"] = "complete" if known else "requires_location_inputs"


def renew(work: Work, session: Obj) -> None:
    """After a change: price again. A challenge over another amount, if one is open, is over."""
    if session["mode"] != "payment":
        return
    reprice(work, session)
    intent = work.get("payment_intent", session["payment_intent"])
    if intent is not None and intent["amount"] != session["amount_total"]:
        abandon(work, intent)


def abandon(work: Work, intent: Obj) -> None:
    """End what the customer was to do for a PaymentIntent; another method may pay it."""
    intent["_"]["action"] = intent["payment_method"] = None
    payment_intents.settle(work, intent)


def take_discounts(work: Work, session: Obj, given: list[Obj]) -> None:
    """The discounts that the shop gives; 400 for a coupon or code that cannot be redeemed."""
    customer = session["customer"]
    found = [
        discounts.of(work, one, f"discounts[{index}]", session=session["id"], customer=customer)
        for index, one in enumerate(given)
    ]
    _take(work, session, found, "discounts[0]")


def take_code(work: Work, session: Obj, text: str) -> None:
    """The customer types a promotion code, or takes it back with ``""``; 400 if it does not count here."""
    if not session["allow_promotion_codes"]:
        raise invalid("This Checkout Session does not take promotion codes.", "promotion_code")
    if not text.strip():
        _take(work, session, [], "promotion_code")
        return
    customer = session["customer"]
    found = discounts.typed(work, text.strip(), "promotion_code", session=session["id"], customer=customer)
    _take(work, session, [found], "promotion_code")


def check_discounts(work: Work, session: Obj) -> None:
    """400 if a discount that was given cannot be redeemed any more."""
    for discount in session["_"]["discounts"]:
        discounts.check(
            work, discount, session["amount_subtotal"], session["currency"], session["customer"], "discounts"
        )


def redeem(work: Work, session: Obj) -> None:
    """Count the discounts of a completed session as redeemed."""
    for discount in session["_"]["discounts"]:
        discounts.redeem(work, discount)


def breakdown(work: Work, session: Obj) -> Obj:
    """`total_details.breakdown`, as shown when expanded."""
    stored = work.own("checkout.session", session["id"])
    found: Obj = stored["_"]["breakdown"]
    return found


def discounts_of(work: Work, session: Obj) -> list[Obj]:
    """The discounts with whole coupon and promotion code, and what each takes off, in minor units."""
    amounts = {
        one["discount"]["id"]: one["amount"] for one in session["_"].get("breakdown", {}).get("discounts", ())
    }
    return [
        {
            "amount": amounts.get(discount["id"], 0),
            "coupon": public(discounts.coupon_of(work, discount)),
            "promotion_code": public(work.own("promotion_code", discount["promotion_code"]))
            if discount["promotion_code"]
            else None,
        }
        for discount in session["_"]["discounts"]
    ]


def tax_status(session: Obj) -> str:
    """What automatic tax still needs, by the names of `payment_pages`."""
    if session["automatic_tax"]["status"] != "requires_location_inputs":
        return "ready"
    ships = session["shipping_address_collection"]
    return "requires_shipping_address" if ships else "requires_billing_address"


def _take(work: Work, session: Obj, found: list[Obj], param: str) -> None:
    amount = _price(work, session, []).amount_subtotal
    for discount in found:
        discounts.check(work, discount, amount, session["currency"], session["customer"], param)
        _check_guest(work, session, discount, param)
    session["_"]["discounts"] = found
    session["discounts"] = [
        {
            "coupon": None if discount["promotion_code"] else discount["source"]["coupon"],
            "promotion_code": discount["promotion_code"],
        }
        for discount in found
    ]


def _check_guest(work: Work, session: Obj, discount: Obj, param: str) -> None:
    """Nobody can tell whether a guest bought before."""
    code = work.get("promotion_code", discount["promotion_code"])
    is_guest = not session["customer"] and session["customer_creation"] != "always"
    if code is not None and code["restrictions"]["first_time_transaction"] and is_guest:
        raise invalid("This promotion code is for first orders of known customers only.", param)


def _price(work: Work, session: Obj, given: list[Obj]) -> Priced:
    facts = session["_"]
    return line_items.price_lines(
        work,
        facts["ordered"],
        currency=session["currency"],
        discounts=given,
        shipping=work.get("shipping_rate", facts["shipping_rate"]),
        tax=_tax_rule(session) if session["automatic_tax"]["enabled"] else None,
    )


def _tax_rule(session: Obj) -> TaxRule | None:
    """How the customer is taxed, or None as long as nobody knows where they are."""
    details = session["customer_details"] or {}
    shipped = (session["collected_information"] or {}).get("shipping_details")
    where = shipped["address"] if shipped else details.get("address")
    if not where:
        return None
    rule = TaxRule(
        where,
        tuple(details.get("tax_ids") or ()),
        _OVERRIDES.get(details.get("tax_exempt") or "none", "none"),
    )
    return rule if rule.known() else None
