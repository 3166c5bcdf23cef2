-- Finding: shelves that stand in shelves, and what lists, filters and the search read instead of the products
-- themselves. All of it but `parent_id` and `position` is derived: `index_products` writes it, and one trigger.
alter table collections
    add parent_id uuid references collections on delete set null check (parent_id <> id),
    add position  integer not null default 0;
create index collections_of_parent on collections (parent_id);

-- Text as it is compared: lower case, without diacritics and punctuation, one space between words. The collation is
-- the first that knows more than ASCII, so that Greek and Russian have lower case in any cluster.
do $do$
begin
    execute format(
        $sql$
        create function plain(given text) returns text language sql immutable parallel safe as $body$
            select btrim(regexp_replace(
                replace(replace(replace(replace(translate(
                    lower(regexp_replace(normalize(given, nfkd), '[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]', '', 'g')
                        collate %I),
                    'øłđıς', 'oldiσ'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
                '[\u0001-/:-@[-`{-\u00bf\u2000-\u206f\u3000-\u303f]+', ' ', 'g'))
        $body$
        $sql$,
        (select collname from pg_collation where collname in ('pg_c_utf8', 'und-x-icu', 'default')
            order by array_position(array['pg_c_utf8', 'und-x-icu', 'default'], collname::text) limit 1)
    );
end
$do$;

-- The stemmer of a language, by its English name or its code; words of other languages stay as they are.
create function stemmer(language text) returns regconfig language sql stable as $$
    select coalesce(
        (select oid::regconfig from pg_ts_config where cfgnamespace = 'pg_catalog'::regnamespace and cfgname = coalesce(
            '{"ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english",
              "es": "spanish", "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish",
              "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
              "lt": "lithuanian", "ne": "nepali", "nl": "dutch", "no": "norwegian", "nb": "norwegian",
              "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
              "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish", "modern greek": "greek"}'::jsonb
              ->> lower(language), lower(language))),
        'simple'::regconfig)
$$;

-- Words of one weight: as they are, and as the book's language and the shop's, English, stem them.
create function weighed(given text, own regconfig, weight "char") returns tsvector language sql stable as $$
    select setweight(
        to_tsvector('simple', plain(given)) || to_tsvector('english', plain(given))
            || case when own in ('simple'::regconfig, 'english'::regconfig) then '' else to_tsvector(own, plain(given)) end,
        weight)
$$;

-- Steps of 1, 1.5, 2, 3, 5, 7, 10: "1000-1500" is from 1000 minor units to less than 1500.
create function price_band(minor bigint) returns text language sql immutable as $$
    select case when minor < 100 then '0-100' else
        (select low * unit || '-' || high * unit
         from (select (10::numeric ^ (length(minor::text) - 2))::bigint as unit) scale,
             (values (10, 15), (15, 20), (20, 30), (30, 50), (50, 70), (70, 100)) as step (low, high)
         where minor >= low * unit and minor < high * unit) end
$$;

create table facet_values (
    id    integer generated always as identity primary key,
    name  text not null,
    value text not null,
    unique (name, value)
);

-- One row for every product, kept narrow: counting reads all that were found.
create table listings (
    product_id uuid primary key references products on delete cascade,
    created_at timestamptz not null,
    in_stock   integer not null default 0,
    for_sale   boolean not null default false,
    title_key  text collate "C" not null default '',
    tags       integer[] not null default '{}'
);
create index listings_by_title on listings (title_key, product_id) where for_sale;
create index listings_by_age on listings (created_at, product_id) where for_sale;
create index listings_by_tag on listings using gin (tags) with (gin_pending_list_limit = 64) where for_sale;

-- What the search reads of what is for sale; what its indexes have still to sort in is kept small, for every search
-- reads it: title, author and codes alone in `heading`.
create table listing_words (
    product_id uuid primary key references listings on delete cascade,
    heading    tsvector not null,
    words      tsvector not null,
    spelling   text[] not null
);
create index listings_by_heading on listing_words using gin (heading) with (gin_pending_list_limit = 64);
create index listings_by_word on listing_words using gin (words) with (gin_pending_list_limit = 64);

create table listing_prices (
    product_id  uuid not null references listings on delete cascade,
    currency    char(3) not null,
    least_minor bigint not null,
    primary key (product_id, currency)
);
create index listing_prices_by_price on listing_prices (currency, least_minor, product_id);

-- A shelf and every shelf it stands in.
create view shelf_lines as
    with recursive line (collection_id, ancestor_id, depth) as (
        select id, id, 0 from collections
        union all
        select line.collection_id, parent_id, depth + 1 from line join collections on id = line.ancestor_id
        where parent_id is not null and depth < 8
    )
    select collection_id, ancestor_id, depth from line;

-- What a product can be found by, each as a name and a value.
create view product_facets as
    select id as product_id, key as name, value from products, jsonb_each_text(attributes)
        where key in ('author', 'format', 'language', 'subject') and value <> ''
    union
    select product_id, 'format', value from variants, jsonb_each_text(options)
        where active and lower(key) = 'format' and value <> ''
    union
    select product_id, 'collection', slug from collection_products
        join shelf_lines using (collection_id) join collections on id = ancestor_id
    union
    select product_id, 'price:' || currency, price_band(min(amount_minor)) from prices
        join variants on id = variant_id where active group by product_id, currency;

-- Writes the listings of these products anew. A listing is locked before stock is counted, so that a last copy sold
-- meanwhile is counted once: before, and seen here, or afterwards, and then the trigger counts on.
create function index_products(ids uuid[]) returns void language plpgsql as $$
begin
    insert into listings (product_id, created_at) select id, created_at from products where id = any(ids)
        on conflict do nothing;
    perform 1 from listings where product_id = any(ids) order by product_id for update;
    insert into facet_values (name, value)
        select distinct name, value from product_facets as facet where product_id = any(ids) and not exists
            (select 1 from facet_values as known where known.name = facet.name and known.value = facet.value)
        order by name, value on conflict do nothing;
    delete from listing_prices where product_id = any(ids);
    insert into listing_prices (product_id, currency, least_minor)
        select product_id, currency, min(amount_minor) from prices join variants on variants.id = variant_id
            join products on products.id = product_id
        where product_id = any(ids) and active and status = 'active' group by product_id, currency;
    update listings set
        for_sale = product.status = 'active',
        title_key = left(plain(product.title), 200),
        in_stock = (select count(*) from variants join stock on variant_id = id
            where variants.product_id = product.id and active and on_hand > reserved),
        tags = coalesce((select array_agg(known.id order by known.id) from product_facets as facet
            join facet_values as known using (name, value) where facet.product_id = product.id), '{}')
    from products as product where listings.product_id = product.id and product.id = any(ids);
    delete from listing_words using products where product_id = id and id = any(ids) and status <> 'active';
    insert into listing_words (product_id, heading, words, spelling)
        select id, heading,
            heading || weighed(about, own, 'C')
                || weighed(left(regexp_replace(description, '<[^>]*>|&[a-z#0-9]+;', ' ', 'g'), 50000), own, 'D'),
            array(select distinct word from regexp_split_to_table(plain(title || ' ' || author || ' ' || about), ' ') as word
                where length(word) > 2)
        from (
            select *, weighed(title, own, 'A') || weighed(author, own, 'B') || setweight(array_to_tsvector(codes), 'A')
                as heading
            from (
                select id, title, description, stemmer(coalesce(attributes ->> 'language', '')) as own,
                    coalesce(attributes ->> 'author', '') as author,
                    concat_ws(' ', attributes ->> 'subject', vendor, kind, array_to_string(tags, ' '),
                        (select string_agg(shelf.title, ' ') from collections as shelf where shelf.id in
                            (select ancestor_id from collection_products join shelf_lines using (collection_id)
                             where product_id = products.id))) as about,
                    array(select '#' || replace(plain(code), ' ', '') from variants, unnest(array[sku, barcode]) as code
                        where product_id = products.id and active and plain(code) <> '') as codes
                from products where id = any(ids) and status = 'active'
            ) as read
        ) as weighed_read
        on conflict (product_id) do update
            set heading = excluded.heading, words = excluded.words, spelling = excluded.spelling
            where (listing_words.heading, listing_words.words, listing_words.spelling)
                is distinct from (excluded.heading, excluded.words, excluded.spelling);
end
$$;

-- A variant that sells out or comes back: rare among changes of stock, and only then is anything written.
create function stock_ran_out_or_came() returns trigger language plpgsql as $$
begin
    update listings set in_stock = in_stock + case when new.on_hand > new.reserved then 1 else -1 end
        from variants where variants.id = new.variant_id and active and listings.product_id = variants.product_id;
    return null;
end
$$;
create trigger stock_ran_out after update on stock for each row
    when ((old.on_hand > old.reserved) is distinct from (new.on_hand > new.reserved))
    execute function stock_ran_out_or_came();
create trigger stock_came after insert on stock for each row when (new.on_hand > new.reserved)
    execute function stock_ran_out_or_came();

-- What processes keep of the catalogue is good as long as these stand still. A sequence is no row to wait for; it moves
-- in the last moment before the commit.
create sequence listings_version;
create sequence spelling_version;
create function listings_changed() returns trigger language plpgsql as $$
begin
    perform nextval(tg_argv[0]::regclass);
    return null;
end
$$;
create constraint trigger listings_change after insert or update or delete on listings
    deferrable initially deferred for each row execute function listings_changed('listings_version');
create constraint trigger collections_change after insert or update or delete on collections
    deferrable initially deferred for each row execute function listings_changed('listings_version');
create constraint trigger words_change after insert or update or delete on listing_words
    deferrable initially deferred for each row execute function listings_changed('spelling_version');

-- What a list shows of a product beside its price.
create view cards as
    select id, slug, title, attributes,
        (select url from media where product_id = products.id order by media.position limit 1) as url,
        (select count(*)::int from variants where product_id = products.id and active) as variants
    from products;

-- The listings that fit: every condition that is null asks nothing. Planned as part of the statement that uses it.
create function found(
    shelf integer, subjects integer[], authors integer[], formats integer[], languages integer[], bands integer[],
    available boolean, query tsquery
) returns setof listings language sql stable as $$
    select * from listings where for_sale
        and (shelf is null or tags @> array[shelf])
        and (subjects is null or tags && subjects)
        and (authors is null or tags && authors)
        and (formats is null or tags && formats)
        and (languages is null or tags && languages)
        and (bands is null or tags && bands)
        and (available is null or (in_stock > 0) = available)
        and (query is null or product_id in (select product_id from listing_words where words @@ query))
$$;

select index_products(array(select id from products));
