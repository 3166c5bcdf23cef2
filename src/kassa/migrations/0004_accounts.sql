-- Who may do what. Tokens and keys are stored as SHA-256 of 256 random bits, passwords as argon2id.
create table staff (
    id            uuid primary key,
    email         text not null unique check (email = lower(email)),
    role          text not null check (role in ('owner', 'operator')),
    password_hash text,
    created_at    timestamptz not null,
    disabled_at   timestamptz
);
create table staff_invites (
    token_hash bytea primary key,
    staff_id   uuid not null references staff on delete cascade,
    expires_at timestamptz not null,
    used_at    timestamptz
);
create table api_keys (
    id         uuid primary key,
    name       text not null,
    scope      text not null check (scope in ('storefront', 'admin')),
    key_hash   bytea not null unique,
    created_at timestamptz not null,
    revoked_at timestamptz
);

-- Browser sessions of shoppers and staff; the cookie's token is stored hashed.
create table sessions (
    token_hash bytea primary key,
    staff_id   uuid references staff on delete cascade,
    cart_id    uuid,
    currency   char(3),
    order_ids  uuid[] not null default '{}',
    csrf       text not null,
    flash      jsonb not null default '[]',
    created_at timestamptz not null,
    expires_at timestamptz not null
);
create index sessions_due on sessions (expires_at);

-- The stored first answer of a request that must not happen twice.
create table idempotency_keys (
    scope       text not null,
    key         text not null,
    fingerprint bytea not null,
    status      integer,
    headers     jsonb,
    body        bytea,
    locked_until timestamptz,
    created_at  timestamptz not null,
    primary key (scope, key)
);
create index idempotency_keys_due on idempotency_keys (created_at);
