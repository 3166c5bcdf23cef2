-- How many there are, how many are promised, and why each number is what it is.
create table stock (
    variant_id uuid primary key references variants,
    on_hand    integer not null default 0 check (on_hand >= 0),
    reserved   integer not null default 0 check (reserved >= 0),
    check (reserved <= on_hand)
);

-- A hold bears the id of the order it is for; the id is drawn before either row is written.
create table holds (
    id         uuid primary key,
    state      text not null check (state in ('held', 'paying', 'committed', 'released')),
    expires_at timestamptz not null,
    created_at timestamptz not null
);
create index holds_due on holds (expires_at) where state in ('held', 'paying');

create table hold_lines (
    hold_id    uuid not null references holds,
    variant_id uuid not null references variants,
    quantity   integer not null check (quantity > 0),
    primary key (hold_id, variant_id)
);
create index hold_lines_of_variant on hold_lines (variant_id);

-- Every change of stock.on_hand, with its cause: on_hand is the sum of these, always.
create table movements (
    id         bigint generated always as identity primary key,
    variant_id uuid not null references variants,
    delta      integer not null check (delta <> 0),
    kind       text not null check (kind in ('import', 'adjustment', 'sale', 'return')),
    reason     text not null default '',
    order_id   uuid,
    actor      text not null,
    at         timestamptz not null
);
create index movements_of_variant on movements (variant_id, id);
create unique index movements_sell_once on movements (order_id, variant_id) where kind = 'sale';
