-- Where parcels go, by which ways, and when they arrive. What stands here at first prices every parcel as a shop did
-- that had no such tables.
create table shipping_calendar (
    single   boolean primary key default true check (single),
    version  uuid     not null default gen_random_uuid(),
    zone     text     not null default 'UTC',
    cutoff   smallint check (cutoff between 0 and 23),
    days     smallint[] not null default '{0,1,2,3,4}' check (days <@ '{0,1,2,3,4,5,6}' and cardinality(days) > 0),
    holidays date[]   not null default '{}' check (cardinality(holidays) <= 400)
);

create table shipping_zones (
    code     text primary key check (code ~ '^[a-z0-9][a-z0-9-]{0,39}$'),
    name     text    not null check (length(name) between 1 and 100),
    rest     boolean not null default false,
    ways     jsonb   not null default '[]' check (jsonb_typeof(ways) = 'array'),
    position integer not null default 0
);
create unique index shipping_zones_one_rest on shipping_zones (rest) where rest;

create table shipping_countries (
    country text primary key check (country ~ '^[A-Z]{2}$'),
    zone    text not null references shipping_zones on delete cascade
);
create index shipping_countries_zone on shipping_countries (zone);

-- Processes keep what they have read for as long as the version is the same, whoever changes it by whatever means.
create function shipping_renewed() returns trigger language plpgsql as $$
begin
    new.version := gen_random_uuid();
    return new;
end $$;
create trigger shipping_calendar_renewed before update on shipping_calendar
    for each row execute function shipping_renewed();
create function shipping_changed() returns trigger language plpgsql as $$
begin
    update shipping_calendar set single = true;
    return null;
end $$;
create trigger shipping_zones_changed after insert or update or delete or truncate on shipping_zones
    for each statement execute function shipping_changed();
create trigger shipping_countries_changed after insert or update or delete or truncate on shipping_countries
    for each statement execute function shipping_changed();

insert into shipping_calendar default values;
insert into shipping_zones (code, name, rest, position, ways) values
    ('home', 'Germany', false, 1, '[
        {"code": "standard", "label": "Standard", "by": "weight", "every": 5000, "bands": [{"prices": {"*": 390}}],
         "min_days": 2, "max_days": 4},
        {"code": "express", "label": "Express", "by": "weight", "every": 5000, "bands": [{"prices": {"*": 990}}],
         "min_days": 1, "max_days": 2}]'),
    ('eu', 'European Union', false, 2, '[
        {"code": "standard", "label": "Standard", "by": "weight", "every": 5000, "bands": [{"prices": {"*": 790}}],
         "min_days": 3, "max_days": 7},
        {"code": "express", "label": "Express", "by": "weight", "every": 5000, "bands": [{"prices": {"*": 1490}}],
         "min_days": 2, "max_days": 3}]'),
    ('world', 'Rest of the world', true, 3, '[
        {"code": "standard", "label": "Standard", "by": "weight", "every": 5000, "bands": [{"prices": {"*": 1290}}],
         "min_days": 6, "max_days": 14},
        {"code": "express", "label": "Express", "by": "weight", "every": 5000, "bands": [{"prices": {"*": 2490}}],
         "min_days": 3, "max_days": 5}]');
insert into shipping_countries (country, zone)
    select country, case country when 'DE' then 'home' else 'eu' end
    from unnest('{AT,BE,BG,CY,CZ,DE,DK,EE,ES,FI,FR,GR,HR,HU,IE,IT,LT,LU,LV,MT,NL,PL,PT,RO,SE,SI,SK}'::text[]) as country;
