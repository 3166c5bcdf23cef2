"""The choices a product offers: which options there are, where each leads, what is chosen now.

The variants that differ in the last option only stand as rows of one form, with price and stock. Every other
option is a row of links, each to the nearest variant that has this value, so a page needs no script to choose by.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kassa import catalog


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an option and the variant it leads to; `available` if it can be bought with what else is chosen."""

    label: str
    sku: str
    chosen: bool
    available: bool


@dataclass(frozen=True, slots=True)
class Editions:
    """`options` lead to other rows; `rows` are what is left to choose from, under `label`; one of them is `chosen`,
    unless none of them can be bought."""

    options: Sequence[tuple[str, Sequence[Value]]]
    label: str
    rows: Sequence[catalog.ProductVariant]
    chosen: catalog.ProductVariant | None


def editions(product: catalog.Product, sku: str = "") -> Editions:
    """The choices, with the variant of this SKU chosen; if it can't be bought, one beside it; if unknown, the first."""
    variants = product.variants
    if not variants:
        return Editions((), "", (), None)
    asked = next((each for each in variants if each.sku == sku), None)
    here = asked or next((each for each in variants if buyable(each)), variants[0])
    names = list(product.options)
    leading = names[:-1] if _tell_apart(variants, names) else []
    rows = [each for each in variants if all(_value(each, name) == _value(here, name) for name in leading)]
    chosen = here if buyable(here) else next((each for each in rows if buyable(each)), None)
    return Editions(
        options=[(name, _values(variants, here, leading, name)) for name in leading],
        label=names[-1] if leading else ", ".join(names) or "",
        rows=rows,
        chosen=chosen,
    )


def buyable(variant: catalog.ProductVariant) -> bool:
    """Whether it has a price in the currency asked for, and is there."""
    return variant.price_minor is not None and variant.available > 0


def _tell_apart(variants: Sequence[catalog.ProductVariant], names: Sequence[str]) -> bool:
    """Whether the options alone tell every variant from every other."""
    return len({tuple(_value(each, name) for name in names) for each in variants}) == len(variants)


def _values(
    variants: Sequence[catalog.ProductVariant], here: catalog.ProductVariant, names: Sequence[str], name: str
) -> list[Value]:
    found = []
    for label in dict.fromkeys(_value(each, name) for each in variants):
        having = [each for each in variants if _value(each, name) == label]

        def near(each: catalog.ProductVariant) -> tuple[int, bool, bool]:
            alike = sum(_value(each, other) == _value(here, other) for other in names)
            return alike, buyable(each), each.options == {**here.options, name: _value(each, name)}

        best = max(having, key=near)
        alike = near(best)[0]
        there = any(buyable(each) for each in having if near(each)[0] == alike)
        found.append(Value(label, best.sku, label == _value(here, name), there))
    return found


def _value(variant: catalog.ProductVariant, name: str) -> str:
    return variant.options.get(name, "")
