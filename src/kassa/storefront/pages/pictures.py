"""Pictures: drawn covers as they are, and as AVIF, WebP and PNG where SVG can't go or does not suit; icons."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.params import FromPath

from kassa import catalog
from kassa.catalog import pictures
from kassa.kernel.errors import NotFound
from kassa.kernel.speech import N_, _
from kassa.storefront import assets, forms, keeping
from kassa.storefront.press import press_of
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import shop_of

#: What is said of the shop where there is no book to show.
LINE: Final = N_("Books that belong to everybody.")
_WIDTHS: Final = "|".join(map(str, pictures.WIDTHS))
_VIEWS: Final = "|".join(view for view in pictures.VIEWS if view != "cover")
_RENDITION: Final = re.compile(rf"(?:({_VIEWS})-)?({_WIDTHS})\.({'|'.join(pictures.FORMATS)})")
_MARK: Final = Path(__file__).parent.parent / "static" / "icon.svg"
_ICONS: Final = {
    "apple-touch.png": (180, False),
    "192.png": (192, False),
    "512.png": (512, False),
    "maskable.png": (512, True),
}


@get("/media/covers/{name:str}", include_in_schema=False)
async def cover(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """GET /media/covers/….svg: the cover drawn for a book; for ever, if its address carries its version."""
    if not name.endswith(".svg"):
        raise NotFound(_("There is no such picture."))
    volume = await _volume(request, name.removesuffix(".svg"))
    cache = _lasting(request, pictures.version(volume))
    return keeping.file(request, volume.svg.encode(), "image/svg+xml", cache=cache, squeeze=True)


@get("/media/covers/{slug:str}/{name:str}", include_in_schema=False)
async def rendition(request: AnyRequest, slug: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """GET /media/covers/…/640.avif, /media/covers/…/volume-640.webp: a view of a book in pixels."""
    asked = _RENDITION.fullmatch(name)
    if asked is None:
        raise NotFound(_("There is no such picture."))
    view, width, kind = asked[1] or "cover", int(asked[2]), asked[3]
    volume = await _volume(request, slug)
    current = pictures.version(volume)
    made = await press_of(request).get(
        f"{current}/{view}-{width}.{kind}",
        lambda: pictures.encode(pictures.draw(volume, view), width, kind),
    )
    return keeping.file(request, made, pictures.FORMATS[kind], cache=_lasting(request, current))


@get("/media/cards/{name:str}", include_in_schema=False)
async def card(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """GET /media/cards/….png: what is shown beside a link to a book elsewhere."""
    if not name.endswith(".png"):
        raise NotFound(_("There is no such picture."))
    return await _card(request, await _volume(request, name.removesuffix(".png")))


@get("/media/card.png", include_in_schema=False)
async def shop_card(request: AnyRequest) -> Response[bytes]:
    """GET /media/card.png: what is shown beside a link to the shop elsewhere."""
    return await _card(request, None)


@get("/icons/{name:str}", include_in_schema=False)
async def icon(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
    """GET /icons/…png: the shop's mark, for home screens."""
    if name not in _ICONS:
        raise NotFound(_("There is no such picture."))
    size, maskable = _ICONS[name]
    return await _mark(request, name, "image/png", lambda: pictures.icon(_MARK, size, maskable=maskable))


@get("/favicon.ico", include_in_schema=False)
async def favicon(request: AnyRequest) -> Response[bytes]:
    """GET /favicon.ico: the shop's mark, for those who ask for it by this name."""
    return await _mark(request, "favicon.ico", "image/x-icon", lambda: pictures.favicon(_MARK))


async def _volume(request: AnyRequest, slug: str) -> pictures.Volume:
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        found = await catalog.volume(conn, forms.slug(slug), press=shop.settings.name)
    if found is None:
        raise NotFound(_("There is no such picture."))
    return found


async def _card(request: AnyRequest, volume: pictures.Volume | None) -> Response[bytes]:
    press = shop_of(request).settings.name
    current = pictures.version(volume) if volume else press
    made = await press_of(request).get(
        f"{current}/card", lambda: pictures.card(volume, press=press, line=LINE)
    )
    return keeping.file(request, made, "image/png", cache=_lasting(request, current))


async def _mark(
    request: AnyRequest, name: str, media_type: str, draw: Callable[[], bytes]
) -> Response[bytes]:
    made = await press_of(request).get(f"icons/{name}", draw)
    current = request.query_params.get("v") == assets.digest("icon.svg")
    return keeping.file(request, made, media_type, cache=keeping.FOREVER if current else keeping.AN_HOUR)


def _lasting(request: AnyRequest, current: str) -> str:
    """For ever, if the address names the present version: then the next one has another address."""
    return keeping.FOREVER if request.query_params.get("v") == current else keeping.AN_HOUR
