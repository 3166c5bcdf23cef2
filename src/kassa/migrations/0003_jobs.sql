-- Work to be done after the commit of its cause. Dead jobs stay until somebody decides.
create table jobs (
    id         uuid primary key,
    name       text not null,
    args       jsonb not null default '{}',
    key        text,
    state      text not null default 'ready' check (state in ('ready', 'running', 'dead')),
    run_at     timestamptz not null,
    attempts   integer not null default 0,
    locked_until timestamptz,
    last_error text,
    created_at timestamptz not null
);
create index jobs_ready on jobs (run_at, id) where state = 'ready';
create index jobs_running on jobs (locked_until) where state = 'running';
create index jobs_dead on jobs (created_at) where state = 'dead';
create unique index jobs_once on jobs (key) where key is not null;

create table schedules (
    name    text primary key,
    next_at timestamptz not null
);

create table workers (
    id      uuid primary key,
    seen_at timestamptz not null
);
