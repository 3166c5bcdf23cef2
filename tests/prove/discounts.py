"""What can be broken of discounts by hand: (invariant, SQL, what the violation says)."""

#: A discount; "{}" are how often it says it was used, and its limit.
_MADE = """insert into discounts (id, code, kind, title, value, used, usage_limit, created_at, updated_at)
    values (gen_random_uuid(), 'SPRING', 'percent', '', 1000, {}, {}, now(), now())"""
#: Orders that say they use it, as they would; "{}" says which.
_USED = """update orders set discount_minor = 100, total_minor = total_minor - 100, discounts = jsonb_build_array(
        jsonb_build_object('id', (select id from discounts), 'title', '', 'code', 'SPRING', 'amount', 100))
    where {0}; update order_lines set discount_minor = 100, total_minor = order_lines.total_minor - 100 from orders
    where orders.id = order_id and position = 1 and {0}"""
#: Their uses; "{}" are the state, the amount and which orders.
_USES = """insert into redemptions (discount_id, order_id, customer, state, amount_minor, at)
    select discounts.id, orders.id, lower(email), '{}', {}, now() from discounts, orders where {}"""
_PAID = "number = 10013"

DISCOUNT_MUTATIONS = [
    ("discounts_used", _MADE.format(1, 5), "SPRING: it says 1 uses of at most 5, and orders use it 0 times"),
    ("discounts_used", f"{_MADE.format(0, 5)}; {_USES.format('committed', 100, _PAID)}",
     "SPRING: it says 0 uses of at most 5, and orders use it 1 times"),
    ("discounts_used", f"{_MADE.format(2, 1)}; {_USES.format('committed', 100, 'number in (10013, 10043)')}",
     "SPRING: it says 2 uses of at most 1, and orders use it 2 times"),
    ("discounts_used", f"{_MADE.format(1, 'null')}; {_USES.format('released', 100, 'number = 10001')}",
     "SPRING: it says 1 uses of at most any number, and orders use it 0 times"),
    ("discounts_follow_orders", f"{_MADE.format(1, 5)}; {_USES.format('reserved', 100, 'number = 10001')}",
     "order K-10001 is canceled, but its use of SPRING is reserved"),
    ("discounts_follow_orders", f"{_MADE.format(0, 5)}; {_USES.format('released', 100, _PAID)}",
     "order K-10013 is paid, but its use of SPRING is released"),
    ("discounts_follow_orders", f"{_MADE.format(1, 5)}; {_USES.format('committed', 100, 'number = 10100')}",
     "order K-10100 is pending, but its use of SPRING is committed"),
    ("discounts_agreed", f"{_MADE.format(0, 5)}; {_USED.format(_PAID)}",
     "order K-10013 takes 100 by the discount SPRING, its use of it says nothing"),
    ("discounts_agreed", f"{_MADE.format(1, 5)}; {_USES.format('committed', 100, _PAID)}",
     "order K-10013 takes nothing by the discount SPRING, its use of it says 100 of customer-13@example.org"),
    ("discounts_agreed", f"{_MADE.format(1, 5)}; {_USED.format(_PAID)}; {_USES.format('committed', 99, _PAID)}",
     "order K-10013 takes 100 by the discount SPRING, its use of it says 99"),
    ("discounts_agreed", f"{_MADE.format(1, 5)}; {_USED.format(_PAID)}; {_USES.format('committed', 100, _PAID)}; "
     "update redemptions set customer = 'eve@example.org'", "its use of it says 100 of eve@example.org"),
    ("discounts_on_lines", f"{_MADE.format(1, 5)}; {_USED.format(_PAID)}; update orders set discount_minor = 90 "
     f"where {_PAID}", "order K-10013: its discounts take 100 off the goods, its lines lose 100, and it says 90"),
    ("discounts_on_lines", f"update order_lines set discount_minor = 5 where position = 2 and order_id = "
     f"(select id from orders where {_PAID})", "its discounts take 0 off the goods, its lines lose 5, and it says 0"),
]  # fmt: skip
