-- What one unit of `base` was worth in another currency, by day. Written beside each other, never over each other;
-- the same day said again is a correction.
create table exchange_rates (
    base        char(3) not null,
    currency    char(3) not null check (currency <> base),
    day         date not null,
    rate        numeric(24, 12) not null check (rate > 0),
    source      text not null check (length(source) between 1 and 200),
    recorded_at timestamptz not null,
    primary key (base, currency, day)
);

-- Price lists that make themselves: what a product costs in `base`, the shop's own currency, by the newest rate, and a
-- price of the kind that is a multiple of `size_minor` less `below_minor`.
create table price_lists (
    currency    char(3) primary key,
    base        char(3) not null check (base <> currency),
    margin      integer not null default 0 check (margin between -5000 and 10000),
    size_minor  integer not null check (size_minor > 0),
    below_minor integer not null check (below_minor >= 0 and below_minor < size_minor),
    changed_at  timestamptz not null,
    changed_by  text not null
);

-- A price that nobody set by hand. What a person sets is his from then on.
alter table prices add automatic boolean not null default false;
create index prices_automatic on prices (currency) where automatic;

-- Reports: everything from a day to a day, by currency.
create index ledger_entries_in_time on ledger_entries (at, currency);
