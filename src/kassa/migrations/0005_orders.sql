create table carts (
    id         uuid primary key,
    currency   char(3) not null,
    created_at timestamptz not null,
    updated_at timestamptz not null
);
create index carts_due on carts (updated_at);
create table cart_lines (
    cart_id    uuid not null references carts on delete cascade,
    variant_id uuid not null references variants on delete cascade,
    quantity   integer not null check (quantity between 1 and 999),
    added_at   timestamptz not null,
    primary key (cart_id, variant_id)
);

create sequence order_numbers start 10001;

-- The order row is the mutex of everything about that order. Totals are frozen when it is placed.
create table orders (
    id               uuid primary key,
    number           bigint not null unique default nextval('order_numbers'),
    token_hash       bytea not null,
    state            text not null default 'pending'
        check (state in ('pending', 'paid', 'fulfilling', 'fulfilled', 'canceled', 'failed', 'refunded')),
    currency         char(3) not null,
    email            text not null,
    locale           text not null default 'en',
    subtotal_minor   bigint not null check (subtotal_minor >= 0),
    discount_minor   bigint not null default 0 check (discount_minor >= 0),
    shipping_minor   bigint not null check (shipping_minor >= 0),
    tax_minor        bigint not null check (tax_minor >= 0),
    total_minor      bigint not null check (total_minor >= 0),
    tax_included     boolean not null,
    tax_lines        jsonb not null default '[]',
    shipping_method  text not null,
    shipping_address jsonb not null,
    billing_address  jsonb,
    cart_id          uuid,
    owner            text not null default 'guest',
    attempt_failed   boolean not null default false,
    created_at       timestamptz not null,
    paid_at          timestamptz,
    check (total_minor = subtotal_minor - discount_minor + shipping_minor
                         + case when tax_included then 0 else tax_minor end)
);
create index orders_newest on orders (created_at desc, id desc);
create index orders_by_state on orders (state, created_at desc, id desc);
create index orders_of_owner on orders (owner, created_at desc, id desc);
create index orders_of_email on orders (lower(email), created_at desc);

create table order_lines (
    id             uuid primary key,
    order_id       uuid not null references orders,
    position       integer not null,
    variant_id     uuid not null references variants,
    sku            text not null,
    title          text not null,
    slug           text not null,
    quantity       integer not null check (quantity > 0),
    unit_minor     bigint not null check (unit_minor >= 0),
    discount_minor bigint not null default 0 check (discount_minor >= 0),
    tax_minor      bigint not null check (tax_minor >= 0),
    total_minor    bigint not null check (total_minor >= 0),
    unique (order_id, position)
);

-- The journal: everything that ever happened to an order, in order.
create table order_events (
    order_id uuid not null references orders,
    seq      integer not null,
    at       timestamptz not null,
    type     text not null,
    actor    text not null,
    data     jsonb not null default '{}',
    primary key (order_id, seq)
);
