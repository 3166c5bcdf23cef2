"""Covers: they say what the book is, can be read, stay on the page, and never change by themselves."""

import re
import xml.etree.ElementTree as Xml
from collections.abc import Iterator

import pytest

from kassa.catalog.covers import draw
from kassa.catalog.covers.book import book_of
from kassa.catalog.covers.chance import Chance
from kassa.catalog.covers.compose import DESIGNS
from kassa.catalog.covers.palettes import PALETTES, SUITS, contrast
from kassa.catalog.covers.typeset import ITALIC, SANS, SANS_BOLD, SERIF, SERIF_BOLD, width

SVG = "{http://www.w3.org/2000/svg}"
FACES = (SERIF, SERIF_BOLD, ITALIC, SANS, SANS_BOLD)

BOOKS = (
    ("Emma", "Jane Austen", "1815"),
    ("The Interesting Narrative of the Life of Olaudah Equiano", "Olaudah Equiano", "1789"),
    ("Lyrical Ballads", "William Wordsworth and Samuel Taylor Coleridge", "1798"),
    ("Frankenstein; or, The Modern Prometheus", "Mary Shelley", "1818"),
    ("Antigone", "Sophocles", "c. 441 BCE"),
    ("<script>alert('&')</script>", '"Quoted" & <b>', "<1800>"),
    ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "W" * 90, "1" * 40),
    ("紅樓夢 源氏物語 — a title in several scripts, Слово о полку Игореве", "曹雪芹", "1791"),
    ("word " * 200, "name " * 60, ""),
    ("", "", ""),
    ("\x00\x0b\ud800🦊", "\u202eevil", "\x07"),
)


def every_cover() -> Iterator[tuple[str, str]]:
    """Every design, on light and dark ground, for every book, as (what it is, SVG)."""
    for design_name, design in DESIGNS.items():
        for palette_name, palette in ((name, PALETTES[name]) for name in ("madder", "night")):
            for title, author, year in BOOKS:
                for seed in "ab":
                    drawing = design(
                        book_of(title, author, year), palette, Chance(title[:9] + palette_name + seed)
                    )
                    name = f"{design_name}, {palette_name}: {title[:40]!r}"
                    yield name, f'<svg xmlns="http://www.w3.org/2000/svg">{drawing}</svg>'


def cover(title: str = "Emma", author: str = "Jane Austen", year: str = "1815", seed: str = "emma") -> str:
    return draw(title, author, year, "Comedy", seed_text=seed)


def parsed(svg: str) -> Xml.Element:
    return Xml.fromstring(svg)  # noqa: S314 - our own drawing


def test_the_same_book_has_the_same_cover() -> None:
    assert cover() == cover()
    assert cover() != cover(seed="emma-2")


def test_a_cover_says_title_author_and_year() -> None:
    for seed in range(40):
        root = parsed(cover(seed=str(seed)))
        words = " ".join(
            text.text or "" for group in root.iter(f"{SVG}g") for text in group.findall(f"{SVG}text")
        )
        assert "Emma" in words
        assert "Jane Austen" in words
        assert "1815" in words


@pytest.mark.parametrize("subject", [*SUITS, "Gardening", ""])
def test_a_cover_is_a_document_of_its_own(subject: str) -> None:
    for title, author, year in BOOKS:
        for seed in range(3):
            svg = draw(title, author, year, subject, seed_text=f"{title[:9]}/{seed}")
            root = parsed(svg)
            assert root.get("viewBox") == "0 0 600 900"
            assert len(svg.encode()) < 12_000
            assert not {element.tag for element in root.iter()} & {
                f"{SVG}script",
                f"{SVG}image",
                f"{SVG}foreignObject",
            }
            assert not re.search(r'(?:href|src)="(?!#)|url\((?!#)|\son\w+="', svg)


def test_subjects_ask_only_for_palettes_and_designs_that_exist() -> None:
    for palettes, designs in SUITS.values():
        assert set(palettes.split()) <= set(PALETTES)
        assert set(designs.split()) <= set(DESIGNS)
    assert {name for _, designs in SUITS.values() for name in designs.split()} == set(DESIGNS)
    assert {name for palettes, _ in SUITS.values() for name in palettes.split()} == set(PALETTES)


def test_text_can_be_read_in_every_palette() -> None:
    for palette in PALETTES.values():
        assert contrast(palette.ink, palette.ground) >= 4.5


def test_text_stands_on_the_page_and_can_be_read() -> None:
    for name, svg in every_cover():
        for group in parsed(svg).iter(f"{SVG}g"):
            ground = group.get("data-ground")
            texts = group.findall(f"{SVG}text")
            assert not texts or ground, name
            for text in texts:
                assert contrast(group.get("fill", ""), ground or "") >= 4.5, name
                left, right = extent(group, text)
                assert left >= 24, name
                assert right <= 576, name
                assert 20 <= float(text.get("y", "")) <= 880, name


def extent(group: Xml.Element, text: Xml.Element) -> tuple[float, float]:
    """From where to where a line reaches, in fonts somewhat wider than the usual ones."""
    face = next(
        face
        for face in FACES
        if dict(re.findall(r'([\w-]+)="([^"]*)"', face.attributes)).items()
        == {
            key: value for key, value in group.items() if key.startswith("font-") and key != "font-size"
        }.items()
    )
    wide = width(
        text.text or "", face, float(group.get("font-size", "")), float(group.get("letter-spacing", "0"))
    )
    x = float(text.get("x", ""))
    return x - wide * {None: 0, "middle": 0.5, "end": 1}[group.get("text-anchor")], x + wide * {
        None: 1,
        "middle": 0.5,
        "end": 0,
    }[group.get("text-anchor")]


def test_what_follows_a_title_is_set_apart() -> None:
    assert book_of("Moby-Dick; or, The Whale", "", None).lesser == "or, The Whale"
    assert book_of("The Lost Estate (Le Grand Meaulnes)", "", 1913).lesser == "Le Grand Meaulnes"
    assert book_of("R.U.R.", "", None).title == "R.U.R."


def test_the_initial_skips_articles() -> None:
    assert [book_of(title, "", None).initial for title in ("The Tower", "A Doll's House", "Émile", "…", "An")] == [
        "T", "D", "É", "&", "A",
    ]  # fmt: skip
