"""A Checkout Session as its own page sees it: what the hosted page, the embedded page and Stripe.js show.

The answer of every call below `/v1/payment_pages` is the session of the API (without `metadata` and
`client_reference_id` for a publishable key) with these differences:

- `line_items`: always there, all of them; each `price.product` is the whole product; `discounts` and `taxes`
  are in the lines.
- `payment_intent`, `setup_intent`: the object a page may see, or null; with `next_action` when the customer
  has something to do, and `last_payment_error` after a failure.
- `discounts`: `{coupon, promotion_code, amount}`, both as whole objects or null.
- `shipping_options`: `{shipping_amount, shipping_rate, selected}`, `shipping_rate` as the whole object.
- `optional_items`: `{price, quantity, adjustable_quantity, selected}`, `price` whole, with its whole product.
- `total_details.breakdown`: there when there are discounts or taxes.
- `saved_payment_methods`: the customer's PaymentMethods that may be shown, newest first; `[]` for a guest.
- `requires`: what is still to be filled in, of `email`, `phone`, `billing_address`, `shipping_address`,
  `shipping_rate`, `terms_of_service`, `tax_id`, `individual_name`, `business_name` and
  `custom_fields.{key}`.
- `tax_status`: `ready`, `requires_shipping_address` or `requires_billing_address`.
- `return_url`: where the customer goes afterwards, `{CHECKOUT_SESSION_ID}` filled in (null: nowhere).
"""
