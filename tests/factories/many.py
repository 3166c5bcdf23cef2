"""A catalogue of any size at once: no two titles alike, authors and subjects as unevenly spread as in a real one."""

import asyncpg

SUBJECTS = ("Love", "War", "Journeys", "Nature", "Ethics", "Comedy", "Faith", "Crime", "The sea", "History")
LANGUAGES = ("English", "French", "German", "Italian", "Russian")
SHELVES = ("fiction", "novels", "stories", "ideas", "science", "poetry")
_STEP = 5_000


async def make_many(dsn: str, count: int) -> None:
    """`count` products for sale, two variants each, one in fifty sold out, on nested shelves; analysed."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            """
            insert into collections (id, slug, title) select gen_random_uuid(), slug, initcap(slug)
            from unnest($1::text[]) as slug
            """,
            list(SHELVES),
        )
        await connection.execute(
            """
            update collections set parent_id = (select id from collections where slug = 'fiction')
            where slug in ('novels', 'stories')
            """
        )
        for first in range(1, count + 1, _STEP):
            await _some(connection, first, min(count, first + _STEP - 1))
        await connection.execute("analyze")
    finally:
        await connection.close()


async def _some(connection: asyncpg.Connection, first: int, last: int) -> None:
    """The products of these numbers."""
    async with connection.transaction():
        ids = await connection.fetchval(
            """
            with made as (
                insert into products (id, slug, title, description, kind, attributes, options, created_at, updated_at)
                select gen_random_uuid(), 'volume-' || n,
                    initcap(translate(to_hex(n * 2654435761 % 4294967296), '0123456789', 'ghijklmnop')) || (array[
                        ' of the Harbour', ' and the Garden', ' in Winter', ' at Night', ' by the River'])[n % 5 + 1],
                    '<p>A tale of ' || (array['whales', 'clocks', 'gardens', 'letters'])[n % 4 + 1] || ' and '
                    || (array['ships', 'winters', 'sisters', 'cities', 'roads', 'stars', 'horses'])[n % 7 + 1]
                    || ', told slowly, with an ending that nobody who read it has forgotten since.</p>', 'Book',
                    jsonb_build_object(
                        'author', 'Author ' || initcap(
                            translate((n % greatest(10, $2::int / 30))::text, '0123456789', 'abcdefghij')),
                        'subject', ($3::text[])[least(n % 10, n % 7) + 1],
                        'language', ($4::text[])[least(n % 5, n % 3) + 1]),
                    '{Format}', now() - n * interval '1 minute', now()
                from generate_series($1::bigint, $2::bigint) as n returning id, slug
            ), numbered as (select id, split_part(slug, '-', 2)::bigint as n from made
            ), variant as (
                insert into variants (id, product_id, position, sku, title, options, barcode)
                select gen_random_uuid(), id, place, 'V' || n || '-' || place, form, jsonb_build_object('Format', form),
                    case place when 1 then (9780000000000 + n)::text else '' end
                from numbered, unnest(array['Paperback', 'Hardcover']) with ordinality as f (form, place)
                returning id, product_id, position
            ), price as (
                insert into prices (variant_id, currency, amount_minor)
                select variant.id, 'EUR', 500 + (n * 37 % 3000) + position * 500
                from variant join numbered on numbered.id = product_id
            ), shelved as (
                insert into collection_products (collection_id, product_id)
                select collections.id, numbered.id from numbered
                join collections
                    on slug = (array['novels', 'stories', 'ideas', 'science', 'poetry', 'novels'])[n % 6 + 1]
            ), stocked as (
                insert into stock (variant_id, on_hand)
                select variant.id, case when n % 50 = 0 then 0 else 20 end
                from variant join numbered on numbered.id = product_id
            )
            select array_agg(id) from numbered
            """,
            first,
            last,
            list(SUBJECTS),
            list(LANGUAGES),
        )
        await connection.execute("select index_products($1)", ids)
