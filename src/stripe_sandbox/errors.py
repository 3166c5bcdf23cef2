"""Stripe's error object, and one constructor per fault that several places raise.

`stored` says whether an idempotency key remembers the answer: failed validation is not remembered, so that a
corrected request may use the same key. `keep` says whether what happened before the error stays: a declined
card is an error and still leaves a failed charge behind.
"""

from typing import Any

Obj = dict[str, Any]


class StripeError(Exception):
    """An answer that is not 200: HTTP status and the fields of ``{"error": {…}}``."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        stored: bool = True,
        keep: bool = False,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.stored, self.keep, self.headers = status, stored, keep, headers or {}
        self.error: Obj = {}
        if code is not None:
            self.error["code"] = code
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        self.error["message"] = message
        if param is not None:
            self.error["param"] = param
        self.error |= {name: value for name, value in extra.items() if value is not None}
        self.error["type"] = type

    def body(self) -> Obj:
        """The JSON body of the answer."""
        return {"error": self.error}


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """400: the request itself is wrong; an idempotency key does not remember it."""
    return StripeError(400, message, code=code, param=param, stored=False)


def refuse_unmodelled(params: Obj, names: tuple[str, ...]) -> None:
    """400 for a parameter that Stripe knows and this sandbox would have to ignore: better no than wrong."""
    for name in names:
        value = params.get(name)
        if value and not (isinstance(value, dict) and value.get("enabled") is False):
            raise invalid(f"`{name}` is not modelled by this sandbox yet.", name)


def missing(param: str) -> StripeError:
    """400: a required parameter is not there."""
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def exclusive(*params: str) -> StripeError:
    """400: parameters that cannot be sent together."""
    names = ", ".join(params)
    return invalid(
        f"You may only specify one of these parameters: {names}.", params[0], "parameters_exclusive"
    )


def inside(at: str, name: str) -> str:
    """The parameter `name` within the parameter `at`, in bracket form; `name` itself where `at` is empty."""
    if not at:
        return name
    head, bracket, rest = name.partition("[")
    return f"{at}[{head}]{bracket}{rest}"


def no_such(kind: str, id: str, param: str, *, in_path: bool) -> StripeError:
    """404 for an id in the path, 400 for one among the parameters: nothing has this id."""
    return StripeError(
        404 if in_path else 400, f"No such {kind}: '{id[:100]}'", code="resource_missing", param=param
    )


def unexpected_state(message: str, intent: Obj) -> StripeError:
    """400: the PaymentIntent's status does not allow this call; the error carries the whole intent."""
    return StripeError(400, message, code="payment_intent_unexpected_state", payment_intent=intent)


def unknown_url(method: str, path: str) -> StripeError:
    """404: no operation of the API has this method and path."""
    return StripeError(
        404,
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at "
        "https://support.stripe.com/.",
    )
