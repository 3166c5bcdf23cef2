"""Shipping options of a Checkout Session: what the shop offers, and which one the customer takes."""

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import exclusive, invalid, missing
from stripe_sandbox.objects import session_rules, shipping_rates
from stripe_sandbox.work import Work


def offer(work: Work, session: Obj, given: list[Obj]) -> None:
    """Offer these options; the first is chosen until the customer takes another one."""
    if len(given) > session_rules.MAX_SHIPPING_OPTIONS:
        raise invalid(
            f"A Checkout Session can have at most {session_rules.MAX_SHIPPING_OPTIONS} shipping options.",
            "shipping_options",
        )
    session["shipping_options"] = [
        _option(work, session, one, f"shipping_options[{index}]") for index, one in enumerate(given)
    ]
    offered = [option["shipping_rate"] for option in session["shipping_options"]]
    if session["_"]["shipping_rate"] not in offered:
        session["_"]["shipping_rate"] = offered[0] if offered else None


def choose(session: Obj, rate: str) -> None:
    """The customer takes this one of the options."""
    if rate not in [option["shipping_rate"] for option in session["shipping_options"]]:
        raise invalid("This is none of the shipping options of the Checkout Session.", "shipping_rate")
    session["_"]["shipping_rate"] = rate


def _option(work: Work, session: Obj, given: Obj, at: str) -> Obj:
    if "shipping_rate" in given and "shipping_rate_data" in given:
        raise exclusive(f"{at}[shipping_rate]", f"{at}[shipping_rate_data]")
    if "shipping_rate_data" in given:
        rate = shipping_rates.create(work, given["shipping_rate_data"], f"{at}[shipping_rate_data]")
    elif "shipping_rate" in given:
        rate = shipping_rates.for_sale(work, given["shipping_rate"], f"{at}[shipping_rate]")
    else:
        raise missing(f"{at}[shipping_rate]")
    amount, _ = shipping_rates.in_currency(rate, session["currency"], at)
    return {"shipping_amount": amount, "shipping_rate": rate["id"]}
