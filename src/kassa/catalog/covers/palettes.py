"""Colours that go together, and which of them suit which subject."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Palette:
    """Five colours. Text is only ever set in `ink` on `ground`; the others are for shapes."""

    ground: str
    ink: str
    one: str
    two: str
    three: str

    @property
    def dark(self) -> bool:
        """Whether the ground is darker than the text."""
        return luminance(self.ground) < luminance(self.ink)

    @property
    def shapes(self) -> tuple[str, str, str]:
        """The colours that are free for drawing."""
        return self.one, self.two, self.three


PALETTES: Final = {
    "madder": Palette("#f4ead9", "#23201c", "#c5402c", "#1f4e5f", "#e0a83a"),
    "lagoon": Palette("#e9efe6", "#14302f", "#0f7173", "#f05d3e", "#e7c664"),
    "night": Palette("#101b33", "#f3e9d2", "#e9b44c", "#4f7cac", "#d1495b"),
    "pine": Palette("#16302b", "#f2efe0", "#e6a157", "#6b9a7a", "#d8c99b"),
    "plum": Palette("#2d1b36", "#f6e7dc", "#e26d5a", "#8d6b94", "#f2c078"),
    "brick": Palette("#b5341f", "#fff4e4", "#241a1a", "#f2b84b", "#f6e3c8"),
    "ochre": Palette("#e3a72f", "#1f1a14", "#b23a26", "#23455c", "#f7ecd6"),
    "sky": Palette("#bcd7e0", "#10263a", "#e4572e", "#17496b", "#f4e3b2"),
    "rose": Palette("#f1c9c0", "#3a1522", "#b02e4c", "#2d5d62", "#f7efe2"),
    "ink": Palette("#f7f4ee", "#141414", "#d23f2b", "#141414", "#b9b2a3"),
    "moss": Palette("#d9dcae", "#22301c", "#52733b", "#c8553d", "#f3eeda"),
    "cobalt": Palette("#1d3fa0", "#fdf3e1", "#f6c445", "#ef6f53", "#a9c4ee"),
    "teal": Palette("#0f5257", "#f6efdf", "#f2a65a", "#8fc1b5", "#d95d39"),
    "sand": Palette("#dfc9a6", "#2b1d14", "#8c2f1b", "#3f5a52", "#f5ead2"),
    "coal": Palette("#1b1b1d", "#f0ebe0", "#d8413a", "#8a8780", "#e8c26a"),
    "lilac": Palette("#d5cbe4", "#231a3d", "#5b3f8c", "#e8734a", "#f6efd9"),
    "mint": Palette("#cfe5d6", "#12352b", "#1f7a5c", "#ef7b5a", "#f6e6b4"),
    "wine": Palette("#5a1227", "#f8e9d8", "#e8a33d", "#c95d63", "#f1cfae"),
}

#: Palettes and designs that suit a subject. Designs may stand twice: they are then likelier.
SUITS: Final[dict[str, tuple[str, str]]] = {
    "love": ("rose wine plum madder lilac", "bloom label initial rings"),
    "family": ("sand moss madder sky rose", "bloom tiles initial label"),
    "society": ("ink cobalt ochre lilac mint", "swiss tiles label initial"),
    "comedy": ("ochre mint sky rose cobalt", "tiles label initial swiss"),
    "politics": ("brick ink coal ochre cobalt", "swiss rays initial tiles"),
    "war": ("brick coal ink sand", "rays swiss label ornament"),
    "the sea": ("lagoon teal cobalt sky", "waves waves rings chart"),
    "journeys": ("sand teal sky ochre cobalt", "hills hills rays chart waves"),
    "nature": ("moss pine mint teal", "bloom hills bloom rays"),
    "animals": ("moss mint ochre sand lagoon", "label tiles hills bloom"),
    "myth": ("night wine brick teal pine", "rays ornament rings chart"),
    "faith": ("night plum cobalt wine madder", "rays ornament rings chart"),
    "ethics": ("ink sand teal pine lagoon", "ornament swiss initial rays"),
    "the mind": ("lilac plum coal rose sky", "rings initial swiss rings"),
    "growing up": ("mint sky ochre lagoon", "bloom tiles hills swiss"),
    "crime": ("coal ink brick ochre", "swiss label rings initial"),
    "the uncanny": ("coal plum night wine", "hills rings initial ornament"),
    "the future": ("cobalt night lagoon lilac", "swiss rings tiles chart"),
    "the heavens": ("night cobalt teal", "chart chart rings"),
    "mathematics": ("ink sky lagoon madder", "tiles rings swiss"),
    "matter": ("teal ochre lagoon coal", "rings rays chart swiss"),
    "history": ("sand wine pine brick", "ornament label rays initial"),
    "art": ("rose cobalt lilac madder", "initial tiles bloom label"),
    "work": ("brick ochre ink moss", "swiss tiles rays hills"),
    "wonder": ("plum night mint rose sky", "label hills ornament bloom chart"),
}


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(first: str, second: str, share: float) -> str:
    """`first` with a share (0 to 1) of `second` in it."""
    pairs = ((int(first[at : at + 2], 16), int(second[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
