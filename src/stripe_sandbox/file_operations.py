"""Operations of uploaded files: part of the API, but left out of the description that ships with the sandbox.

`POST /v1/files`        multipart: `purpose`, `file` (on Stripe's servers this goes to the *files* address)
`GET  /v1/files`        a list, newest first; filters `purpose`, `created`
`GET  /v1/files/{id}`   one of them
"""

from typing import Any

Schema = dict[str, Any]

PURPOSES = (
    "account_requirement", "additional_verification", "business_icon", "business_logo", "customer_signature",
    "dispute_evidence", "identity_document", "issuing_regulatory_reporting", "pci_document",
    "platform_terms_of_service", "tax_document_user_upload", "terminal_android_apk",
    "terminal_reader_splashscreen", "terminal_wifi_certificate", "terminal_wifi_private_key",
)  # fmt: skip
_STRING: Schema = {"type": "string"}
_PURPOSE: Schema = {"type": "string", "enum": list(PURPOSES)}
_EXPAND: Schema = {"type": "array", "items": _STRING}
_TIME: Schema = {"type": "integer"}
_RANGE: Schema = {
    "type": "object",
    "properties": {"gt": _TIME, "gte": _TIME, "lt": _TIME, "lte": _TIME},
    "additionalProperties": False,
}
_FILE: Schema = {
    "type": "object",
    "properties": {
        "id": _STRING, "object": {"type": "string", "enum": ["file"]}, "created": _TIME,
        "expires_at": _TIME | {"nullable": True}, "filename": _STRING, "purpose": _PURPOSE, "size": _TIME,
        "links": {"type": "object"}, "title": _STRING | {"nullable": True}, "type": _STRING,
        "url": _STRING | {"nullable": True},
    },
    "required": [
        "id", "object", "created", "expires_at", "filename", "purpose", "size", "title", "type", "url",
    ],
    "additionalProperties": False,
}  # fmt: skip
_LIST: Schema = {
    "type": "object",
    "properties": {
        "object": {"type": "string", "enum": ["list"]}, "data": {"type": "array", "items": _FILE},
        "has_more": {"type": "boolean"}, "url": _STRING,
    },
    "required": ["object", "data", "has_more", "url"],
    "additionalProperties": False,
}  # fmt: skip
# What `forms.parse_multipart` makes of an uploaded file.
_UPLOAD: Schema = {
    "type": "object",
    "properties": {"name": _STRING, "size": _TIME, "type": _STRING, "sha256": _STRING},
    "required": ["name", "size", "type", "sha256"],
    "additionalProperties": False,
}
_CREATE: Schema = {
    "type": "object",
    "properties": {"expand": _EXPAND, "file": _UPLOAD, "purpose": _PURPOSE},
    "required": ["file", "purpose"],
    "additionalProperties": False,
}


def _row(operation: str, answer: Schema, **more: Any) -> Schema:
    return {
        "operationId": operation,
        "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
        **more,
    }


def _query(**schemas: Schema) -> list[Schema]:
    return [{"name": name, "in": "query", "schema": schema} for name, schema in schemas.items()]


FILES: Schema = {
    "/v1/files": {
        "get": _row(
            "getFiles",
            _LIST,
            parameters=_query(
                created={"anyOf": [_RANGE, _TIME]}, ending_before=_STRING, expand=_EXPAND, limit=_TIME,
                purpose=_PURPOSE, starting_after=_STRING,
            ),
        ),
        "post": _row(
            "postFiles",
            _FILE,
            requestBody={"content": {"application/x-www-form-urlencoded": {"schema": _CREATE}}},
        ),
    },
    "/v1/files/{id}": {"get": _row("getFilesId", _FILE, parameters=_query(expand=_EXPAND))},
}  # fmt: skip
