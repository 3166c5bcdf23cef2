-- The journal: each row's hash covers the row before it, so that nothing in it can be changed unseen.
create function order_event_hash(
    previous bytea, order_id uuid, seq integer, at timestamptz, type text, actor text, data jsonb
) returns bytea language sql immutable parallel safe as $$
    select sha256(coalesce(previous, ''::bytea) || convert_to(
        concat_ws(E'\x1f', order_id, seq, (extract(epoch from at) * 1000000)::bigint, type, actor, data::text),
        'UTF8'))
$$;
alter table order_events add column hash bytea;
do $$
declare
    event record;
    previous bytea;
begin
    for event in select * from order_events order by order_id, seq loop
        if event.seq = 1 then
            previous := null;
        end if;
        previous := order_event_hash(
            previous, event.order_id, event.seq, event.at, event.type, event.actor, event.data);
        update order_events set hash = previous where order_id = event.order_id and seq = event.seq;
    end loop;
end $$;
alter table order_events alter column hash set not null;

-- What was written down stays: whoever wants it otherwise writes more.
create function refuse_to_change_what_was_written() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are only ever added', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger order_events_stay before update or delete or truncate on order_events
    for each statement execute function refuse_to_change_what_was_written();

-- What of its money an order was given back, or is being given back.
alter table orders add column refunded_minor bigint not null default 0 check (refunded_minor >= 0);
update orders set refunded_minor = given.total
from (select order_id, sum(amount_minor) as total from refunds
      where kind = 'requested' and state in ('requested', 'pending', 'succeeded') group by order_id) as given
where given.order_id = orders.id;

-- Payments: authorise now and capture on fulfilment; who told us of a success; what the provider keeps of it.
alter table payments drop constraint payments_state_check;
alter table payments add constraint payments_state_check check (state in
    ('open', 'processing', 'requires_action', 'authorized', 'succeeded', 'failed', 'canceled'));
alter table payments
    add column capture text not null default 'automatic' check (capture in ('automatic', 'manual')),
    add column capture_before timestamptz,
    add column told_by text,
    add column fee_minor bigint,
    add column balance_ref text;
drop index payments_one_payable;
create unique index payments_one_payable on payments (order_id)
    where state in ('open', 'processing', 'requires_action', 'authorized');
create index payments_capture_due on payments (capture_before) where state = 'authorized';
create index payments_charge on payments (provider, charge_ref) where charge_ref is not null;

-- Refunds: by line, by whom; never more than was received, whoever writes the row.
alter table refunds drop constraint refunds_kind_check;
alter table refunds add constraint refunds_kind_check check (kind in ('surplus', 'requested', 'found'));
update refunds set kind = 'found' where reason = 'made at the provider';
alter table refunds
    add column actor text not null default 'clock',
    add column balance_ref text;
create table refund_lines (
    refund_id    uuid not null references refunds,
    line_id      uuid not null references order_lines,
    quantity     integer not null check (quantity > 0),
    amount_minor bigint not null check (amount_minor >= 0),
    restock      boolean not null default false,
    restocked_at timestamptz,
    primary key (refund_id, line_id)
);
create index refund_lines_of_line on refund_lines (line_id);
create function refunds_never_exceed_what_was_received() returns trigger language plpgsql as $$
declare
    received bigint;
    given    bigint;
begin
    select received_minor into received from payments where id = new.payment_id for update;
    select coalesce(sum(amount_minor), 0) into given from refunds
    where payment_id = new.payment_id and state in ('requested', 'pending', 'succeeded');
    if given > received then
        raise exception 'refunds of payment % would exceed what was received', new.payment_id
            using errcode = 'check_violation', constraint = 'refunds_within_received';
    end if;
    return null;
end $$;
create constraint trigger refunds_within_received after insert or update of amount_minor, state on refunds
    for each row when (new.state in ('requested', 'pending', 'succeeded'))
    execute function refunds_never_exceed_what_was_received();

