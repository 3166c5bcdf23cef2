-- Taxes that Stripe works out: what it answered, the sales it is told of, and what of them went back.
create table tax_answers (
    key        text primary key check (length(key) = 64),
    reference  text not null,
    wish       jsonb not null,
    answer     jsonb not null,
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index tax_answers_reference on tax_answers (reference);
create index tax_answers_over on tax_answers (expires_at);

create table tax_sales (
    order_id    uuid primary key references orders,
    calculation text not null,
    wish        jsonb not null,
    tax_minor   bigint not null,
    total_minor bigint not null,
    currency    text not null,
    state       text not null default 'waiting' check (state in ('waiting', 'due', 'recorded', 'impossible')),
    transaction text unique,
    last_error  text,
    created_at  timestamptz not null,
    told_at     timestamptz,
    check ((state = 'recorded') = (transaction is not null))
);

create table tax_reversals (
    refund_id    uuid primary key references refunds,
    order_id     uuid not null references tax_sales,
    amount_minor bigint not null check (amount_minor > 0),
    whole        boolean not null,
    state        text not null default 'due' check (state in ('due', 'recorded', 'impossible')),
    reference    text unique,
    last_error   text,
    created_at   timestamptz not null,
    told_at      timestamptz,
    check ((state = 'recorded') = (reference is not null))
);
create index tax_reversals_of_order on tax_reversals (order_id);
