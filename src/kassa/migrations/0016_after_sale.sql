-- What comes after the sale: things sent back, opinions, wishes, and word when something is there again.
create table returns (
    id          uuid primary key,
    order_id    uuid not null references orders,
    state       text not null check (state in ('asked', 'accepted', 'refused', 'received')),
    reason      text not null,
    comment     text not null default '' check (length(comment) <= 1000),
    answer      text not null default '' check (length(answer) <= 1000),
    refund_id   uuid references refunds,
    created_at  timestamptz not null,
    decided_at  timestamptz,
    received_at timestamptz
);
create index returns_of_order on returns (order_id, created_at);
create index returns_waiting on returns (created_at, id) where state in ('asked', 'accepted');
create index returns_newest on returns (created_at desc, id desc);

create table return_lines (
    return_id uuid not null references returns,
    line_id   uuid not null references order_lines,
    quantity  integer not null check (quantity > 0),
    primary key (return_id, line_id)
);
create index return_lines_of_line on return_lines (line_id);

-- One opinion per buyer and product; a buyer is the address that his order was bought with.
create table reviews (
    id         uuid primary key,
    product_id uuid not null references products on delete cascade,
    order_id   uuid not null references orders,
    email      text not null check (email = lower(email)),
    name       text not null check (length(name) between 1 and 60),
    stars      integer not null check (stars between 1 and 5),
    text       text not null check (length(text) <= 4000),
    state      text not null check (state in ('pending', 'published', 'refused')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    unique (product_id, email)
);
create index reviews_published on reviews (product_id, updated_at desc, id desc) where state = 'published';
create index reviews_by_state on reviews (state, updated_at desc, id desc);
create index reviews_of_email on reviews (email);

-- How many published reviews of a product give how many stars.
create table ratings (
    product_id uuid primary key references products on delete cascade,
    ones       integer not null default 0 check (ones >= 0),
    twos       integer not null default 0 check (twos >= 0),
    threes     integer not null default 0 check (threes >= 0),
    fours      integer not null default 0 check (fours >= 0),
    fives      integer not null default 0 check (fives >= 0)
);

-- A list is a browser's, and goes with its session, or a customer's. `shared_at` is in the signature of its link.
create table wishlists (
    id          uuid primary key,
    session_id  uuid unique references sessions (id) on delete cascade,
    customer_id uuid unique references customers on delete cascade,
    shared_at   timestamptz,
    created_at  timestamptz not null,
    check (num_nonnulls(session_id, customer_id) = 1)
);
create table wishes (
    wishlist_id uuid not null references wishlists on delete cascade,
    product_id  uuid not null references products on delete cascade,
    added_at    timestamptz not null,
    primary key (wishlist_id, product_id)
);
create index wishes_of_product on wishes (product_id);

-- Somebody wants to know when an edition is there again: asked → waiting (the address is proved) → told.
create table alerts (
    id           uuid primary key,
    variant_id   uuid not null references variants on delete cascade,
    email        text not null check (email = lower(email)),
    state        text not null check (state in ('asked', 'waiting', 'told')),
    created_at   timestamptz not null,
    confirmed_at timestamptz,
    told_at      timestamptz
);
create unique index alerts_once on alerts (variant_id, email) where state <> 'told';
create index alerts_waiting on alerts (variant_id, confirmed_at, id) where state = 'waiting';
create index alerts_told on alerts (variant_id, told_at) where state = 'told';
create index alerts_of_email on alerts (email, created_at);
create index alerts_due on alerts (created_at) where state <> 'waiting';
