-- What the catalogue says in other languages than its own: of a product, a variant or a collection, by its id. What is
-- not translated (an empty text, no row) is said as it is.
create table translations (
    id              uuid not null,
    language        text not null,
    title           text not null default '',
    description     text not null default '',
    seo_title       text not null default '',
    seo_description text not null default '',
    primary key (id, language)
);

-- Words that many products share: names and values of options, subjects, formats.
create table word_translations (
    word     text not null,
    language text not null,
    said     text not null check (said <> ''),
    primary key (word, language)
);

create constraint trigger translations_change after insert or update or delete on translations
    deferrable initially deferred for each row execute function listings_changed('listings_version');
create constraint trigger word_translations_change after insert or update or delete on word_translations
    deferrable initially deferred for each row execute function listings_changed('listings_version');

-- As before, and a product is found by its titles in every language.
-- Writes the listings of these products anew. A listing is locked before stock is counted, so that a last copy sold
-- meanwhile is counted once: before, and seen here, or afterwards, and then the trigger counts on.
create or replace function index_products(ids uuid[]) returns void language plpgsql as $$
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
            array(select distinct word from regexp_split_to_table(plain(concat_ws(' ', title, others, author, about)), ' ') as word
                where length(word) > 2)
        from (
            select *, weighed(title, own, 'A') || weighed(others, 'simple', 'A') || weighed(author, own, 'B')
                || setweight(array_to_tsvector(codes), 'A') as heading
            from (
                select id, title, description, stemmer(coalesce(attributes ->> 'language', '')) as own,
                    coalesce(attributes ->> 'author', '') as author,
                    coalesce((select string_agg(said.title, ' ' order by language) from translations as said
                        where said.id = products.id), '') as others,
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
