"""Shapes as SVG, with numbers as short as they may be."""

from collections.abc import Iterable
from math import cos, radians, sin

Point = tuple[float, float]


def n(value: float) -> str:
    """A number with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def circle(x: float, y: float, r: float, fill: str) -> str:
    """A filled disc."""
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="{fill}"/>'


def ring(x: float, y: float, r: float, stroke: str, wide: float) -> str:
    """A circle's line."""
    return (
        f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="none" stroke="{stroke}" stroke-width="{n(wide)}"/>'
    )


def rect(x: float, y: float, wide: float, high: float, fill: str) -> str:
    """A filled rectangle."""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(wide)}" height="{n(high)}" fill="{fill}"/>'


def polygon(points: Iterable[Point], fill: str) -> str:
    """A filled polygon."""
    return f'<path d="M{"L".join(f"{n(x)} {n(y)}" for x, y in points)}Z" fill="{fill}"/>'


def path(data: str, fill: str) -> str:
    """A filled path."""
    return f'<path d="{data}" fill="{fill}"/>'


def stroke(data: str, colour: str, wide: float) -> str:
    """A path's line."""
    return f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{n(wide)}" stroke-linecap="round"/>'


def at(x: float, y: float, r: float, degrees: float) -> Point:
    """The point `r` away from (x, y); 0 degrees is up, and they grow clockwise."""
    return x + r * sin(radians(degrees)), y - r * cos(radians(degrees))


def window(x: float, y: float, wide: float, high: float, content: str) -> str:
    """`content`, cut off at a rectangle; its coordinates stay those of the cover."""
    box = f"{n(x)} {n(y)} {n(wide)} {n(high)}"
    return f'<svg x="{n(x)}" y="{n(y)}" width="{n(wide)}" height="{n(high)}" viewBox="{box}">{content}</svg>'


def smooth(points: list[Point]) -> str:
    """Path data of a soft line through `points` (Catmull-Rom)."""
    ends = [points[0], *points, points[-1]]
    parts = [f"M{n(points[0][0])} {n(points[0][1])}"]
    for before, start, end, after in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        parts.append("C" + " ".join(f"{n(x)} {n(y)}" for x, y in (first, second, end)))
    return "".join(parts)


def leaf(start: Point, end: Point, fat: float) -> str:
    """Path data of a leaf from stem to tip; `fat` is half its breadth as a share of its length."""
    across = ((end[1] - start[1]) * fat * 1.35, (start[0] - end[0]) * fat * 1.35)
    near = (start[0] + (end[0] - start[0]) * 0.35, start[1] + (end[1] - start[1]) * 0.35)
    far = (start[0] + (end[0] - start[0]) * 0.75, start[1] + (end[1] - start[1]) * 0.75)
    one = [
        (near[0] + across[0], near[1] + across[1]),
        (far[0] + across[0] * 0.7, far[1] + across[1] * 0.7),
        end,
    ]
    two = [
        (far[0] - across[0] * 0.7, far[1] - across[1] * 0.7),
        (near[0] - across[0], near[1] - across[1]),
        start,
    ]
    curve = "".join("C" + " ".join(f"{n(x)} {n(y)}" for x, y in side) for side in (one, two))
    return f"M{n(start[0])} {n(start[1])}{curve}Z"
