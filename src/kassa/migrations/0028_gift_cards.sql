-- Gift cards: money the shop owes to whoever holds the code. `balance_minor` is what is owed, `reserved_minor` what of
-- it is promised to orders that wait for the rest of their money; nobody can promise or spend more than there is.
create table gift_cards (
    id             uuid primary key,
    code_hash      bytea unique,
    last4          text not null default '',
    currency       char(3) not null,
    issued_minor   bigint not null check (issued_minor > 0),
    balance_minor  bigint not null check (balance_minor >= 0),
    reserved_minor bigint not null default 0 check (reserved_minor >= 0),
    email          text not null default '',
    locale         text not null default 'en',
    order_id       uuid references orders,
    line_id        uuid references order_lines,
    unit           integer,
    created_at     timestamptz not null,
    expires_at     timestamptz,
    check (reserved_minor <= balance_minor),
    check (num_nonnulls(order_id, line_id, unit) in (0, 3)),
    unique (line_id, unit)
);
create index gift_cards_newest on gift_cards (created_at desc, id desc);
create index gift_cards_by_last4 on gift_cards (last4, created_at desc, id desc);
create index gift_cards_of_order on gift_cards (order_id) where order_id is not null;

-- What happened to a card besides being spent (`payments`) and given back to (`refunds`).
create table gift_card_events (
    id           uuid primary key,
    gift_card_id uuid not null references gift_cards,
    kind         text not null check (kind in ('issued', 'voided')),
    amount_minor bigint not null check (amount_minor > 0),
    reason       text not null default '',
    actor        text not null,
    order_id     uuid references orders,
    at           timestamptz not null
);
create index gift_card_events_of_card on gift_card_events (gift_card_id, at);

-- What a card pays of an order is a payment; beside such, an order is still paid by one payment.
alter table payments
    add gift_card_id uuid references gift_cards,
    drop constraint payments_flow_check,
    add constraint payments_flow_check check (flow in ('element', 'hosted', 'gift_card')),
    drop constraint payments_state_check,
    add constraint payments_state_check check (state in
        ('open', 'processing', 'requires_action', 'authorized', 'reserved', 'succeeded', 'failed', 'canceled')),
    add constraint payments_of_cards check (
        (flow = 'gift_card') = (gift_card_id is not null) and (flow = 'gift_card') = (provider = 'kassa')
        and (state <> 'reserved' or flow = 'gift_card'));
drop index payments_one_pays;
create unique index payments_one_pays on payments (order_id)
    where state = 'succeeded' and not surplus and flow <> 'gift_card';
create unique index payments_one_of_a_card on payments (order_id, gift_card_id) where gift_card_id is not null;
create index payments_of_card on payments (gift_card_id, created_at) where gift_card_id is not null;

-- What of an order's total gift cards pay, and which of its lines are such cards.
alter table orders
    add gift_minor bigint not null default 0,
    add constraint orders_gift check (gift_minor between 0 and total_minor);
alter table order_lines
    add voucher boolean not null default false;

alter table ledger_lines
    drop constraint ledger_lines_account_check,
    add constraint ledger_lines_account_check check (account in ('receivable', 'provider', 'bank', 'gift_cards',
        'sales', 'tax', 'shipping', 'discounts', 'refunds', 'disputes', 'fees', 'exchange'));
