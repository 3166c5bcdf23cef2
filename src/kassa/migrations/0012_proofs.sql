-- What became of each proof that a worker ran: kept for the gauges, and to see since when something is broken.
create table proofs (
    id            uuid primary key,
    ok            boolean not null,
    with_provider boolean not null,
    started_at    timestamptz not null,
    finished_at   timestamptz not null,
    seconds       double precision not null,
    checks        jsonb not null
);
create index proofs_newest on proofs (finished_at desc);
