"""Operations of Stripe's own payment page: undocumented, and so not in the API description.

`GET  /v1/payment_pages/{session}`          the session as its page sees it
`POST /v1/payment_pages/{session}`          the customer changes something; answers the page again
`POST /v1/payment_pages/{session}/confirm`  the customer pays (or saves a method); answers the page again

A publishable key will do; a session that is not hosted (`embedded_page`, `elements`, `form`) wants its
`client_secret` too. What the answer holds is told in `objects.payment_pages`.
"""

from typing import Any

Schema = dict[str, Any]

_REF = "#/components/schemas/"
_STRING: Schema = {"type": "string"}
_INTEGER: Schema = {"type": "integer"}
_BOOLEAN: Schema = {"type": "boolean"}
EXPAND: Schema = {"type": "array", "items": _STRING}


def _object(properties: Schema, *required: str) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def _list_of(properties: Schema, *required: str) -> Schema:
    return {"type": "array", "items": _object(properties, *required)}


_CONTACT: Schema = {"address": {"$ref": _REF + "address_param"}, "name": _STRING, "phone": _STRING}
# Everything the customer may say on the page; an empty string takes a thing back.
CHANGES: Schema = {
    "client_secret": _STRING,
    "consent": _object({"promotions": _one_of("opt_in", "opt_out"), "terms_of_service": _one_of("accepted")}),
    "custom_fields": _list_of({"key": _STRING, "value": _STRING}, "key", "value"),
    # `address` is the billing address.
    "customer_details": _object(
        _CONTACT | {"email": _STRING, "business_name": _STRING, "individual_name": _STRING}
    ),
    "email": _STRING,
    "expand": EXPAND,
    # A quantity of 0 takes an item away. Only items whose quantity is adjustable, and optional ones.
    "line_items": _list_of({"id": _STRING, "quantity": _INTEGER}, "id", "quantity"),
    "optional_items": _list_of({"price": _STRING, "quantity": _INTEGER}, "price", "quantity"),
    "promotion_code": _STRING,  # as the customer types it
    "remove_payment_method": _STRING,  # a saved one
    "shipping_details": _object(_CONTACT),
    "shipping_rate": _STRING,  # one of `shipping_options`
    "tax_id": {"anyOf": [_object({"type": _STRING, "value": _STRING}, "type", "value"), _one_of("")]},
}
CONFIRM: Schema = CHANGES | {
    "confirmation_token": _STRING,
    "expected_amount": _INTEGER,  # what the customer was shown, in minor units
    "payment_method": _STRING,
    "payment_method_data": {"$ref": _REF + "payment_intent_confirm_params_payment_method_data"},
    "return_url": _STRING,
    "save_payment_method": _BOOLEAN,
    "use_stripe_sdk": _BOOLEAN,
}


def _post(operation: str, properties: Schema) -> Schema:
    form = {"application/x-www-form-urlencoded": {"schema": _object(properties)}}
    return {"post": {"operationId": operation, "requestBody": {"content": form}}}


PAYMENT_PAGES: Schema = {
    "/v1/payment_pages/{id}": {
        "get": {
            "operationId": "getPaymentPagesId",
            "parameters": [
                {"name": "client_secret", "in": "query", "schema": _STRING},
                {"name": "expand", "in": "query", "schema": EXPAND},
            ],
        },
        **_post("postPaymentPagesId", CHANGES),
    },
    "/v1/payment_pages/{id}/confirm": _post("postPaymentPagesIdConfirm", CONFIRM),
}
