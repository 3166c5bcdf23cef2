"""The demo catalogue: a bookshop of public-domain works, as a Shopify product CSV like any other."""

from pathlib import Path


def demo_csv() -> str:
    """The file that a fresh shop is filled with, by the same importer as every file."""
    return (Path(__file__).parent / "bookshop.csv").read_text()
