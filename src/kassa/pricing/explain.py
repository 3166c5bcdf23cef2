"""How each cent of a quote came about, told in steps that people can follow. Pure.

The steps are made of the quote alone, by adding up what it kept: what does not add up is said (`agrees`), not hidden.
Texts are in the language spoken now. Exact values are fractions of a minor unit, as text ("123/7").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final
from uuid import UUID

from babel.numbers import format_decimal, get_decimal_symbol

from kassa.kernel.money import exponent, show
from kassa.kernel.speech import N_, _, locale
from kassa.pricing.limits import step
from kassa.pricing.quote import PricedLine, Quote, Share, TaxLine
from kassa.pricing.rounding import Rounding, points
from kassa.pricing.taxes import said

#: How many more decimals than the currency has are shown of what is rounded.
_MORE: Final = 4
_RULES: Final[Mapping[str, str]] = {
    Rounding.LINE: N_("Tax is worked out for each line and rounded there; the tax of the order is the sum."),
    Rounding.SUM_BY_NET: N_(
        "The net amounts of one rate are added up and their tax is rounded once. A line may change by the smallest "
        "coin, so that the sum is right."
    ),
    Rounding.SUM_BY_NET_KEEP_GROSS: N_(
        "Tax is worked out on the sum of one rate and rounded once. Prices stay as they are; what is left over goes to "
        "the lines that rounding took most from."
    ),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One amount on the way to the total, in minor units; negative where something is taken off.

    `kind`: price, discount, rounding, shipping, tax, subtotal or total. `exact` is what it would be without rounding,
    empty where nothing was rounded; `note` says so in words, and where what was left over went.
    """

    kind: str
    label: str
    amount: int
    exact: str = ""
    note: str = ""

    @property
    def leftover(self) -> str:
        """What rounding gave (positive) or took: a fraction of a minor unit."""
        return str(self.amount - Fraction(self.exact)) if self.exact else "0"


