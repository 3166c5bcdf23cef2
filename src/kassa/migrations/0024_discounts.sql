-- Discounts, and their uses. A discount is addressed by its code; an automatic one applies without it. `used` counts
-- the uses that are reserved or committed, and is kept by whoever has the row locked. `targets` are ids of products,
-- variants and collections; a product that goes leaves its id behind, so a discount never becomes one on everything.
create table discounts (
    id                 uuid primary key,
    code               text not null unique,
    automatic          boolean not null default false,
    kind               text not null check (kind in ('percent', 'fixed', 'free_shipping', 'buy_x_get_y')),
    title              text not null,
    value              bigint not null check (value >= 0),
    currency           char(3),
    minimum_minor      bigint not null default 0 check (minimum_minor >= 0),
    targets            uuid[] not null default '{}',
    buy                integer not null default 0,
    get                integer not null default 0,
    combines           boolean not null default true,
    usage_limit        integer check (usage_limit > 0),
    per_customer_limit integer check (per_customer_limit > 0),
    used               integer not null default 0,
    starts_at          timestamptz,
    ends_at            timestamptz,
    created_at         timestamptz not null,
    updated_at         timestamptz not null,
    constraint discounts_used check (used >= 0 and (usage_limit is null or used <= usage_limit)),
    constraint discounts_value check (case kind
        when 'percent' then value between 1 and 10000
        when 'fixed' then value > 0 and currency is not null
        when 'buy_x_get_y' then value between 1 and 10000 and buy > 0 and get > 0
        else value = 0 end),
    constraint discounts_minimum check (minimum_minor = 0 or currency is not null)
);
create index discounts_automatic on discounts (id) where automatic;
create index discounts_by_age on discounts (created_at desc, id desc);

-- One use of a discount by an order; `customer` is the order's e-mail address in lower case.
create table redemptions (
    discount_id  uuid not null references discounts,
    order_id     uuid not null references orders,
    customer     text not null,
    state        text not null default 'reserved' check (state in ('reserved', 'committed', 'released')),
    amount_minor bigint not null check (amount_minor > 0),
    at           timestamptz not null,
    primary key (discount_id, order_id)
);
create index redemptions_of_order on redemptions (order_id);
create index redemptions_of_customer on redemptions (discount_id, customer) where state <> 'released';

-- The code somebody has entered for this cart.
alter table carts add discount_code text;
