-- Papers with numbers: invoices, and credit notes for what went back. A number is taken from its counter in the
-- transaction that writes the paper, so none is lost, and what was written is never changed.
create table invoice_counters (
    kind text not null check (kind in ('invoice', 'credit_note')),
    year integer not null,
    last integer not null check (last > 0),
    primary key (kind, year)
);

create table invoices (
    id        uuid primary key,
    kind      text not null,
    year      integer not null,
    number    integer not null check (number > 0),
    order_id  uuid not null references orders,
    refund_id uuid unique references refunds,
    content   jsonb not null,
    issued_at timestamptz not null,
    unique (kind, year, number),
    foreign key (kind, year) references invoice_counters,
    check ((kind = 'credit_note') = (refund_id is not null))
);
create index invoices_of_order on invoices (order_id, issued_at);
create unique index invoice_of_order on invoices (order_id) where kind = 'invoice';
create trigger invoices_stay before update or delete or truncate on invoices
    for each statement execute function refuse_to_change_what_was_written();

create index orders_by_payment on orders (paid_at) where paid_at is not null;
create index refunds_by_success on refunds (updated_at) where state = 'succeeded' and kind <> 'surplus';
