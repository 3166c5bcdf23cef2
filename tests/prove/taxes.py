"""What can be broken of sales that Stripe taxed by hand: (invariant, SQL, what the violation says)."""

#: A sale of an order, told or not; "{}" are the amount it is off by, its state, its transaction, and the order.
_SALE = """insert into tax_sales (order_id, calculation, wish, tax_minor, total_minor, currency, state, transaction,
        created_at)
    select id, 'taxcalc_1', '{{}}', tax_minor, total_minor + {}, currency, '{}', {}, now()
    from orders where number = {}"""
_BACK = """insert into tax_reversals (refund_id, order_id, amount_minor, whole, state, reference, created_at)
    select refunds.id, order_id, amount_minor + {}, false, '{}', {}, now()
    from refunds join orders on orders.id = order_id where number = 10092"""
_SOLD = _SALE.format(0, "recorded", "'tax_1'", 10092)

TAX_MUTATIONS = [
    ("tax_sales", _SALE.format(1, "recorded", "'tax_1'", 10013), "order K-10013 (paid): its sale of"),
    ("tax_sales", _SALE.format(0, "waiting", "null", 10013), "of tax is waiting"),
    ("tax_sales", _SALE.format(0, "recorded", "'tax_1'", 10100), "order K-10100 (pending): its sale of"),
    ("tax_sales", _SALE.format(0, "due", "null", 10013), "of tax is due"),
    ("tax_sales", _SALE.format(0, "recorded", "null", 10013), "of tax is recorded"),
    ("tax_sales", _SALE.format(0, "impossible", "null", 10013), "of tax is impossible"),
    ("tax_reversals", _SOLD, "is missing"),
    ("tax_reversals", f"{_SOLD}; {_BACK.format(1, 'recorded', 'gen_random_uuid()')}", "its reversal of"),
    ("tax_reversals", f"{_SOLD}; {_BACK.format(0, 'due', 'null')}", "is due"),
    ("tax_reversals", f"{_SOLD}; {_BACK.format(0, 'impossible', 'null')}", "is impossible"),
    ("tax_reversals", f"{_SOLD}; {_BACK.format(1_000_000, 'recorded', 'gen_random_uuid()')}",
     "were taken back from Stripe Tax"),
]  # fmt: skip
