"""Operations of uploaded files: part of the API, but left out of the description that ships with the sandbox.

`POST /v1/files`        multipart: `purpose`, `file` (on Stripe's servers this goes to the *files* address)
`GET  /v1/files`        a list, newest first; filters `purpose`, `created`
`GET  /v1/files/{id}`   one of them
"""

from stripe_sandbox.rows import Schema, form, query, record, row

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
_RANGE: Schema = record({"gt": _TIME, "gte": _TIME, "lt": _TIME, "lte": _TIME})
_ALWAYS: Schema = {
    "id": _STRING, "object": {"type": "string", "enum": ["file"]}, "created": _TIME,
    "expires_at": _TIME | {"nullable": True}, "filename": _STRING, "purpose": _PURPOSE, "size": _TIME,
    "title": _STRING | {"nullable": True}, "type": _STRING, "url": _STRING | {"nullable": True},
}  # fmt: skip
_FILE: Schema = record(_ALWAYS | {"links": {"type": "object"}}, *_ALWAYS)
_LIST: Schema = record(
    {
        "object": {"type": "string", "enum": ["list"]}, "data": {"type": "array", "items": _FILE},
        "has_more": {"type": "boolean"}, "url": _STRING,
    },
    "object", "data", "has_more", "url",
)  # fmt: skip
# What `forms.parse_multipart` makes of an uploaded file.
_UPLOAD: Schema = record(
    {"name": _STRING, "size": _TIME, "type": _STRING, "sha256": _STRING}, "name", "size", "type", "sha256"
)
_CREATE: Schema = {"expand": _EXPAND, "file": _UPLOAD, "purpose": _PURPOSE}

FILES: Schema = {
    "/v1/files": {
        "get": row(
            "getFiles",
            _LIST,
            parameters=query(
                created={"anyOf": [_RANGE, _TIME]}, ending_before=_STRING, expand=_EXPAND, limit=_TIME,
                purpose=_PURPOSE, starting_after=_STRING,
            ),
        ),
        "post": row("postFiles", _FILE, requestBody=form(_CREATE, "file", "purpose")),
    },
    "/v1/files/{id}": {"get": row("getFilesId", _FILE, parameters=query(expand=_EXPAND))},
}  # fmt: skip
