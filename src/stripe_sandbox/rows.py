"""How rows of the API description are written that Stripe's own leaves out; see `*_operations.py`."""

from typing import Any

Schema = dict[str, Any]


def row(operation: str, answer: Schema, **more: Any) -> Schema:
    """One operation whose 200 is judged by the schema `answer`."""
    return {
        "operationId": operation,
        "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
        **more,
    }


def record(properties: Schema, *required: str) -> Schema:
    """An object of these fields and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def form(properties: Schema, *required: str) -> Schema:
    """A request body."""
    return {"content": {"application/x-www-form-urlencoded": {"schema": record(properties, *required)}}}


def query(*required: str, **schemas: Schema) -> list[Schema]:
    """Parameters of a GET."""
    return [
        {"name": name, "in": "query", "schema": schema, "required": name in required}
        for name, schema in schemas.items()
    ]
