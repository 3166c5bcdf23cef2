"""What can be broken of gift cards by hand: (invariant, SQL, what the violation says)."""

#: A card of 10 EUR, given away, of which somebody changed a figure; "{}" are its balance and what is promised of it.
_CARD = """with card as (
        insert into gift_cards (id, last4, currency, issued_minor, balance_minor, reserved_minor, created_at)
        values (gen_random_uuid(), 'WXYZ', 'EUR', 1000, {}, {}, now()) returning id
    ), event as (
        insert into gift_card_events (id, gift_card_id, kind, amount_minor, actor, at)
        select gen_random_uuid(), id, 'issued', 1000, 'staff', now() from card returning id
    ), entry as (
        insert into ledger_entries (id, kind, cause, currency, at)
        select gen_random_uuid(), 'gift_card_given', 'gift_card_event:' || id, 'EUR', now() from event returning id
    )
    insert into ledger_lines (entry_id, account, amount_minor)
    select id, account, amount from entry,
        (values ('discounts', 1000), ('gift_cards', -1000)) as line (account, amount)"""
_PART = """insert into payments (id, order_id, provider, flow, state, amount_minor, received_minor, currency,
        created_at, updated_at, gift_card_id)
    select gen_random_uuid(), orders.id, 'kassa', 'gift_card', '{}', 100, 0, 'EUR', now(), now(), gift_cards.id
    from orders, gift_cards where number = {}"""

GIFT_CARD_MUTATIONS = [
    ("gift_card_balances", _CARD.format(900, 0), "(WXYZ) has 900 EUR, but 1000 was issued, 0 voided, 0 spent"),
    ("gift_card_balances", _CARD.format(-1, 0), "(WXYZ) has -1 EUR"),
    ("gift_cards_promised", _CARD.format(1000, 100), "100 of its 1000 EUR are promised, its orders wait for 0"),
    ("gift_cards_promised", f"{_CARD.format(1000, 0)}; {_PART.format('reserved', 10100)}",
     "0 of its 1000 EUR are promised, its orders wait for 100"),
    ("gift_cards_follow_orders", f"{_CARD.format(1000, 100)}; {_PART.format('reserved', 10013)}",
     "of order K-10013 (paid) by gift card is reserved"),
    ("gift_cards_follow_orders", f"{_CARD.format(1000, 100)}; {_PART.format('reserved', 10001)}",
     "of order K-10001 (canceled) by gift card is reserved"),
    ("gift_cards_follow_orders", "update orders set gift_minor = 100 where number = 10013",
     "order K-10013 says that gift cards pay 100 of it, they pay 0"),
    ("gift_cards_sold", "update order_lines set voucher = true where order_id = "
     "(select id from orders where number = 10013) and position = 1",
     "order K-10013 bought 2 gift cards of 2000 EUR in all, but there are 0"),
    ("gift_cards_owed", f"{_CARD.format(900, 0)}", "gift cards in EUR come to 900, but the books owe 1000"),
    ("gift_cards_owed", f"{_CARD.format(1000, 0)}; delete from ledger_lines where account in ('gift_cards')",
     "gift_card_event:"),
    ("ledger_payments", f"{_CARD.format(1000, 0)}; {_PART.format('succeeded', 10013)}",
     "brought 0 EUR, but the books say nothing"),
]  # fmt: skip
