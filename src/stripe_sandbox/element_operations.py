"""Operations that only Stripe.js calls: undocumented, and so not in the API description.

`GET  /v1/elements/customer_session`         what the Payment Element may show of a customer
`POST /v1/elements/customer_session/detach`  the customer removes a saved method; answers the same again
`POST /v1/confirmation_tokens`               what the customer chose, before the intent is confirmed

A publishable key will do. What the first two answer is told in `objects.customer_sessions`; the third
answers a ConfirmationToken, as its documented twin among the test helpers does.
"""

from typing import Any

Schema = dict[str, Any]

_REF = "#/components/schemas/"
_STRING: Schema = {"type": "string"}
_EXPAND: Schema = {"type": "array", "items": _STRING}
_TOKEN = "test_helpers_confirmation_token_create_params_"  # noqa: S105 - the name of a schema

_SAVED_METHODS: Schema = {
    "type": "object",
    "properties": {
        "customer_session": {"$ref": _REF + "customer_session"},
        "features": {"$ref": _REF + "customer_session_components_payment_element_features"},
        "payment_methods": {"type": "array", "items": {"$ref": _REF + "payment_method"}},
    },
    "required": ["customer_session", "features", "payment_methods"],
    "additionalProperties": False,
}
_TOKEN_PARAMS: Schema = {
    "expand": _EXPAND,
    "mandate_data": {"$ref": _REF + "payment_intent_confirm_params_mandate_data"},
    "payment_method": _STRING,
    "payment_method_data": {"$ref": _REF + _TOKEN + "payment_method_data"},
    "payment_method_options": {"$ref": _REF + _TOKEN + "payment_method_options"},
    "return_url": _STRING,
    "setup_future_usage": {"type": "string", "enum": ["off_session", "on_session"]},
    "shipping": {"$ref": _REF + _TOKEN + "shipping"},
}


def _row(operation: str, answer: Schema, **more: Any) -> Schema:
    return {
        "operationId": operation,
        "responses": {"200": {"content": {"application/json": {"schema": answer}}}},
        **more,
    }


def _form(properties: Schema, *required: str) -> Schema:
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}


ELEMENTS: Schema = {
    "/v1/elements/customer_session": {
        "get": _row(
            "getElementsCustomerSession",
            _SAVED_METHODS,
            parameters=[{"name": "client_secret", "in": "query", "schema": _STRING, "required": True}],
        )
    },
    "/v1/elements/customer_session/detach": {
        "post": _row(
            "postElementsCustomerSessionDetach",
            _SAVED_METHODS,
            requestBody=_form(
                {"client_secret": _STRING, "payment_method": _STRING}, "client_secret", "payment_method"
            ),
        )
    },
    "/v1/confirmation_tokens": {
        "post": _row(
            "postConfirmationTokens",
            {"$ref": _REF + "confirmation_token"},
            requestBody=_form(_TOKEN_PARAMS),
        )
    },
}
