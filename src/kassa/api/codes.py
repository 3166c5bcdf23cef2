"""Every code a problem can carry, its status, and what it means: docs/guide/api.md is tested against this."""

from collections.abc import Mapping
from typing import Final

CODES: Final[Mapping[str, tuple[int, str]]] = {
    # of every route
    "invalid_json": (400, "The body is not JSON."),
    "validation_failed": (422, "A member is missing, unknown, or not of its type; `errors` names it."),
    "invalid_address_character": (400, "The address of the request contains a NUL character."),
    "bad_request": (400, "The request can't be understood."),
    "unauthenticated": (401, "This needs credentials."),
    "invalid_api_key": (401, "The API key is unknown or was revoked."),
    "forbidden": (403, "These credentials do not allow this."),
    "csrf_failed": (403, "A session cookie came without its token in `X-CSRF-Token`."),
    "not_found": (404, "There is nothing at this address."),
    "method_not_allowed": (405, "This address does not answer to this method; `Allow` lists those it does."),
    "body_too_large": (413, "The body is larger than 1 MiB."),
    "too_many_requests": (429, "Too often; `Retry-After` says when to come back."),
    "internal_error": (500, "Our fault. It was written down under the request's id."),
    "busy": (503, "Somebody else is changing the same thing; nothing changed, try again."),
    "database_unavailable": (503, "The database is not to be reached."),
    "not_ready": (503, "`/readyz` only: `failed` lists what is missing."),
    # idempotency
    "idempotency_key_required": (400, "The route needs the header `Idempotency-Key`."),
    "idempotency_key_invalid": (400, "The key is longer than 255 characters, or not printable ASCII."),
    "idempotency_key_reused": (422, "The key was used with another body before, or is a guest's elsewhere."),
    "idempotency_in_flight": (409, "The first request with this key is still running."),
    # catalogue and carts
    "invalid_sort": (422, "The list can't be sorted by this."),
    "invalid_cursor": (400, "`after` is not a cursor of ours."),
    "unsupported_currency": (422, "The shop does not sell in this currency."),
    "invalid_period": (422, "A report ends before it begins, or covers too much."),
    "invalid_rates": (422, "Rates of exchange that can't be read, or are none. Only in the console."),
    "invalid_price_list": (422, "Prices that can't follow others in this way. Only in the console."),
    "product_not_found": (404, "There is no such product, or it is not for sale yet."),
    "cart_not_found": (404, "There is no such cart."),
    "cart_full": (400, "A cart has at most 50 lines."),
    "quantity_too_large": (422, "A line has at most 99 units."),
    "unknown_sku": (422, "Nothing of this SKU is for sale here; 404 where the SKU is in the address."),
    "unknown_shipping_method": (422, "Nothing is sent there this way."),
    "not_shipped_there": (422, "There is no way to send this to that country."),
    "zone_not_found": (404, "There is no such shipping zone."),
    "invalid_zone": (422, "Parcels could not be priced by this zone; `errors` names each fault."),
    "invalid_calendar": (422, "Parcels could not leave by this calendar; `errors` names each fault."),
    "country_taken": (
        409,
        "A country is in one shipping zone only; `zone` says in which, `countries` which.",
    ),
    "discount_unknown": (404, "No discount has this code; 422 in the body of an order."),
    "discount_not_started": (409, "The discount can't be used yet."),
    "discount_ended": (409, "The discount is over."),
    "discount_used_up": (409, "The discount has been used as often as it may be; nothing is held."),
    "discount_already_used": (409, "This customer has used the discount as often as one person may."),
    "discount_wrong_currency": (422, "The discount is for orders in another currency."),
    "discount_minimum_not_reached": (
        422,
        "The order costs too little: `missing` says how much more is needed.",
    ),
    "discount_not_applicable": (422, "The discount is for nothing in this order."),
    "discount_too_few_units": (
        422,
        "Too few of what the discount is for: `missing` says how many more are needed.",
    ),
    # orders
    "lines_or_cart": (422, "An order is made of `lines` or of `cart_id`: of exactly one."),
    "empty_order": (400, "There is nothing in the cart."),
    "too_many_lines": (400, "An order has at most 50 lines."),
    "invalid_email": (422, "What was given is no e-mail address."),
    "invalid_address": (422, "The postal address is not complete; `errors` names each member."),
    "amount_below_minimum": (400, "Less than can be charged in this currency; `minimum` says how much."),
    "amount_uneven": (400, "Finer than can be charged in this currency: KWD and its like end in 0."),
    "amount_too_large": (400, "More than can be charged at once."),
    "insufficient_stock": (409, "`items` lists `{sku, requested, available}`; nothing is held."),
    "order_not_found": (404, "There is no such order, or it is somebody else's."),
    "explanation_not_kept": (404, "The order is from before the shop kept how its amounts came about."),
    "bad_tax_rate": (422, "This tax rate, or setting of taxes, can't be; `errors` says which part of it."),
    "tax_rate_not_found": (404, "There is no such tax rate among the shop's own."),
    "bad_vat_id": (422, "No VAT number of the EU or the United Kingdom looks like this."),
    "invalid_transition": (409, "The order's state has no place for this; nothing changed."),
    "buy_now_not_found": (404, "There is no such purchase, or it is somebody else's."),
    "buy_now_not_offered": (422, "What it costs there is known only with the whole address: place an order."),
    "buy_now_over": (409, "The purchase is over, or paid already; a new key begins another."),
    # gift cards
    "gift_card_not_found": (404, "No gift card has this code; 422 where it is to pay an order."),
    "gift_card_currency": (422, "The gift card is in another currency than the order."),
    "gift_card_expired": (422, "The gift card has expired."),
    "gift_card_empty": (422, "Nothing is left on the gift card that is not promised to another order."),
    "gift_card_no_use": (
        422,
        "The card has nothing to pay: the rest buys gift cards, or is the least a bank takes.",
    ),
    "too_many_gift_cards": (422, "An order takes at most five gift cards."),
    # payments
    "payment_not_found": (404, "There is no such payment, or it is somebody else's."),
    "order_not_payable": (409, "The order is not waiting for money."),
    "payment_processing": (409, "The bank is still deciding; the payment can't be taken back before it has."),
    "nothing_to_capture": (409, "The bank has promised nothing for this order, or its promise has lapsed."),
    "payment_declined": (409, "The bank said no."),
    "provider_rejected": (502, "The payment provider refused the request."),
    "provider_unreachable": (503, "The provider did not answer: nobody knows; the same again finds out."),
    # parcels
    "nothing_to_call_off": (409, "The order is not paid, or all of its money has gone back already."),
    "already_sent": (409, "A parcel of the order has left: it can only be sent back."),
    "nothing_to_ship": (409, "Every unit of the order is in a parcel, or its money goes back."),
    "more_than_left": (409, "More units than are left to send; `items` lists `{line_id, requested, left}`."),
    "unknown_line": (422, "The order has no such line."),
    "empty_fulfilment": (422, "A parcel has at least one unit in it."),
    "invalid_tracking": (422, "The carrier or the tracking number is too long, or not printable."),
    "fulfilment_not_found": (404, "There is no such parcel."),
    "invalid_fulfilment_step": (409, "The parcel's state has no place for this; nothing changed."),
    # refunds
    "refund_too_large": (409, "More than is left of what was paid, or of a line; `left` says how much is."),
    "nothing_to_refund": (409, "Nothing was ever paid for this order."),
    "already_restocked": (409, "These goods are on the shelf again already: refund them without `restock`."),
    "invalid_refund": (422, "A line that is not the order's or is named twice; `errors` names it."),
    # disputes
    "dispute_not_found": (404, "There is no such dispute."),
    "dispute_file_not_found": (404, "The dispute has no such file."),
    "dispute_not_answerable": (409, "The evidence was submitted, or the dispute is over."),
    "no_evidence": (409, "There is nothing to submit yet."),
    "invalid_evidence": (
        422,
        "No such field, too much text, or a file that banks don't take; `errors` names it.",
    ),
    # administration
    "invalid_product": (422, "The product is not valid; `errors` names each member."),
    "sku_taken": (409, "The SKU belongs to another product."),
    "invalid_discount": (422, "The discount is not valid; `errors` names each member."),
    "discount_limit_below_used": (
        409,
        "It has been used more often than it would be allowed; `used` says how often.",
    ),
    "too_many_automatic_discounts": (409, "At most 50 discounts can apply by themselves."),
    "below_reserved": (409, "Fewer would be on hand than are promised to customers."),
    # cases
    "case_not_found": (404, "There is no such case."),
    "case_resolved": (409, "The case has been resolved already, by `resolved_by`."),
    "resolution_missing": (422, "A case is resolved with a note on what was done."),
    # the provider's webhooks
    "invalid_signature": (400, "`/webhooks/stripe` only: the signature is missing, wrong or too old."),
    "malformed_event": (400, "`/webhooks/stripe` only: the body is no event."),
    "webhook_event_not_found": (404, "No event of this id was ever received."),
    "webhook_event_waiting": (409, "The event is waiting to be heeded already; nothing changed."),
    "webhooks_not_configured": (404, "`/webhooks/stripe` only: there is no secret to check signatures with."),
    # where nothing more exact is known
    "invalid": (422, "The request is wrong in itself; `errors` names members, if any are at fault."),
}
#: What any route under /api/v1 may answer.
EVERYWHERE: Final = (
    "invalid_json", "validation_failed", "invalid_api_key", "too_many_requests", "internal_error", "busy",
)  # fmt: skip
IDEMPOTENT: Final = (
    "idempotency_key_required", "idempotency_key_invalid", "idempotency_key_reused", "idempotency_in_flight",
)  # fmt: skip
