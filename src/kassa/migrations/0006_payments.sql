-- A payment is one attempt to collect one amount for one order.
create table payments (
    id           uuid primary key,
    order_id     uuid not null references orders,
    provider     text not null default 'stripe',
    flow         text not null check (flow in ('element', 'hosted')),
    state        text not null check (state in
                     ('open', 'processing', 'requires_action', 'succeeded', 'failed', 'canceled')),
    amount_minor bigint not null check (amount_minor > 0),
    currency     char(3) not null,
    intent_ref   text,
    session_ref  text,
    charge_ref   text,
    received_minor bigint not null default 0 check (received_minor >= 0),
    client_secret text,
    url          text,
    last_error   jsonb,
    surplus      boolean not null default false,
    sync_at      timestamptz,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    succeeded_at timestamptz
);
create index payments_of_order on payments (order_id, created_at);
create unique index payments_intent on payments (provider, intent_ref) where intent_ref is not null;
create unique index payments_session on payments (provider, session_ref) where session_ref is not null;
-- At most one payable provider object per order.
create unique index payments_one_payable on payments (order_id)
    where state in ('open', 'processing', 'requires_action');
create index payments_to_sync on payments (sync_at) where sync_at is not null;

-- Money going back. The row is written before the provider is asked; its id is the idempotency key.
create table refunds (
    id           uuid primary key,
    payment_id   uuid not null references payments,
    order_id     uuid not null references orders,
    amount_minor bigint not null check (amount_minor > 0),
    currency     char(3) not null,
    kind         text not null check (kind in ('surplus', 'requested')),
    reason       text not null,
    state        text not null check (state in ('requested', 'pending', 'succeeded', 'failed', 'canceled')),
    provider_ref text unique,
    last_error   jsonb,
    created_at   timestamptz not null,
    updated_at   timestamptz not null
);
create index refunds_of_payment on refunds (payment_id);
create index refunds_of_order on refunds (order_id);
create unique index refunds_surplus_once on refunds (payment_id) where kind = 'surplus';

-- The provider's events as they came: the raw bytes first, what became of them later.
create table stripe_events (
    id          text primary key,
    type        text not null,
    object_id   text not null,
    body        bytea not null,
    state       text not null default 'received' check (state in ('received', 'handled', 'ignored', 'dead')),
    verdict     text,
    deliveries  integer not null default 1,
    attempts    integer not null default 0,
    run_at      timestamptz not null,
    received_at timestamptz not null,
    handled_at  timestamptz
);
create index stripe_events_waiting on stripe_events (run_at, received_at) where state = 'received';
create index stripe_events_newest on stripe_events (received_at desc, id desc);
create index stripe_events_of_object on stripe_events (object_id) where state = 'received';

-- Something an operator must decide.
create table cases (
    id          uuid primary key,
    kind        text not null,
    cause       text not null,
    order_id    uuid references orders,
    known       jsonb not null default '{}',
    state       text not null default 'open' check (state in ('open', 'resolved')),
    opened_at   timestamptz not null,
    unique (kind, cause)
);
create index cases_open on cases (opened_at desc) where state = 'open';