-- Chargebacks and inquiries.
create table disputes (
    id           uuid primary key,
    payment_id   uuid not null references payments,
    order_id     uuid not null references orders,
    provider_ref text not null unique,
    reason       text not null,
    state        text not null check (state in ('warning_needs_response', 'warning_under_review', 'warning_closed',
        'needs_response', 'under_review', 'won', 'lost', 'prevented')),
    amount_minor bigint not null check (amount_minor >= 0),
    currency     char(3) not null,
    withdrawn_minor bigint not null default 0,
    fee_minor    bigint not null default 0,
    due_by       timestamptz,
    evidence     jsonb not null default '{}',
    submitted_at timestamptz,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    closed_at    timestamptz
);
create index disputes_of_order on disputes (order_id);
create index disputes_newest on disputes (created_at desc, id desc);
create index disputes_due on disputes (due_by) where state in ('needs_response', 'warning_needs_response');
create table dispute_files (
    id           uuid primary key,
    dispute_id   uuid not null references disputes,
    kind         text not null,
    name         text not null,
    content_type text not null,
    body         bytea not null check (octet_length(body) <= 5242880),
    provider_ref text,
    created_at   timestamptz not null
);
create index dispute_files_of_dispute on dispute_files (dispute_id);

-- Parcels.
create table fulfilments (
    id              uuid primary key,
    order_id        uuid not null references orders,
    state           text not null check (state in ('picked', 'shipped', 'delivered', 'canceled')),
    carrier         text not null default '',
    tracking_number text not null default '',
    actor           text not null,
    created_at      timestamptz not null,
    shipped_at      timestamptz,
    delivered_at    timestamptz
);
create index fulfilments_of_order on fulfilments (order_id);
create table fulfilment_lines (
    fulfilment_id uuid not null references fulfilments,
    line_id       uuid not null references order_lines,
    quantity      integer not null check (quantity > 0),
    primary key (fulfilment_id, line_id)
);
create index fulfilment_lines_of_line on fulfilment_lines (line_id);

-- Bought without a cart: the order comes into being only when the provider says that it was paid. Its id, and that
-- of the hold, is the id of this row.
create table buy_nows (
    id          uuid primary key,
    token_hash  bytea not null,
    state       text not null default 'open' check (state in ('open', 'complete', 'expired')),
    variant_id  uuid not null references variants,
    quantity    integer not null check (quantity between 1 and 999),
    email       text,
    locale      text not null default 'en',
    owner       text not null default 'guest',
    currency    char(3) not null,
    quote       jsonb not null,
    total_minor bigint not null check (total_minor > 0),
    session_ref text unique,
    url         text,
    order_id    uuid unique references orders,
    sync_at     timestamptz,
    created_at  timestamptz not null,
    ended_at    timestamptz
);
create index buy_nows_to_sync on buy_nows (sync_at) where state = 'open';

-- Double entry: `amount_minor` is positive on the debit side, negative on the credit side.
create table ledger_entries (
    id       uuid primary key,
    kind     text not null,
    cause    text not null,
    order_id uuid references orders,
    currency char(3) not null,
    at       timestamptz not null,
    number   bigint not null generated always as identity,
    unique (kind, cause)
);
create index ledger_entries_of_order on ledger_entries (order_id);
create unique index ledger_entries_in_order on ledger_entries (number);
create table ledger_lines (
    entry_id     uuid not null references ledger_entries,
    account      text not null check (account in ('receivable', 'provider', 'bank', 'sales', 'tax', 'shipping',
        'discounts', 'refunds', 'disputes', 'fees', 'exchange')),
    amount_minor bigint not null check (amount_minor <> 0),
    primary key (entry_id, account)
);
create index ledger_lines_of_account on ledger_lines (account);
create trigger ledger_entries_stay before update or delete or truncate on ledger_entries
    for each statement execute function refuse_to_change_what_was_written();
