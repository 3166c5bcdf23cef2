"""The demo catalogue: a bookshop of public-domain works, as a Shopify product CSV like any other.

`Variant Price` is in euros. `Price / United States` is the price in the market of that name: Kassa reads a
market's column as prices in its currency, here US dollars. Years are those of first publication, of writing or
(with "c.") of what scholars suppose.
"""

from pathlib import Path


def demo_csv() -> str:
    """The file that a fresh shop is filled with, by the same importer as every file."""
    return (Path(__file__).parent / "bookshop.csv").read_text(encoding="utf-8")


def demo_translations() -> dict[str, str]:
    """What the demo catalogue says in other languages, by language: a file each, for `translations.load`."""
    folder = Path(__file__).parent / "translations"
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.csv"))}


def demo_gift_cards_csv() -> str:
    """What else it is filled with: gift cards of some amounts."""
    return (Path(__file__).parent / "gift-cards.csv").read_text(encoding="utf-8")
