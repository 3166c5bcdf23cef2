-- How the shop is taxed: one row of settings, and the operator's own rates, which go before those that come with
-- Kassa. A business's VAT number stands on its order, as does that it owes the tax itself.
create table tax_settings (
    one        boolean primary key default true check (one),
    home       text not null default 'DE' check (home ~ '^[A-Z]{2}$'),
    rounding   text not null default 'line' check (rounding in ('line', 'sum_by_net', 'sum_by_net_keep_gross')),
    provider   text not null default 'table' check (provider in ('table', 'stripe')),
    on_top     text[] not null default '{CA,US}',
    vat_id     text not null default '' check (length(vat_id) <= 40),
    changed_at timestamptz not null default now()
);
insert into tax_settings default values;

create table tax_rates (
    id           uuid primary key,
    country      text not null check (country ~ '^[A-Z]{2}$'),
    region       text not null default '' check (length(region) <= 100),
    tax_class    text not null check (length(tax_class) between 1 and 40),
    basis_points numeric(7, 2) not null check (basis_points between 0 and 10000),
    name         text not null default '' check (length(name) <= 40),
    starts_on    date,
    ends_on      date,
    created_at   timestamptz not null,
    check (ends_on >= starts_on)
);

alter table orders
    add vat_id         text not null default '' check (length(vat_id) <= 40),
    add reverse_charge boolean not null default false;

-- Where a browser's parcels go, as far as we know: prices are shown as they are there.
alter table sessions add country text check (country ~ '^[A-Z]{2}$');
