"""Which function answers which operation of the API description.

An operation that is described but missing here is not modelled yet; it answers like an unknown URL.
"""

from collections.abc import Callable
from typing import Any

from stripe_sandbox import lists
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import missing, no_such, refuse_unmodelled
from stripe_sandbox.objects import (
    balance,
    charges,
    confirmation,
    confirmation_tokens,
    coupons,
    customer_sessions,
    customers,
    direct_charges,
    disputes,
    events,
    files,
    payment_intents,
    payment_methods,
    payment_pages,
    payouts,
    prices,
    products,
    promotion_codes,
    refunds,
    session_changes,
    session_params,
    sessions,
    setup_attempts,
    setup_confirmation,
    setup_intents,
    shipping_rates,
    tax_calculations,
    tax_rates,
    tax_transactions,
    webhook_endpoints,
)
from stripe_sandbox.search import search
from stripe_sandbox.work import Work, public

Handler = Callable[[Work, dict[str, str], Obj], Obj]


def _create(verb: Callable[[Work, Obj], Obj]) -> Handler:
    return lambda work, path, params: verb(work, params)


def _change(verb: Callable[[Work, str, Obj], Obj]) -> Handler:
    return lambda work, path, params: verb(work, path["id"], params)


def _remove(verb: Callable[[Work, str], Obj]) -> Handler:
    return lambda work, path, params: verb(work, path["id"])


def _get(kind: str) -> Handler:
    return lambda work, path, params: work.need(kind, path["id"])


def _list(kind: str, url: str) -> Handler:
    return lambda work, path, params: lists.page(work, kind, url, params)


def _search(kind: str, url: str) -> Handler:
    return lambda work, path, params: search(work, kind, url, params)


def _get_intent(work: Work, path: dict[str, str], params: Obj) -> Obj:
    intent = work.need("payment_intent", path["id"])
    if work.by_page and not params.get("client_secret"):
        raise missing("client_secret")
    confirmation.check_secret(intent, params)
    return intent


def _list_setups(work: Work, path: dict[str, str], params: Obj) -> Obj:
    refuse_unmodelled(params, ("attach_to_self", "customer_account"))
    return lists.page(work, "setup_intent", "/v1/setup_intents", params)


def _get_transaction(work: Work, path: dict[str, str], params: Obj) -> Obj:
    return balance.refresh(work.need("balance_transaction", path["id"]), work.now)


def _line_items(work: Work, path: dict[str, str], params: Obj) -> Obj:
    session = work.need("checkout.session", path["id"])
    url = f"/v1/checkout/sessions/{path['id']}/line_items"
    return lists.slice_page(sessions.lines(work, session), url, params)


def _customer_methods(work: Work, path: dict[str, str], params: Obj) -> Obj:
    work.need("customer", path["id"])
    filters = params | {"customer": path["id"]}
    return lists.page(work, "payment_method", f"/v1/customers/{path['id']}/payment_methods", filters)


def _customer_method(work: Work, path: dict[str, str], params: Obj) -> Obj:
    method = work.need("payment_method", path["id"])
    if method["customer"] != path["customerId"]:
        raise no_such("PaymentMethod", path["id"], "payment_method", in_path=True)
    return method


def _list_sessions(work: Work, path: dict[str, str], params: Obj) -> Obj:
    details = params.get("customer_details")
    rest = {name: value for name, value in params.items() if name != "customer_details"}
    extra: tuple[lists.Filter, ...] = ()
    if details:
        extra = (lists.Filter("json_extract(body, '$.customer_details.email') = ?", (details.get("email"),)),)
    return lists.page(work, "checkout.session", "/v1/checkout/sessions", rest, extra)


def _page(act: Callable[[Work, str, Obj], Obj]) -> Handler:
    def handle(work: Work, path: dict[str, str], params: Obj) -> Obj:
        payment_pages.authorised(work, path["id"], params)
        return payment_page(work, act(work, path["id"], params))

    return handle


def payment_page(work: Work, session: Obj) -> Obj:
    """A session as its own page sees it, see `payment_pages`."""
    page = payment_pages.view(work, session)
    for name in ("payment_intent", "setup_intent"):
        page[name] = restricted(page[name]) if page[name] else None
    return page


