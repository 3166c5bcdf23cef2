"""Checks request parameters against the API description and turns form text into integers and booleans.

Each schema is compiled once into a function ``(value, name) -> value``. Faults are Stripe's, `param` in
bracket form (``line_items[0][quantity]``).
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from stripe_sandbox.errors import StripeError, invalid, missing
from stripe_sandbox.spec import Operation, Schema, resolve

Check = Callable[[Any, str], Any]

NO_LONGER = {"payment_method_types"}
# What Stripe.js sends beside the documented parameters when it confirms from a page.
FROM_PAGES = {"client_secret": {"type": "string"}}
MAX_STRING = 5000


@cache
def checker(operation: Operation) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The compiled check of one operation's parameters; it returns them coerced, or raises `StripeError`."""
    parameters = operation.parameters
    if operation.id.endswith("IntentsIdConfirm"):
        parameters = parameters | {"properties": parameters["properties"] | FROM_PAGES}
    check = _compile(parameters)

    def run(values: dict[str, Any]) -> dict[str, Any]:
        checked: dict[str, Any] = check(values, "")
        return checked

    return run


def _compile(node: Schema) -> Check:
    node = resolve(node)
    if "anyOf" in node:
        return _any_of([resolve(option) for option in node["anyOf"]])
    kind = node.get("type")
    if kind == "object":
        return _object(node)
    if kind == "array":
        return _array(node)
    if kind == "integer":
        return _integer
    if kind == "boolean":
        return _boolean
    if kind == "number":
        return _number
    return _string(node)


def _object(node: Schema) -> Check:
    checks = {name: _compile(inner) for name, inner in node.get("properties", {}).items()}
    required: list[str] = node.get("required", [])
    rest = node.get("additionalProperties")
    rest_check = _compile(rest) if isinstance(rest, dict) else None
    is_metadata = node.get("x-metadata", False)

    def check(value: Any, at: str) -> Any:
        if not isinstance(value, dict):
            raise invalid("Invalid object", at)
        unknown = [name for name in value if name not in checks] if rest_check is None else []
        if unknown:
            raise _unknown(unknown, at)
        result = {}
        for name, inner in value.items():
            one = checks.get(name) or rest_check
            if one is not None:
                result[name] = one(inner, f"{at}[{name}]" if at else name)
        for name in required:
            if name not in value:
                raise missing(f"{at}[{name}]" if at else name)
            if value[name] == "":
                raise _empty(f"{at}[{name}]" if at else name)
        if is_metadata:
            _check_metadata(result, at)
        return result

    return check


def _unknown(names: list[str], at: str) -> StripeError:
    full = [f"{at}[{name}]" if at else name for name in names]
    if not at and NO_LONGER.intersection(names):
        return invalid(
            "The `payment_method_types` parameter is no longer supported. Omit it to use dynamic payment "
            "methods, "
            "or use `allowed_payment_method_types` or `excluded_payment_method_types` instead.",
            "payment_method_types",
            "payment_method_types_no_longer_supported",
        )
    plural = "s" if len(full) > 1 else ""
    return invalid(f"Received unknown parameter{plural}: {', '.join(full)}", full[0], "parameter_unknown")


def _empty(at: str) -> StripeError:
    return invalid(
        f"You passed an empty string for '{at}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{at}' cannot be unset. You should remove '{at}' from your request or supply a non-empty "
        f"value.",
        at,
        "parameter_invalid_empty",
    )


def _check_metadata(values: dict[str, Any], at: str) -> None:
    if len(values) > 50:
        raise invalid("Metadata can have up to 50 keys.", at)
    for name in values:
        if len(name) > 40:
            raise invalid(f"Metadata keys must be under 40 characters: {name[:60]}", f"{at}[{name}]")
        if "[" in name or "]" in name:
            raise invalid("Metadata keys cannot contain square brackets.", f"{at}[{name}]")


def _array(node: Schema) -> Check:
    item = _compile(node["items"])

    def check(value: Any, at: str) -> Any:
        if not isinstance(value, dict) or not all(name.isdecimal() for name in value):
            raise invalid("Invalid array", at)
        ordered = sorted(value.items(), key=lambda pair: int(pair[0]))
        return [item(inner, f"{at}[{index}]") for index, inner in ordered]

    return check


def _any_of(options: list[Schema]) -> Check:
    structured = [_compile(option) for option in options if option.get("type") in ("object", "array")]
    kinds = {option.get("type") for option in options}
    unsets = any(option.get("enum") == [""] for option in options)
    scalars = [option for option in options if option.get("type") not in ("object", "array")]
    order = {"boolean": 0, "integer": 1, "number": 2}
    scalars.sort(key=lambda option: order.get(str(option.get("type")), 3))
    scalar_checks = [_compile(option) for option in scalars if option.get("enum") != [""]]

    def check(value: Any, at: str) -> Any:
        if isinstance(value, dict) and structured:
            return structured[0](value, at)
        if value == "":
            if unsets or "string" in kinds:
                return ""
            raise _empty(at)
        fault: StripeError | None = None
        for one in scalar_checks:
            try:
                return one(value, at)
            except StripeError as error:
                fault = fault or error
        raise fault or invalid("Invalid object", at)

    return check


def _integer(value: Any, at: str) -> int:
    if value == "":
        raise _empty(at)
    if isinstance(value, str):
        digits = value[1:] if value[:1] == "-" else value
        if digits.isascii() and digits.isdecimal() and len(digits) <= 18:
            return int(value)
    raise invalid(f"Invalid integer: {str(value)[:100]}", at, "parameter_invalid_integer")


def _number(value: Any, at: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise invalid(f"Invalid decimal: {str(value)[:100]}", at) from None
    if number != number or number in (float("inf"), float("-inf")):
        raise invalid(f"Invalid decimal: {value}", at)
    return number


def _boolean(value: Any, at: str) -> bool:
    if value == "true":
        return True
    if value == "false":
        return False
    if value == "":
        raise _empty(at)
    raise invalid(f"Invalid boolean: {str(value)[:100]}", at)


def _string(node: Schema) -> Check:
    allowed: list[str] | None = node.get("enum")
    longest = node.get("maxLength", MAX_STRING)

    def check(value: Any, at: str) -> str:
        if not isinstance(value, str):
            raise invalid("Invalid string", at)
        if allowed is not None and value not in allowed:
            if value == "":
                raise _empty(at)
            raise invalid(f"Invalid {at}: must be one of {_either(allowed)}", at)
        if len(value) > longest:
            raise invalid(f"Invalid string: must be at most {longest} characters", at)
        return value

    return check


def _either(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])}, or {names[-1]}"
