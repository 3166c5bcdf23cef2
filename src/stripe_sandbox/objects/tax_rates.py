"""Tax rates: those a shop makes by hand, and those that automatic tax makes for a place.

The latter are not `active`: no line can be given them.
"""

import copy
import hashlib

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.errors import invalid
from stripe_sandbox.ids import new_id
from stripe_sandbox.objects.changes import previous
from stripe_sandbox.objects.tax_table import COUNTRIES, Rate
from stripe_sandbox.work import Work, merge_metadata, unset

MAX_NAME = 50
MAX_DECIMALS = 4
_FIELDS = ("active", "country", "description", "display_name", "jurisdiction", "state", "tax_type")


def create(work: Work, params: Obj) -> Obj:
    """A new TaxRate.

    Raises:
        StripeError: 400 for a percentage outside 0-100 or with more than four decimals.
    """
    percentage = params["percentage"]
    if not 0 <= percentage <= 100:
        raise invalid("Invalid percentage: must be between 0 and 100.", "percentage")
    if round(percentage, MAX_DECIMALS) != percentage:
        raise invalid(f"Invalid percentage: at most {MAX_DECIMALS} decimal places.", "percentage")
    rate = _blank(work, new_id("txr_1"))
    rate |= {"inclusive": params["inclusive"], "percentage": _number(percentage)}
    _set(rate, params)
    work.save(rate)
    work.emit("tax_rate.created", rate)
    return rate


def update(work: Work, id: str, params: Obj) -> Obj:
    """Change anything of a TaxRate but what it takes."""
    rate = work.need("tax_rate", id)
    before = copy.deepcopy(rate)
    _set(rate, params)
    if changed := previous(before, rate):
        work.emit("tax_rate.updated", rate, changed)
    return work.save(rate)


def of_place(work: Work, rate: Rate, *, inclusive: bool) -> Obj:
    """The TaxRate that automatic tax shows for `rate`; made when first needed, then always the same."""
    facts = f"{rate.country} {rate.state} {rate.percent} {rate.tax_type} {inclusive}"
    id = "txr_1" + hashlib.sha256(facts.encode()).hexdigest()[:23]
    known = work.get("tax_rate", id)
    if known is not None:
        return known
    made = _blank(work, id)
    made |= {
        "active": False,
        "country": rate.country,
        "display_name": rate.name,
        "effective_percentage": _number(float(rate.percent)),
        "inclusive": inclusive,
        "jurisdiction": rate.state or rate.country,
        "jurisdiction_level": "state" if rate.state else "country",
        "percentage": _number(float(rate.percent)),
        "rate_type": "percentage",
        "state": rate.state,
        "tax_type": rate.tax_type,
    }
    return work.save(made)


def _blank(work: Work, id: str) -> Obj:
    fresh = {"id": id, "active": True, "created": work.now, "metadata": {}}
    return blank("tax_rate") | fresh


def _set(rate: Obj, params: Obj) -> None:
    if len(params.get("display_name") or "") > MAX_NAME:
        raise invalid(f"The display name must be at most {MAX_NAME} characters.", "display_name")
    if params.get("country") and params["country"].upper() not in COUNTRIES:
        raise invalid(f"Country '{params['country'][:10]}' is unknown.", "country")
    for name in _FIELDS:
        if name in params:
            rate[name] = unset(params[name])
    rate["metadata"] = merge_metadata(rate["metadata"], params.get("metadata"))


def _number(value: float) -> float | int:
    return int(value) if value == int(value) else value
