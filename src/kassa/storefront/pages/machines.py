"""What programs read of the shop: the sitemap, the feed of new books, robots.txt, the web manifest."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from xml.sax.saxutils import escape

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from kassa import catalog, web
from kassa.config import Settings
from kassa.kernel import speech
from kassa.kernel.errors import NotFound
from kassa.kernel.speech import _
from kassa.storefront import assets, forms, keeping, languages
from kassa.storefront.pages.pictures import LINE
from kassa.storefront.request import AnyRequest
from kassa.storefront.structured import plain
from kassa.storefront.view import shop_of

#: The protocol allows ten times as many; smaller ones are quicker to make and to read.
_PER_SITEMAP: Final = 5_000
_SITEMAPS: Final = 10_000
_COUNTED_ANEW: Final = timedelta(minutes=10)
_NEWEST: Final = 30
#: What no machine may write into XML.
_UNFIT: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XMLNS: Final = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)
_ROBOTS: Final = """\
User-agent: *
Disallow: /admin
Disallow: /api/
Disallow: /buy-now/
Disallow: /*/buy-now/
Disallow: /*?*sort=
Disallow: /*?*after=
Allow: /

Sitemap: {base_url}/sitemap.xml
"""


@get("/sitemap.xml", include_in_schema=False)
async def sitemap_index(request: AnyRequest) -> Response[bytes]:
    """GET /sitemap.xml: the sitemaps of every language, each of five thousand books at most."""
    settings, pages = shop_of(request).settings, await _sitemap_pages(request)
    lines = []
    for front in map(settings.front, settings.locales):
        lines.append(f"<sitemap><loc>{front}/sitemaps/shelves.xml</loc></sitemap>")
        lines += [
            f"<sitemap><loc>{front}/sitemaps/from-{page.first}.xml</loc><lastmod>{_day(page.changed)}</lastmod></sitemap>"
            for page in pages
        ]
    return _xml(request, "sitemapindex", lines)


@get("/sitemaps/{name:str}", include_in_schema=False)
async def sitemap(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """GET /sitemaps/from-….xml: the books from this one on, each with its address in every other language; `shelves`
    has everything else."""
    if not name.endswith(".xml"):
        raise NotFound(_("There is no such sitemap."))
    settings, name = shop_of(request).settings, forms.slug(name.removesuffix(".xml"))
    async with shop_of(request).db.connection() as conn:
        if name == "shelves":
            shelves = [f"/collections/{shelf.slug}" for shelf in await catalog.collections(conn)]
            lines = [_url(settings, path) for path in ["/", "/books", *shelves]]
        else:
            first = name.removeprefix("from-")
            lines = [
                _url(settings, f"/products/{entry.slug}", f"<lastmod>{_day(entry.changed)}</lastmod>")
                for entry in await catalog.sitemap(conn, first=first, size=_PER_SITEMAP)
            ]
    if not lines:
        raise NotFound(_("There is no such sitemap."))
    return _xml(request, "urlset", lines)


@get("/feed.xml", include_in_schema=False)
async def feed(request: AnyRequest) -> Response[bytes]:
    """GET /feed.xml: the newest books, as Atom (RFC 4287)."""
    settings = shop_of(request).settings
    front, title = settings.front(speech.language()), _("%(shop)s: newly shelved", shop=settings.name)
    async with shop_of(request).db.connection() as conn:
        books = await catalog.new_products(conn, limit=_NEWEST)
    updated = max((book.updated_at for book in books), default=shop_of(request).clock.now())
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{speech.language()}">'
        f"<title>{_text(title)}</title><subtitle>{_text(_(LINE))}</subtitle>"
        f"<id>{front}/feed.xml</id><updated>{_moment(updated)}</updated>"
        f'<link rel="self" type="application/atom+xml" href="{front}/feed.xml"/>'
        f'<link rel="alternate" type="text/html" href="{front}/books?sort=newest"/>'
        f"<icon>{settings.base_url}/favicon.ico</icon>"
        f"{''.join(_entry(book, front, settings.name) for book in books)}</feed>\n"
    )
    return _answer(request, text, "application/atom+xml")


@get("/robots.txt", include_in_schema=False)
async def robots(request: AnyRequest) -> Response[bytes]:
    """GET /robots.txt: what crawlers would only lose themselves in, and where the sitemap is."""
    return _answer(request, _ROBOTS.format(base_url=shop_of(request).settings.base_url), "text/plain")


@get("/manifest.webmanifest", include_in_schema=False)
async def manifest(request: AnyRequest) -> Response[bytes]:
    """GET /manifest.webmanifest: the shop as something that can be put on a home screen."""
    name = shop_of(request).settings.name
    version = assets.digest("icon.svg")
    icons: list[dict[str, Any]] = [
        {"src": assets.address("icon.svg"), "type": "image/svg+xml", "sizes": "any"},
        *(
            {"src": f"/icons/{size}.png?v={version}", "type": "image/png", "sizes": f"{size}x{size}"}
            for size in (192, 512)
        ),
        {"src": f"/icons/maskable.png?v={version}", "type": "image/png", "sizes": "512x512", "purpose": "maskable"},
    ]  # fmt: skip
    said = {
        "name": name, "short_name": name[:12], "description": _(LINE), "lang": speech.language(),
        "dir": speech.direction(), "id": f"{web.prefix()}/", "start_url": f"{web.prefix()}/",
        "scope": "/", "display": "minimal-ui", "background_color": "#fbfbf9", "theme_color": "#fbfbf9",
        "icons": icons,
    }  # fmt: skip
    return _answer(request, msgspec.json.encode(said).decode(), "application/manifest+json")


async def _sitemap_pages(request: AnyRequest) -> Sequence[catalog.SitemapPage]:
    """Where the sitemaps begin: counted through the whole catalogue, so remembered for a while."""
    shop, state = shop_of(request), request.app.state
    known: tuple[datetime, Sequence[catalog.SitemapPage]] | None = state.get("sitemap_pages")
    if known is None or known[0] + _COUNTED_ANEW < shop.clock.now():
        async with shop.db.connection() as conn:
            pages = await catalog.sitemap_pages(conn, size=_PER_SITEMAP, limit=_SITEMAPS)
        known = state.sitemap_pages = (shop.clock.now(), pages)
    return known[1]


def _entry(book: catalog.NewProduct, base_url: str, shop_name: str) -> str:
    url = f"{base_url}/products/{book.slug}"
    return (
        f"<entry><title>{_text(book.title)}</title><id>urn:uuid:{book.id}</id>"
        f'<link rel="alternate" type="text/html" href="{url}"/>'
        f"<published>{_moment(book.created_at)}</published><updated>{_moment(book.updated_at)}</updated>"
        f"<author><name>{_text(book.author or shop_name)}</name></author>"
        f"<summary>{_text(plain(book.summary)[:600])}</summary></entry>"
    )


def _url(settings: Settings, path: str, more: str = "") -> str:
    """A page in the language spoken now, and where it is in the others (https://www.sitemaps.org, xhtml:link)."""
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{spoken}" href="{url}"/>'
        for spoken, url in languages.alternates(settings, path)
    )
    return f"<url><loc>{languages.address(settings, path)}</loc>{more}{others}</url>"


def _xml(request: AnyRequest, root: str, lines: Iterable[str]) -> Response[bytes]:
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<{root} {_XMLNS}>{"".join(lines)}</{root}>\n'
    return _answer(request, text, "application/xml")


def _answer(request: AnyRequest, text: str, media_type: str) -> Response[bytes]:
    return keeping.file(request, text.encode(), media_type, cache=keeping.AN_HOUR, squeeze=True)


def _text(words: str) -> str:
    return escape(_UNFIT.sub(" ", words))


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
