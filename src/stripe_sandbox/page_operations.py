"""Operations of Stripe's own payment page: undocumented, and so not in the API description.

`GET  /v1/payment_pages/{session}`          the session as its page sees it
`POST /v1/payment_pages/{session}`          the customer changes something; answers the page again
`POST /v1/payment_pages/{session}/confirm`  the customer pays (or saves a method); answers the page again

A publishable key will do; a session that is not hosted (`embedded_page`, `elements`, `form`) wants its
`client_secret` too. What the answer holds is told in `objects.payment_pages`.
"""

from stripe_sandbox.rows import Schema, form, query, record, row

_REF = "#/components/schemas/"
_STRING: Schema = {"type": "string"}
_INTEGER: Schema = {"type": "integer"}
_BOOLEAN: Schema = {"type": "boolean"}
_PAGE: Schema = {"type": "object"}
EXPAND: Schema = {"type": "array", "items": _STRING}


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def _list_of(properties: Schema, *required: str) -> Schema:
    return {"type": "array", "items": record(properties, *required)}


_CONTACT: Schema = {"address": {"$ref": _REF + "address_param"}, "name": _STRING, "phone": _STRING}
# Everything the customer may say on the page; an empty string takes a thing back.
CHANGES: Schema = {
    "client_secret": _STRING,
    "consent": record({"promotions": _one_of("opt_in", "opt_out"), "terms_of_service": _one_of("accepted")}),
    "custom_fields": _list_of({"key": _STRING, "value": _STRING}, "key", "value"),
    # `address` is the billing address.
    "customer_details": record(
        _CONTACT | {"email": _STRING, "business_name": _STRING, "individual_name": _STRING}
    ),
    "email": _STRING,
    "expand": EXPAND,
    # A quantity of 0 takes an item away. Only items whose quantity is adjustable, and optional ones.
    "line_items": _list_of({"id": _STRING, "quantity": _INTEGER}, "id", "quantity"),
    "optional_items": _list_of({"price": _STRING, "quantity": _INTEGER}, "price", "quantity"),
    "promotion_code": _STRING,  # as the customer types it
    "remove_payment_method": _STRING,  # a saved one
    "shipping_details": record(_CONTACT),
    "shipping_rate": _STRING,  # one of `shipping_options`
    "tax_id": {"anyOf": [record({"type": _STRING, "value": _STRING}, "type", "value"), _one_of("")]},
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


PAYMENT_PAGES: Schema = {
    "/v1/payment_pages/{id}": {
        "get": row("getPaymentPagesId", _PAGE, parameters=query(client_secret=_STRING, expand=EXPAND)),
        "post": row("postPaymentPagesId", _PAGE, requestBody=form(CHANGES)),
    },
    "/v1/payment_pages/{id}/confirm": {
        "post": row("postPaymentPagesIdConfirm", _PAGE, requestBody=form(CONFIRM))
    },
}
