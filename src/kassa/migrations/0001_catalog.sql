-- What is for sale. Money columns are minor units; a price row's currency says of what.
create table products (
    id          uuid primary key,
    slug        text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    title       text not null check (title <> ''),
    description text not null default '',
    vendor      text not null default '',
    kind        text not null default '',
    tags        text[] not null default '{}',
    status      text not null default 'active' check (status in ('active', 'draft', 'archived')),
    attributes  jsonb not null default '{}',
    options     text[] not null default '{}',
    extra       jsonb not null default '{}',
    created_at  timestamptz not null,
    updated_at  timestamptz not null
);
create index products_by_title on products (status, title, id);
create index products_by_age on products (status, created_at desc, id desc);

create table variants (
    id           uuid primary key,
    product_id   uuid not null references products on delete cascade,
    position     integer not null check (position > 0),
    sku          text not null unique check (sku <> ''),
    title        text not null default '',
    options      jsonb not null default '{}',
    weight_grams integer not null default 0 check (weight_grams >= 0),
    barcode      text not null default '',
    tax_class    text not null default 'standard',
    ships        boolean not null default true,
    active       boolean not null default true,
    extra        jsonb not null default '{}'
);
create index variants_of_product on variants (product_id, position);

create table prices (
    variant_id       uuid not null references variants on delete cascade,
    currency         char(3) not null,
    amount_minor     bigint not null check (amount_minor >= 0),
    compare_at_minor bigint check (compare_at_minor >= 0),
    primary key (variant_id, currency)
);

create table collections (
    id          uuid primary key,
    slug        text not null unique check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    title       text not null,
    description text not null default ''
);
create table collection_products (
    collection_id uuid not null references collections on delete cascade,
    product_id    uuid not null references products on delete cascade,
    primary key (collection_id, product_id)
);
create index collections_of_product on collection_products (product_id);

create table media (
    id         uuid primary key,
    product_id uuid not null references products on delete cascade,
    variant_id uuid references variants on delete cascade,
    position   integer not null check (position > 0),
    url        text not null,
    alt        text not null default ''
);
create index media_of_product on media (product_id, position);
