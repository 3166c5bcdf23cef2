"""Books in pixels: always the same, of a few sizes only, with any words on them, and worth what they weigh."""

import gzip
import io
from pathlib import Path

import pytest
from PIL import Image

from kassa import storefront
from kassa.catalog import covers, pictures
from kassa.catalog.covers.book import book_of

MARK = Path(storefront.__file__).parent / "static" / "icon.svg"


def volume_of(title: str = "Emma", author: str = "Jane Austen", year: str = "1815") -> pictures.Volume:
    book = book_of(title, author, year)
    svg = covers.draw(title, author, year, "Love", seed_text=title)
    return pictures.Volume(svg, book.title, book.lesser, book.author, book.year, "Kassa")


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("view", pictures.VIEWS)
def test_a_view_is_the_same_every_time_and_has_the_shape_of_a_cover(view):
    first = pictures.draw(volume_of(), view)
    pictures.draw.cache_clear()
    second = pictures.draw(volume_of(), view)

    assert first.size == (960, 1440)
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(
    ("title", "author", "year"),
    [
        ('#set page(fill: red); "\\', "*Bold* _and_ `code` #sys.inputs", "$1$"),
        (
            "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
            "W" * 90,
            "1" * 40,
        ),
        ("紅樓夢 Слово о полку", "曹雪芹", "1791"),
        ("word " * 60, "name " * 20, ""),
        ("", "x", ""),
        ("<svg/onload=alert(1)>", "&amp;", "<>"),
    ],
)
def test_words_are_only_ever_words(title, author, year):
    volume = volume_of(title, author, year)

    assert all(pictures.draw(volume, view).size == (960, 1440) for view in pictures.VIEWS)
    assert opened(pictures.card(volume, press="Kassa")).size == (1200, 630)


@pytest.mark.parametrize("kind", pictures.FORMATS)
@pytest.mark.parametrize("width", pictures.WIDTHS)
def test_a_picture_comes_in_a_few_widths_and_two_formats(width, kind):
    made = opened(pictures.encode(pictures.draw(volume_of(), "volume"), width, kind))

    assert (made.format, made.size) == (kind.upper(), (width, width * 3 // 2))


def test_another_book_another_press_and_another_word_have_another_version():
    volumes = [volume_of(), volume_of("Emma 2"), volume_of(year="1816"), volume_of(author="J. Austen")]

    assert len({pictures.version(volume) for volume in volumes}) == 4
    assert pictures.version(volume_of()) == pictures.version(volume_of())


def test_a_drawn_cover_is_lighter_as_a_drawing_and_a_volume_as_avif():
    """Why lists show SVG and galleries AVIF, as docs/adr/0011-typst.md has it."""
    volume = volume_of("Pride and Prejudice")
    cover, thing = pictures.draw(volume, "cover"), pictures.draw(volume, "volume")

    assert len(gzip.compress(volume.svg.encode())) * 3 < len(pictures.encode(cover, 320, "avif"))
    assert len(pictures.encode(thing, 640, "avif")) < len(pictures.encode(thing, 640, "webp"))


def test_a_link_to_the_shop_has_a_card_too():
    made = opened(pictures.card(None, press="Kassa", line="Books."))

    assert (made.format, made.size) == ("PNG", (1200, 630))


def test_the_mark_is_an_icon_of_any_size_and_a_favicon_of_three():
    assert opened(pictures.icon(MARK, 180)).size == (180, 180)
    assert opened(pictures.favicon(MARK)).info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_what_a_round_home_screen_cuts_off_of_a_maskable_icon_is_ground():
    """The safe zone is a circle of 80 % (W3C, Web Application Manifest)."""
    icon = opened(pictures.icon(MARK, 512, maskable=True)).convert("RGB")
    ground = icon.getpixel((0, 0))

    outside = [
        icon.getpixel((x, y))
        for x in range(0, 512, 4)
        for y in range(0, 512, 4)
        if (x - 256) ** 2 + (y - 256) ** 2 > 205**2
    ]

    assert {*outside} == {ground}