create trigger ledger_lines_stay before update or delete or truncate on ledger_lines
    for each statement execute function refuse_to_change_what_was_written();
-- An entry sums to zero: its lines are added by one statement, which is looked at alone (joining what is there would
-- cost more with every order); at commit it must have some.
create function ledger_lines_sum_to_zero() returns trigger language plpgsql as $$
declare
    wrong uuid;
begin
    select entry_id into wrong from added group by entry_id having sum(amount_minor) <> 0 limit 1;
    if found then
        raise exception 'the lines of ledger entry % do not sum to zero', wrong
            using errcode = 'check_violation', constraint = 'ledger_entries_balance';
    end if;
    return null;
end $$;
create trigger ledger_lines_balance after insert on ledger_lines referencing new table as added
    for each statement execute function ledger_lines_sum_to_zero();
create function ledger_entry_has_lines() returns trigger language plpgsql as $$
begin
    if coalesce((select sum(amount_minor) <> 0 from ledger_lines where entry_id = new.id), true) then
        raise exception 'ledger entry % has no lines, or they do not sum to zero', new.id
            using errcode = 'check_violation', constraint = 'ledger_entries_balance';
    end if;
    return null;
end $$;
create constraint trigger ledger_entries_balance after insert on ledger_entries
    deferrable initially deferred for each row execute function ledger_entry_has_lines();
-- The books of what happened before there were any, as the shop would have written them; fees are asked for.
create temporary table posting on commit drop as
    select gen_random_uuid() as id, 'sale' as kind, 'order:' || id as cause, id as order_id, currency, paid_at as at,
        array['receivable', 'discounts', 'tax', 'shipping', 'sales'] as accounts,
        array[total_minor, discount_minor, -tax_minor, -shipping_minor,
            -(total_minor + discount_minor - tax_minor - shipping_minor)] as amounts
    from orders where paid_at is not null
    union all
    select gen_random_uuid(), 'payment', 'payment:' || id, order_id, currency, succeeded_at,
        array['provider', 'receivable'], array[received_minor, -received_minor]
    from payments where state = 'succeeded' and received_minor > 0
    union all
    select gen_random_uuid(), 'refund', 'refund:' || id, order_id, currency, created_at,
        array['provider', case kind when 'surplus' then 'receivable' else 'refunds' end],
        array[-amount_minor, amount_minor]
    from refunds where state in ('pending', 'succeeded');
insert into ledger_entries (id, kind, cause, order_id, currency, at)
select id, kind, cause, order_id, currency, coalesce(at, now()) from posting order by at, kind <> 'sale', kind;
insert into ledger_lines (entry_id, account, amount_minor)
select id, account, amount from posting, unnest(accounts, amounts) as line (account, amount) where amount <> 0;
insert into jobs (id, name, args, key, run_at, created_at)
select gen_random_uuid(), 'record_fee', jsonb_build_object('payment_id', id), 'fee:' || id, now(), now()
from payments where state = 'succeeded' and charge_ref is not null;

-- Stripe's events can be looked through and replayed.
alter table stripe_events
    add column order_id uuid,
    add column replays integer not null default 0;
create index stripe_events_by_state on stripe_events (state, received_at desc, id desc);
create index stripe_events_of_order on stripe_events (order_id) where order_id is not null;

-- What an operator decided about a case, and how.
alter table cases
    add column resolved_at timestamptz,
    add column resolved_by text,
    add column resolution  text,
    add check ((state = 'resolved') = (resolved_at is not null));
create index cases_newest on cases (opened_at desc, id desc);
create index cases_of_order on cases (order_id) where order_id is not null;

-- The provider's books against ours: one row a run.
create table reconciliations (
    id          uuid primary key,
    since       timestamptz not null,
    until       timestamptz not null,
    started_at  timestamptz not null,
    finished_at timestamptz,
    counts      jsonb not null default '{}'
);
create index reconciliations_newest on reconciliations (started_at desc);
