-- People who buy and want to be known again. An account is an e-mail address that somebody proved to read.
create table customers (
    id            uuid primary key,
    email         text not null check (email = lower(email)),
    name          text not null default '',
    password_hash text,
    verified_at   timestamptz,
    stripe_ref    text unique,
    cart_id       uuid references carts on delete set null,
    created_at    timestamptz not null,
    deleted_at    timestamptz
);
create unique index customers_by_email on customers (email) where deleted_at is null;

-- What a mail carries: used once, stored as SHA-256 of 256 random bits.
create table customer_tokens (
    token_hash  bytea primary key,
    kind        text not null check (kind in ('verify', 'sign_in', 'reset', 'email', 'claim')),
    customer_id uuid references customers on delete cascade,
    email       text not null check (email = lower(email)),
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz
);
create index customer_tokens_due on customer_tokens (expires_at);
create index customer_tokens_of on customer_tokens (customer_id);

create table passkeys (
    credential_id bytea primary key,
    customer_id   uuid not null references customers on delete cascade,
    public_key    bytea not null,
    sign_count    bigint not null check (sign_count >= 0),
    name          text not null,
    created_at    timestamptz not null,
    used_at       timestamptz
);
create index passkeys_of on passkeys (customer_id, created_at);

create table customer_addresses (
    id          uuid primary key,
    customer_id uuid not null references customers on delete cascade,
    address     jsonb not null,
    preferred   boolean not null default false,
    created_at  timestamptz not null
);
create unique index preferred_address on customer_addresses (customer_id) where preferred;
create index customer_addresses_of on customer_addresses (customer_id, created_at);

alter table sessions
    add id          uuid not null default gen_random_uuid() unique,
    add customer_id uuid references customers on delete cascade,
    add device      text not null default '',
    add seen_at     timestamptz;
create index sessions_of_customer on sessions (customer_id) where customer_id is not null;

alter table orders
    add customer_id uuid references customers on delete set null,
    add note        text not null default '' check (length(note) <= 1000);
create index orders_of_customer on orders (customer_id, created_at desc, id desc) where customer_id is not null;
