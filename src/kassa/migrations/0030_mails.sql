-- The language a mail is written in, and where whoever wants no more of its kind says so (RFC 8058); null: there is
-- no way out of it, because it is about an order or an account.
alter table mails
    add language    text not null default 'en',
    add unsubscribe text;
create index mails_of_a_kind on mails (lower(recipient), created_at) where kind = 'abandoned';

-- Who agreed to be reminded of an order that is left unpaid: to what words, and when. One row per order.
create table reminders (
    order_id  uuid primary key references orders,
    email     text not null check (email = lower(email)),
    words     text not null,
    agreed_at timestamptz not null
);
create index reminders_of_email on reminders (email);
create index reminders_oldest on reminders (agreed_at);

-- Whoever took it back: no reminder goes to this address, whatever is agreed to later by whoever types it.
create table reminder_stops (
    email      text primary key check (email = lower(email)),
    stopped_at timestamptz not null
);

-- The language in which somebody wants to hear that an edition is there again.
alter table alerts add language text not null default 'en';
