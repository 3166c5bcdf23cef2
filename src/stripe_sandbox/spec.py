"""Stripe's own description of the API, shipped as package data: operations, their parameters, object
schemas.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from stripe_sandbox.element_operations import ELEMENTS
from stripe_sandbox.file_operations import FILES
from stripe_sandbox.page_operations import PAYMENT_PAGES

Schema = dict[str, Any]
CARD_PARAMS = "payment_method_create_params_card"
EVIDENCE_CHARACTERS = 150_000

_REF = "#/components/schemas/"


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One row of the API: its method, its path in segments (``{id}`` is a variable) and its parameters."""

    id: str
    method: str
    segments: tuple[str, ...]
    parameters: Schema


@cache
def document() -> Schema:
    """The whole OpenAPI document."""
    text = files("stripe_sandbox").joinpath("openapi/openapi.json").read_bytes()
    decoded: Schema = msgspec.json.decode(text)
    # Stripe.js sends card numbers inside payment_method_data; the description leaves that out.
    for name, component in decoded["components"]["schemas"].items():
        if name.endswith("_params_payment_method_data") and "type" in component["properties"]:
            component["properties"].setdefault("card", {"$ref": _REF + CARD_PARAMS})
            component["properties"]["type"]["enum"].append("card")
    # The description lost the lengths of texts; only evidence may be longer than the usual limit.
    for field in decoded["components"]["schemas"]["dispute_update_params_evidence"]["properties"].values():
        if field.get("type") == "string":
            field["maxLength"] = EVIDENCE_CHARACTERS
    decoded["paths"] |= PAYMENT_PAGES | ELEMENTS | FILES
    return decoded


API_VERSION: str = document()["info"]["version"]


def schema(name: str) -> Schema:
    """The schema of a component such as ``payment_intent``."""
    found: Schema = document()["components"]["schemas"][name]
    return found


def resolve(node: Schema) -> Schema:
    """`node` itself, or what its ``$ref`` points at."""
    ref = node.get("$ref")
    return schema(ref.rsplit("/", 1)[1]) if ref else node


def find(method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
    """The operation of a request and the variables of its path, or None if the API has no such row."""
    segments = tuple(path.strip("/").split("/"))
    for operation in _table().get((method, len(segments)), ()):
        variables: dict[str, str] = {}
        for wanted, given in zip(operation.segments, segments, strict=True):
            if wanted[0] == "{":
                variables[wanted[1:-1]] = given
            elif wanted != given:
                break
        else:
            return operation, variables
    return None


@cache
def operation_ids() -> frozenset[str]:
    """The operationIds of all rows of the API."""
    return frozenset(operation.id for rows in _table().values() for operation in rows)


@cache
def _table() -> dict[tuple[str, int], list[Operation]]:
    table: dict[tuple[str, int], list[Operation]] = {}
    for path, methods in document()["paths"].items():
        segments = tuple(path.strip("/").split("/"))
        for method, row in methods.items():
            operation = Operation(row["operationId"], method.upper(), segments, _parameters(row))
            table.setdefault((operation.method, len(segments)), []).append(operation)
    for rows in table.values():  # a literal segment ("search") goes before a variable one ("{id}")
        rows.sort(key=lambda operation: sum(part[0] == "{" for part in operation.segments))
    return table


def _parameters(row: Schema) -> Schema:
    body = row.get("requestBody")
    if body is not None:
        found: Schema = body["content"]["application/x-www-form-urlencoded"]["schema"]
        return found
    query = [p for p in row.get("parameters", []) if p["in"] == "query"]
    return {
        "type": "object",
        "properties": {p["name"]: p["schema"] for p in query},
        "required": [p["name"] for p in query if p.get("required")],
        "additionalProperties": False,
    }
