-- How people come in: when a session was signed in, the one challenge its passkey has to answer, and how often
-- somebody tried. Of who tried there is only a hash.
alter table sessions
    add signed_in_at    timestamptz,
    add challenge       bytea,
    add challenge_until timestamptz;

create index customer_tokens_asked on customer_tokens (email, kind, created_at);

create table tries (
    key   bytea primary key,
    since timestamptz not null,
    count integer not null check (count > 0)
);
create index tries_due on tries (since);
