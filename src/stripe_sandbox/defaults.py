"""Empty objects of each resource, drawn from the API description.

A new object starts with every field Stripe always sends: nullable ones as null, the rest empty. What the
flows know is written over it, so an answer cannot miss a field the description demands.
"""

from functools import cache
from typing import Any

import msgspec

from stripe_sandbox.spec import Schema, resolve, schema

Obj = dict[str, Any]


def blank(name: str) -> Obj:
    """A fresh object of the schema `name` with all its always-present fields."""
    fresh: Obj = msgspec.json.decode(_template(name))
    return fresh


@cache
def _template(name: str) -> bytes:
    return msgspec.json.encode(_empty(schema(name)))


def _empty(node: Schema) -> Any:
    node = resolve(node)
    if node.get("nullable"):
        return None
    if "anyOf" in node:
        return _empty(node["anyOf"][0])
    if "enum" in node:
        return node["enum"][0]
    kind = node.get("type")
    if kind == "object":
        always = {*node.get("required", ()), *node.get("x-always-present", ())}
        return {
            key: _field(inner, key, node)
            for key, inner in node.get("properties", {}).items()
            if key in always
        }
    empties: dict[str | None, Any] = {"array": [], "integer": 0, "number": 0, "boolean": False}
    return empties.get(kind, "")


def _field(inner: Schema, key: str, owner: Schema) -> Any:
    # Not required but always sent means: sent as null when there is nothing to say.
    if key not in owner.get("required", ()):
        return None
    return _empty(inner)
