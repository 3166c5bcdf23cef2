"""Pictures in pixels: what a drawn cover looks like where SVG can't go, and the book as a thing to hold.

`draw` sets a view of a book (its cover, the volume on a table, its title page), `card` the picture that goes
with a link elsewhere, `icon` the shop's mark; `encode` makes AVIF or WebP of one of a few widths. All are pure
and slow (tenths of a second), so they are called in a thread, few at a time. A server without fonts draws
them too, in the serif that typst brings along.
"""

from kassa.catalog.pictures.cards import card, favicon, icon
from kassa.catalog.pictures.encode import FORMATS, WIDTHS, encode
from kassa.catalog.pictures.views import VIEWS, Volume, draw, version

__all__ = ["FORMATS", "VIEWS", "WIDTHS", "Volume", "card", "draw", "encode", "favicon", "icon", "version"]
