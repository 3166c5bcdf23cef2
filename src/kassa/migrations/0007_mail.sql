-- Mails built once per (order, kind); sending is a job that may be repeated.
create table mails (
    id         uuid primary key,
    order_id   uuid references orders,
    kind       text not null,
    recipient  text not null,
    sender     text not null,
    subject    text not null,
    text_body  text not null,
    html_body  text not null,
    state      text not null default 'queued' check (state in ('queued', 'sent')),
    created_at timestamptz not null,
    sent_at    timestamptz
);
create unique index mails_once on mails (order_id, kind) where order_id is not null;
create index mails_newest on mails (created_at desc, id desc);