@dataclass(frozen=True, slots=True)
class Account:
    """A line, or shipping: `steps` add up to `total`; `tax` is in it, or on top of it. `sku` is empty for shipping."""

    title: str
    sku: str
    steps: tuple[Step, ...]
    total: int
    tax: Step | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A whole quote. The `totals` add up to `total`; `taxes` are the sums by rate.

    `agrees`: every sum was worked out anew and is what the order says.
    """

    currency: str
    total: int
    tax_included: bool
    rule: str
    rule_text: str
    lines: tuple[Account, ...]
    shipping: Account
    totals: tuple[Step, ...]
    taxes: tuple[Step, ...]
    agrees: bool


def explain(quote: Quote, *, total: int | None = None) -> Explanation:
    """The steps to the total of `quote`; `total`: what the order of it says, if there is one."""
    rule = _rule(quote)
    lines = tuple(_line(line, quote, rule) for line in quote.lines)
    shipping = _shipping(quote, rule)
    totals, words = _totals(quote), _(_RULES[rule])
    if quote.tax_provider != "table":
        words = _(
            "Stripe Tax worked out the tax of each line and rounded it there; the tax of the order is the sum."
        )
    taxes = tuple(_taxes(quote, tax, rule) for tax in quote.tax_lines)
    found = Explanation(
        quote.currency, quote.total, quote.tax_included, rule, words, lines, shipping, totals, taxes,
        agrees=False,
    )  # fmt: skip
    agrees = _adds_up(found, quote) and total in (None, quote.total)
    return Explanation(
        quote.currency, quote.total, quote.tax_included, rule, words, lines, shipping, totals, taxes,
        agrees=agrees,
    )  # fmt: skip


def _rule(quote: Quote) -> Rounding:
    if quote.tax_provider != "table":
        return Rounding.LINE  # whoever else works taxes out does so line by line
    rule = Rounding(quote.tax_rounding)
    # What the quote does where a price that moves by one could not be charged.
    moves = rule is Rounding.SUM_BY_NET and step(quote.currency) > 1
    return Rounding.SUM_BY_NET_KEEP_GROSS if moves else rule


def _line(line: PricedLine, quote: Quote, rule: Rounding) -> Account:
    price = Step("price", f"{line.quantity} × {show(line.unit, quote.currency)}", line.quantity * line.unit)
    steps = [price, *(_share(share, quote) for share in line.shares)]
    if line.rounding:
        note = _("so that the tax on the sum is right")
        steps.append(Step("rounding", _("Rounding"), line.rounding, note=note))
    tax = _tax(line.tax_label, line.tax, line.exact_tax, quote, rule) if line.tax_label else None
    return Account(line.title, line.sku, tuple(steps), line.total, tax)


def _share(share: Share, quote: Quote) -> Step:
    """What a discount takes from a line, and how that was rounded."""
    exact, currency = Fraction(share.exact), quote.currency
    parts = [one for line in quote.lines for one in line.shares if one.discount_id == share.discount_id]
    whole = sum(part.amount for part in parts)
    shared = len(parts) > 1 and sum(Fraction(part.exact) for part in parts) == whole
    return Step(
        "discount", share.title, -share.amount, str(-exact),
        _shared(exact, share.amount, whole, currency) if shared else _rounded(exact, share.amount, currency),
    )  # fmt: skip


def _shipping(quote: Quote, rule: Rounding) -> Account:
    way = next((way for way in quote.methods if way.code == quote.shipping_method), None)
    price = way.amount.amount if way is not None else quote.shipping
    steps = [Step("price", _(way.label) if way is not None else _("Shipping"), price)]
    left = quote.shipping - price
    for used in quote.used:
        spared = used.amount - _from_lines(quote, used.id)
        if spared:
            steps.append(Step("discount", used.title, -spared))
            left += spared
    if left:
        steps.append(Step("rounding", _("Rounding"), left, note=_("so that the tax on the sum is right")))
    label = _shipping_label(quote)
    tax = _tax(label, quote.shipping_tax, quote.exact_shipping_tax, quote, rule) if label else None
    return Account(_("Shipping"), "", tuple(steps), quote.shipping, tax)


def _shipping_label(quote: Quote) -> str:
    """The rate of shipping; empty where nothing is due."""
    return quote.shipping_tax_label if Fraction(quote.exact_shipping_tax) else ""


def _named(label: str, quote: Quote) -> str:
    """What a rate is called in the language spoken."""
    known = next((tax for tax in quote.tax_lines if tax.label == label), None)
    return said(known.kind, known.label, known.basis_points, known.place) if known is not None else label


def _tax(label: str, amount: int, exact_tax: str, quote: Quote, rule: Rounding) -> Step:
    exact = Fraction(exact_tax)
    if rule is Rounding.LINE:
        note = _rounded(exact, amount, quote.currency)
    elif rule is Rounding.SUM_BY_NET and quote.tax_included:
        note = (
            "" if exact == amount else _("exactly %(exact)s by itself", exact=exactly(exact, quote.currency))
        )
    else:
        whole = next((tax.tax for tax in quote.tax_lines if tax.label == label), amount)
        note = _shared(exact, amount, whole, quote.currency)
    return Step("tax", _named(label, quote), amount, str(exact), note)


def _taxes(quote: Quote, tax: TaxLine, rule: Rounding) -> Step:
    """The tax of one rate, on what, and where it was rounded."""
    base = _("on %(base)s net", base=show(tax.base, quote.currency))
    if rule is Rounding.LINE:
        parts = [Fraction(line.exact_tax) for line in quote.lines if line.tax_label == tax.label]
        own = _shipping_label(quote) == tax.label
        exact = sum(parts, Fraction(quote.exact_shipping_tax) if own else Fraction(0))
        return Step("tax", _named(tax.label, quote), tax.tax, str(exact), base)
    gross = rule is Rounding.SUM_BY_NET_KEEP_GROSS and quote.tax_included
    rate = points(tax.basis_points)
    of, by = (tax.base + tax.tax, 10_000 + rate) if gross else (tax.base, Fraction(10_000))
    exact = of * rate / by
    once = _rounded(exact, tax.tax, quote.currency)
    return Step("tax", _named(tax.label, quote), tax.tax, str(exact), f"{base}; {once}" if once else base)


def _totals(quote: Quote) -> tuple[Step, ...]:
    steps = [Step("subtotal", _("Books"), quote.subtotal)]
    for used in quote.used:
        taken = _from_lines(quote, used.id)
        if taken:
            steps.append(Step("discount", used.title, -taken))
    if quote.rounding:
        steps.append(Step("rounding", _("Rounding"), quote.rounding))
    steps.append(Step("shipping", _("Shipping"), quote.shipping))
    if not quote.tax_included:
        steps += [Step("tax", _named(tax.label, quote), tax.tax) for tax in quote.tax_lines if tax.tax]
    return (*steps, Step("total", _("Total"), quote.total))


def _from_lines(quote: Quote, discount_id: UUID) -> int:
    return sum(
        share.amount for line in quote.lines for share in line.shares if share.discount_id == discount_id
    )


def _adds_up(found: Explanation, quote: Quote) -> bool:
    """Whether everything that is said to be a sum is one."""
    *parts, whole = found.totals
    accounts = (*found.lines, found.shipping)
    taxes = [account.tax.amount for account in accounts if account.tax is not None]
    on_top = 0 if quote.tax_included else quote.tax
    return (
        all(_sum(account.steps) == account.total for account in accounts)
        and _sum(parts) == whole.amount == sum(account.total for account in accounts) + on_top
        and sum(taxes) == quote.tax == _sum(found.taxes)
    )


def _sum(steps: Sequence[Step]) -> int:
    return sum(one.amount for one in steps)


def _rounded(exact: Fraction, amount: int, currency: str) -> str:
    """That an amount was rounded by itself; nothing if it was not."""
    if exact == amount:
        return ""
    text = (
        _("exactly %(exact)s, rounded up")
        if abs(amount) > abs(exact)
        else _("exactly %(exact)s, rounded down")
    )
    return text % {"exact": exactly(exact, currency)}


def _shared(exact: Fraction, amount: int, whole: int, currency: str) -> str:
    """That an amount is a share of a greater one, and whether it got what was left over."""
    if exact == amount:
        return "" if amount == whole else _("its share of %(whole)s", whole=show(whole, currency))
    text = (
        _("its share of %(whole)s is exactly %(exact)s; what was left over went here")
        if amount > exact
        else _("its share of %(whole)s is exactly %(exact)s, rounded down")
    )
    return text % {"whole": show(whole, currency), "exact": exactly(exact, currency)}


def exactly(value: Fraction, currency: str) -> str:
    """A fraction of minor units as a number in major ones; an ellipsis where it has no end, or none in sight."""
    digits = exponent(currency) + _MORE
    scaled = abs(value) * 10**_MORE
    shown, more = int(scaled), "…" if scaled.denominator != 1 else ""
    text = format_decimal(shown // 10**digits, locale=locale())
    rest = f"{shown % 10**digits:0{digits}d}"
    rest = rest if more else rest.rstrip("0")
    if not rest and not more:
        return str(text)
    return f"{text}{get_decimal_symbol(locale())}{rest}{more}"