HANDLERS: dict[str, Handler] = {
    "getBalance": lambda work, path, params: balance.retrieve_balance(work),
    "getBalanceTransactions": _create(balance.page),
    "getBalanceTransactionsId": _get_transaction,
    "getCharges": _list("charge", "/v1/charges"),
    "getChargesSearch": _search("charge", "/v1/charges/search"),
    "getChargesId": _get("charge"),
    "postCharges": _create(direct_charges.create),
    "postChargesId": _change(charges.update),
    "postChargesIdCapture": _change(direct_charges.capture),
    "getCheckoutSessions": _list_sessions,
    "postCheckoutSessions": _create(session_params.create),
    "getCheckoutSessionsId": _get("checkout.session"),
    "postCheckoutSessionsId": _change(session_changes.update),
    "postCheckoutSessionsIdExpire": _change(sessions.expire),
    "getCheckoutSessionsIdLineItems": _line_items,
    "getConfirmationTokensId": _get("confirmation_token"),
    "postConfirmationTokens": _create(confirmation_tokens.create),
    "postTestHelpersConfirmationTokens": _create(confirmation_tokens.create),
    "getCoupons": _list("coupon", "/v1/coupons"),
    "postCoupons": _create(coupons.create),
    "getCouponsId": _get("coupon"),
    "postCouponsId": _change(coupons.update),
    "deleteCouponsId": _remove(coupons.delete),
    "postCustomerSessions": _create(customer_sessions.create),
    "getElementsCustomerSession": _create(customer_sessions.read),
    "postElementsCustomerSessionDetach": _create(customer_sessions.detach),
    "getCustomers": _create(customers.page),
    "postCustomers": _create(customers.create),
    "getCustomersSearch": _search("customer", "/v1/customers/search"),
    "getCustomersId": _remove(customers.retrieve),
    "postCustomersId": _change(customers.update),
    "deleteCustomersId": _remove(customers.delete),
    "deleteCustomersIdDiscount": _remove(customers.delete_discount),
    "getCustomersIdPaymentMethods": _customer_methods,
    "getCustomersCustomerIdPaymentMethodsId": _customer_method,
    "getDisputes": _list("dispute", "/v1/disputes"),
    "getDisputesId": _get("dispute"),
    "postDisputesId": _change(disputes.update),
    "postDisputesIdClose": _change(disputes.close),
    "getEvents": lambda work, path, params: events.page(work, params),
    "getEventsId": _remove(events.retrieve),
    "getFiles": _list("file", "/v1/files"),
    "postFiles": _create(files.create),
    "getFilesId": _get("file"),
    "getPaymentIntents": _list("payment_intent", "/v1/payment_intents"),
    "postPaymentIntents": _create(payment_intents.create),
    "getPaymentIntentsSearch": _search("payment_intent", "/v1/payment_intents/search"),
    "getPaymentIntentsId": _get_intent,
    "postPaymentIntentsId": _change(payment_intents.update),
    "postPaymentIntentsIdConfirm": _change(confirmation.confirm_by_id),
    "postPaymentIntentsIdCancel": _change(payment_intents.cancel),
    "postPaymentIntentsIdCapture": _change(payment_intents.capture),
    "getPaymentPagesId": _page(lambda work, id, params: work.need("checkout.session", id)),
    "postPaymentPagesId": _page(sessions.change),
    "postPaymentPagesIdConfirm": _page(sessions.pay),
    "getPaymentMethods": _list("payment_method", "/v1/payment_methods"),
    "postPaymentMethods": _create(payment_methods.create),
    "getPaymentMethodsId": _remove(payment_methods.retrieve),
    "postPaymentMethodsId": _change(payment_methods.update),
    "postPaymentMethodsIdAttach": _change(payment_methods.attach),
    "postPaymentMethodsIdDetach": _change(payment_methods.detach),
    "getPayouts": _create(payouts.page),
    "postPayouts": _create(payouts.create),
    "getPayoutsId": _get("payout"),
    "postPayoutsId": _change(payouts.update),
    "postPayoutsIdCancel": _change(payouts.cancel),
    "postPayoutsIdReverse": _change(payouts.reverse),
    "getPrices": _create(prices.page),
    "postPrices": _create(products.create_price),
    "getPricesSearch": _search("price", "/v1/prices/search"),
    "getPricesId": _get("price"),
    "postPricesId": _change(prices.update),
    "getPromotionCodes": _create(promotion_codes.page),
    "postPromotionCodes": _create(promotion_codes.create),
    "getPromotionCodesId": _get("promotion_code"),
    "postPromotionCodesId": _change(promotion_codes.update),
    "getProducts": _create(products.page),
    "postProducts": _create(products.create_product),
    "getProductsSearch": _search("product", "/v1/products/search"),
    "getProductsId": _get("product"),
    "postProductsId": _change(products.update_product),
    "deleteProductsId": _remove(products.delete_product),
    "getRefunds": _list("refund", "/v1/refunds"),
    "postRefunds": _create(refunds.create),
    "getRefundsId": _get("refund"),
    "postRefundsId": _change(refunds.update),
    "postRefundsIdCancel": _change(refunds.cancel),
    "postTestHelpersRefundsIdExpire": _change(refunds.expire),
    "getMandatesId": _get("mandate"),
    "getSetupAttempts": _create(setup_attempts.page),
    "getSetupIntents": _list_setups,
    "postSetupIntents": _create(setup_intents.create),
    "getSetupIntentsId": _change(setup_intents.retrieve),
    "postSetupIntentsId": _change(setup_intents.update),
    "postSetupIntentsIdConfirm": _change(setup_confirmation.confirm_by_id),
    "postSetupIntentsIdCancel": _change(setup_intents.cancel),
    "getShippingRates": _create(shipping_rates.page),
    "postShippingRates": _create(shipping_rates.create),
    "getShippingRatesId": _get("shipping_rate"),
    "postShippingRatesId": _change(shipping_rates.update),
    "postTaxCalculations": _create(tax_calculations.create),
    "getTaxCalculationsId": _get("tax.calculation"),
    "getTaxCalculationsIdLineItems": _change(tax_calculations.line_items),
    "postTaxTransactionsCreateFromCalculation": _create(tax_transactions.create_from_calculation),
    "postTaxTransactionsCreateReversal": _create(tax_transactions.create_reversal),
    "getTaxTransactionsId": _get("tax.transaction"),
    "getTaxTransactionsIdLineItems": _change(tax_transactions.line_items),
    "getTaxRates": _list("tax_rate", "/v1/tax_rates"),
    "postTaxRates": _create(tax_rates.create),
    "getTaxRatesId": _get("tax_rate"),
    "postTaxRatesId": _change(tax_rates.update),
    "getWebhookEndpoints": _list("webhook_endpoint", "/v1/webhook_endpoints"),
    "postWebhookEndpoints": _create(webhook_endpoints.create),
    "getWebhookEndpointsId": _get("webhook_endpoint"),
    "postWebhookEndpointsId": _change(webhook_endpoints.update),
    "deleteWebhookEndpointsId": _remove(webhook_endpoints.delete),
}

