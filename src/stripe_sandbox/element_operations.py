"""Operations that only Stripe.js calls: undocumented, and so not in the API description.

`GET  /v1/elements/customer_session`         what the Payment Element may show of a customer
`POST /v1/elements/customer_session/detach`  the customer removes a saved method; answers the same again
`POST /v1/confirmation_tokens`               what the customer chose, before the intent is confirmed

A publishable key will do. What the first two answer is told in `objects.customer_sessions`; the third
answers a ConfirmationToken, as its documented twin among the test helpers does.
"""

from stripe_sandbox.rows import Schema, form, query, record, row

_REF = "#/components/schemas/"
_STRING: Schema = {"type": "string"}
_EXPAND: Schema = {"type": "array", "items": _STRING}
_TOKEN = "test_helpers_confirmation_token_create_params_"  # noqa: S105 - the name of a schema

_SAVED_METHODS: Schema = record(
    {
        "customer_session": {"$ref": _REF + "customer_session"},
        "features": {"$ref": _REF + "customer_session_components_payment_element_features"},
        "payment_methods": {"type": "array", "items": {"$ref": _REF + "payment_method"}},
    },
    "customer_session",
    "features",
    "payment_methods",
)
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


ELEMENTS: Schema = {
    "/v1/elements/customer_session": {
        "get": row(
            "getElementsCustomerSession",
            _SAVED_METHODS,
            parameters=query("client_secret", client_secret=_STRING),
        )
    },
    "/v1/elements/customer_session/detach": {
        "post": row(
            "postElementsCustomerSessionDetach",
            _SAVED_METHODS,
            requestBody=form(
                {"client_secret": _STRING, "payment_method": _STRING}, "client_secret", "payment_method"
            ),
        )
    },
    "/v1/confirmation_tokens": {
        "post": row(
            "postConfirmationTokens",
            {"$ref": _REF + "confirmation_token"},
            requestBody=form(_TOKEN_PARAMS),
        )
    },
}
