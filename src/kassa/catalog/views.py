"""What a book's pictures are drawn from: its cover as SVG, and the words for everything else."""

from kassa.catalog import covers, pictures, queries
from kassa.catalog.covers.book import book_of
from kassa.kernel.db import Conn


async def volume(conn: Conn, slug: str, *, press: str) -> pictures.Volume | None:
    """What a book's pictures are made of, with `press` on its title page; None for what is no book of ours."""
    row = await queries.product_row(conn, slug)
    if row is None or not row["attributes"].get("author"):
        return None
    title, attributes = row["title"], row["attributes"]
    author, year = attributes["author"], attributes.get("year", "")
    book = book_of(title, author, year)
    svg = covers.draw(title, author, year, attributes.get("subject", ""), seed_text=slug)
    return pictures.Volume(svg, book.title, book.lesser, book.author, book.year, press)