# What a page may do with its publishable key.
FOR_PAGES = {
    "getSetupIntentsId",
    "postSetupIntentsIdConfirm",
    "postConfirmationTokens",
    "getElementsCustomerSession",
    "postElementsCustomerSessionDetach",
    "getPaymentIntentsId",
    "postPaymentIntentsIdConfirm",
    "postPaymentMethods",
    "getPaymentPagesId",
    "postPaymentPagesId",
    "postPaymentPagesIdConfirm",
}

# The fields of an intent that a page sees (stripe-js `PaymentIntent` and `SetupIntent`).
_SHOWN = (
    "id", "object", "amount", "amount_details", "automatic_payment_methods", "canceled_at",
    "cancellation_reason", "capture_method", "client_secret", "confirmation_method", "created",
    "currency", "description", "allowed_payment_method_types", "excluded_payment_method_types",
    "last_payment_error", "livemode", "next_action", "payment_method",
    "payment_method_configuration_details", "payment_method_types", "processing", "receipt_email",
    "setup_future_usage", "shipping", "source", "status",
)  # fmt: skip
_SHOWN_OF_SETUP = (
    "id", "object", "automatic_payment_methods", "cancellation_reason", "client_secret", "created",
    "description", "allowed_payment_method_types", "excluded_payment_method_types", "last_setup_error",
    "livemode", "next_action", "payment_method", "payment_method_configuration_details",
    "payment_method_types", "status", "usage",
)  # fmt: skip


def shown(work: Work, body: Obj) -> Obj:
    """`body` without private facts and, to a page, without what only servers may see."""
    if work.by_page and body.get("object") in ("payment_intent", "setup_intent"):
        return restricted(body)
    return public(body)


def restricted(intent: Obj) -> Obj:
    """What a page may see of a PaymentIntent or SetupIntent."""
    names = _SHOWN if intent["object"] == "payment_intent" else _SHOWN_OF_SETUP
    return {name: intent[name] for name in names if name in intent}


def restrict_error(error: Any) -> None:
    """Take from an error what a page may not see."""
    for name in ("payment_intent", "setup_intent"):
        if name in error:
            error[name] = restricted(error[name])
