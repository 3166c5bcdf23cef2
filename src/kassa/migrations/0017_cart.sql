-- What a thing cost, by currency, when it was put in (or when its new price was agreed to): so that the bag can
-- say when that has changed. Empty for lines that are older than this.
alter table cart_lines add seen jsonb not null default '{}';

-- What was taken out last, so that it can be put back where it was.
create table removed_lines (
    cart_id    uuid not null references carts on delete cascade,
    variant_id uuid not null references variants on delete cascade,
    quantity   integer not null check (quantity between 1 and 999),
    added_at   timestamptz not null,
    seen       jsonb not null,
    removed_at timestamptz not null,
    primary key (cart_id, variant_id)
);

-- The cart of a browser whose owner logged in has gone into the customer's; an order made of it takes from there.
alter table carts add merged_into uuid references carts on delete set null;
create index carts_merged on carts (merged_into) where merged_into is not null;
create index sessions_of_cart on sessions (cart_id) where cart_id is not null;
create index customers_of_cart on customers (cart_id) where cart_id is not null;
