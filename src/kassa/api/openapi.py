"""The OpenAPI document: made of the handlers themselves and the types they read and write."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from kassa.api.auth import CSRF_HEADER, ORDER_TOKEN
from kassa.api.codes import CODES, EVERYWHERE, IDEMPOTENT
from kassa.api.doc import Doc
from kassa.web import Idempotency

_REF: Final = "#/components/schemas/{name}"
_PARAMETER: Final = re.compile(r"\{(\w+)(:\w+)?\}")
#: An answer that is no JSON.
_FILE: Final = {"application/zip": {"schema": {"type": "string", "format": "binary"}}}
_DESCRIPTION: Final = """\
Amounts are integers in the currency's minor unit with an ISO 4217 code beside them. Times are RFC 3339 in UTC.
Ids are opaque strings. Every list answers `items` and `next`, the cursor of the next page.

Routes that need an `Idempotency-Key` run once per key: the same key and body give the first answer again, with
`Idempotent-Replayed: true`. Errors are RFC 9457 problems whose `code` is stable.
"""


def document(mounted: Iterable[tuple[str, HTTPRouteHandler]]) -> dict[str, Any]:
    """The document of these handlers, each with the prefix under which it is mounted."""
    routes = [(prefix, handler, doc_of(handler)) for prefix, handler in mounted]
    types = {
        type_
        for _, _, doc in routes
        for type_ in (doc.body, *doc.answers.values())
        if type_ not in (None, bytes)
    }
    _, schemas = msgspec.json.schema_components(
        sorted(types, key=lambda type_: type_.__name__), ref_template=_REF
    )
    paths: dict[str, dict[str, Any]] = {}
    for prefix, handler, doc in routes:
        for path in sorted(handler.paths):
            shown = _PARAMETER.sub(r"{\1}", prefix + path)
            for method in handler.http_methods:
                paths.setdefault(shown, {})[method.lower()] = _operation(handler, doc, shown, prefix)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kassa",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(doc.tag for _, _, doc in routes)],
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problem": _problem_schema()},
            "headers": _headers(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key, `kassa_sk_…`."},
                "session": {"type": "apiKey", "in": "cookie", "name": "kassa_session"},
            },
        },
    }


def doc_of(handler: HTTPRouteHandler) -> Doc:
    """What a handler says of itself."""
    doc: Doc = handler.opt["doc"]
    return doc


def is_idempotent(handler: HTTPRouteHandler) -> bool:
    """Whether the route needs an `Idempotency-Key`."""
    return Idempotency in (handler.middleware or ())


def _operation(handler: HTTPRouteHandler, doc: Doc, path: str, prefix: str) -> dict[str, Any]:
    keyed, writes = is_idempotent(handler), not handler.http_methods <= {"GET"}
    operation: dict[str, Any] = {
        "operationId": _operation_id(handler, doc),
        "summary": doc.summary,
        "tags": [doc.tag],
        "parameters": list(_parameters(doc, path, keyed=keyed, writes=writes and bool(prefix))),
        "responses": {**_answers(doc, keyed=keyed), **_problems(doc, keyed=keyed, everywhere=bool(prefix))},
    }
    if doc.description:
        operation["description"] = doc.description
    if doc.admin:
        operation["security"] = [{"key": []}, {"session": []}]
    elif prefix:
        operation["security"] = [{}, {"key": []}, {"session": []}]
    if doc.body is not None:
        operation["requestBody"] = {
            "required": any(field.required for field in msgspec.structs.fields(doc.body)),
            "content": {"application/json": {"schema": _schema(doc.body)}},
        }
    return operation


def _operation_id(handler: HTTPRouteHandler, doc: Doc) -> str:
    return re.sub(r"[^a-z]+", "_", doc.summary.lower()).strip("_")


def _parameters(doc: Doc, path: str, *, keyed: bool, writes: bool) -> Iterable[dict[str, Any]]:
    for name in _PARAMETER.findall(path):
        yield {"name": name[0], "in": "path", "required": True, "schema": {"type": "string"}}
    if doc.query is not None:
        schema = msgspec.json.schema_components([doc.query], ref_template=_REF)[1][doc.query.__name__]
        for name, rule in schema["properties"].items():
            yield {"name": name, "in": "query", "required": False, "schema": rule}
    if doc.query is not None and doc.query.__name__ == "ProductQuery":
        for name in ("author", "language", "subject"):
            rule = {"type": "array", "items": {"type": "string"}}
            yield {"name": name, "in": "query", "description": "Filter by facet.", "schema": rule}
    if keyed:
        yield _header(
            "Idempotency-Key", "One value per wish, of your own making.", required=True, maxLength=255
        )
    if doc.order_token:
        yield _header(ORDER_TOKEN, "The `token` from the order's creation, for guests.")
    if writes:
        yield _header(CSRF_HEADER, "With a session cookie: the session's token.")


def _header(name: str, description: str, *, required: bool = False, **rule: Any) -> dict[str, Any]:
    schema = {"type": "string", **rule, **({"minLength": 1} if required else {})}
    return {"name": name, "in": "header", "required": required, "description": description, "schema": schema}


def _answers(doc: Doc, *, keyed: bool) -> dict[str, Any]:
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    if keyed:
        headers["Idempotent-Replayed"] = {"$ref": "#/components/headers/Idempotent-Replayed"}
    return {
        str(status): {
            "description": "A file." if type_ is bytes else (type_.__doc__ or "").strip().split("\n")[0],
            "headers": headers,
            "content": _FILE if type_ is bytes else {"application/json": {"schema": _schema(type_)}},
        }
        for status, type_ in doc.answers.items()
    }


def _problems(doc: Doc, *, keyed: bool, everywhere: bool) -> dict[str, Any]:
    codes = [*doc.errors, *(EVERYWHERE if everywhere else ()), *(IDEMPOTENT if keyed else ())]
    if doc.admin:
        codes += ["unauthenticated", "forbidden"]
    if doc.body is not None:
        codes += ["body_too_large", "csrf_failed"]
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(codes):
        by_status.setdefault(CODES[code][0], []).append(code)
    return {
        str(status): {
            "description": "\n".join(f"`{code}`: {CODES[code][1]}" for code in found),
            "headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}},
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, found in sorted(by_status.items())
    }


def _schema(type_: Any) -> Mapping[str, Any]:
    return {"$ref": _REF.format(name=type_.__name__)}


def _headers() -> dict[str, Any]:
    return {
        "X-Request-Id": {"description": "The id of the request.", "schema": {"type": "string"}},
        "Idempotent-Replayed": {
            "description": "`true` if this is the first answer to this key, given again.",
            "schema": {"type": "string", "enum": ["true"]},
        },
    }


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    fault = {"type": "object", "properties": {"path": text, "message": text}, "required": ["path", "message"]}
    members = ("type", "title", "status", "detail", "code", "request_id")
    return {
        "title": "Problem",
        "type": "object",
        "properties": {
            **dict.fromkeys(members, text),
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": sorted(CODES)},
            "errors": {"type": "array", "items": fault},
        },
        "required": list(members),
    }
