"""The tools' forms: time, misfortune and forgetting."""

from collections.abc import Callable
from typing import Final, get_args

import msgspec

from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.faults import (
    AnyFault,
    Fault,
    Kind,
    RandomFaults,
    RandomWebhookFaults,
    WebhookFault,
    WebhookKind,
)
from stripe_sandbox.pages.dashboard.actions import Form
from stripe_sandbox.sandbox import ApiAnswer, Sandbox

MAX_ADVANCE_SECONDS: Final = 10 * 366 * 86400
STEPS: Final = ((3600, "1 hour"), (86400, "1 day"), (7 * 86400, "7 days"))
# A failing payment and a late balance transaction have forms of their own.
REQUEST_KINDS: Final = get_args(Kind)[:4]
WEBHOOK_KINDS: Final = get_args(WebhookKind)


def use(box: Sandbox, tool: str, form: Form) -> ApiAnswer | None:
    """Use a tool as its form says; None if there is no such tool."""
    do = _TOOLS.get(tool)
    if do is None:
        return None
    try:
        do(box, form)
    except StripeError as error:
        return ApiAnswer(error.status, error.body())
    except (msgspec.ValidationError, ValueError) as error:
        return ApiAnswer(400, invalid(f"That can not be: {error}").body())
    return ApiAnswer(200, {})


def _advance(box: Sandbox, form: Form) -> None:
    if form.get("until"):
        seconds = max(0.0, float(form["until"]) - box.clock.now())
    else:
        seconds = float(form.get("seconds") or "0")
    if not 0 <= seconds <= MAX_ADVANCE_SECONDS:
        raise ValueError("the clock moves forward only, and by ten years at most")
    box.advance(seconds)


def _decline(box: Sandbox, form: Form) -> None:
    _order(box, Fault, {"fault": "decline", "code": form.get("code"), "count": form.get("count") or "1"})


def _fault(box: Sandbox, form: Form) -> None:
    match = {name: form.get(name) or None for name in ("method", "path", "operation")}
    asked = {
        name: form[name]
        for name in ("fault", "seconds", "status", "code", "count", "after")
        if form.get(name)
    }
    if asked.get("status") in ("rate_limit", "lock_timeout"):
        asked["code"] = asked.pop("status")
    _order(box, Fault, asked | {"match": match})


def _webhook_fault(box: Sandbox, form: Form) -> None:
    asked: dict[str, object] = {name: form[name] for name in ("fault", "seconds", "count") if form.get(name)}
    _order(box, WebhookFault, asked | {"types": form.get("types", "").replace(",", " ").split()})


def _random(box: Sandbox, form: Form) -> None:
    asked: dict[str, object] = {"seed": form.get("seed"), "rate": float(form.get("percent") or "5") / 100}
    _order(box, RandomWebhookFaults if form.get("of") == "webhooks" else RandomFaults, asked)


def _order(
    box: Sandbox,
    kind: type[Fault | WebhookFault | RandomFaults | RandomWebhookFaults],
    asked: dict[str, object],
) -> None:
    # A form has only texts: numbers are read as such, `on` of a box that is ticked is true.
    asked = {name: True if value == "on" else value for name, value in asked.items()}
    box.faults.order(msgspec.convert(asked, kind, strict=False))


def _remove(box: Sandbox, form: Form) -> None:
    box.faults.remove(int(form.get("id") or "0"))


def _reset(box: Sandbox, form: Form) -> None:
    if form.get("sure") != "on":
        raise ValueError("tick the box first: everything will be forgotten")
    box.reset(int(form["seed"]) if form.get("seed") else None)


def describe(fault: AnyFault) -> str:
    """A waiting fault in one line."""
    said = [fault.fault.replace("_", " ")] if isinstance(fault, Fault | WebhookFault) else _share(fault)
    if isinstance(fault, Fault):
        said += [str(one) for one in (fault.status, fault.code) if one is not None]
        said += ["after it happened"] if fault.after else []
    if isinstance(fault, Fault | WebhookFault) and fault.seconds:
        said.append(f"{fault.seconds:g} s")
    if isinstance(fault, Fault | RandomFaults):
        wanted = (fault.match.method, fault.match.path, fault.match.operation)
        said.append(" ".join(one for one in wanted if one) or "any request")
    else:
        said.append(" ".join(fault.types) or "any webhook")
    if isinstance(fault, Fault | WebhookFault):
        said.append(f"{fault.count} left")
    return " · ".join(said)


def _share(fault: RandomFaults | RandomWebhookFaults) -> list[str]:
    kinds = ", ".join(kind.replace("_", " ") for kind in fault.kinds)
    return [f"{fault.rate:.3g} of all at random, seed {fault.seed}", kinds, f"{fault.seen} seen"]


_TOOLS: Final[dict[str, Callable[[Sandbox, Form], None]]] = {
    "clock": _advance,
    "decline": _decline,
    "fault": _fault,
    "webhook-fault": _webhook_fault,
    "random": _random,
    "remove-fault": _remove,
    "clear-faults": lambda box, form: box.faults.clear(),
    "reset": _reset,
}
