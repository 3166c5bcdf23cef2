"""Stripe Tax as a source: a question is put to it, and what it answers is written down by the question's key.

Where Stripe can't be reached, or can't say, the table's answer is written down in its stead for a short while, and says
so: no sale waits for a tax office.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

import msgspec
import structlog

from kassa.kernel.clock import Clock
from kassa.kernel.db import Conn, Database
from kassa.pricing.taxes.elsewhere import queries
from kassa.pricing.taxes.elsewhere.source import Elsewhere, Unanswered
from kassa.pricing.taxes.source import Answer, Answered, Asked, Question, TaxRate
from kassa.pricing.taxes.table import VOUCHER, number
from kassa.stripe import Calculation, Due, Gateway, Rejected, Taxable, TaxWish, Unreachable

PROVIDER: Final = "stripe"
#: What stands as the reference of an answer that the table gave in Stripe's stead.
INSTEAD: Final = "stripe:"
#: Nobody waits longer than this for a price.
PATIENCE: Final = timedelta(seconds=6)
#: The day stands in the question, so an answer is of use for a day; one of the table's own for less.
LIFE: Final = timedelta(days=1)
STAND_IN_LIFE: Final = timedelta(minutes=10)
#: Stripe's codes of kinds of goods; what is none of these is goods in general.
_CODES: Final[Mapping[str, str]] = {"books": "txcd_35010000", VOUCHER: "txcd_00000000"}
_GOODS: Final = "txcd_99999999"
_SHIPPING: Final = "txcd_92010001"

log = structlog.get_logger()


async def look_up(conn: Conn, source: Elsewhere, *, now: datetime) -> bool:
    """Give `source` the answer to the question it missed; whether there is one."""
    question = source.missing
    known = await queries.answer(conn, question.key, now=now) if question is not None else None
    if question is None or known is None:
        return False
    answered = _read(known)
    if answered.provider != PROVIDER:  # the table's own: it is asked again, and only who answers is kept
        own = source.table.answer(question)
        answered = Answer(own.lines, own.shipping, "table", answered.reference)
    source.answers[question.key] = answered
    return True


async def ask(db: Database, gateway: Gateway, missing: Unanswered, *, clock: Clock) -> None:
    """Put a question to Stripe and write the answer down; what can't be answered is left to the table."""
    question = missing.question
    wish = wished(question, missing.home)
    life = LIFE
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            made = await gateway.taxes.calculate(wish, key=f"tax-question:{question.key}")
        answer = _answer(question, made)
    except (Unreachable, TimeoutError):
        log.warning("Stripe Tax did not answer; the table does")
        answer, life = Answer((), None, "table", f"{INSTEAD}unreachable"), STAND_IN_LIFE
    except Rejected as error:
        log.info("Stripe Tax can't say; the table does", error=error.detail)
        reason = error.provider_code or "refused"
        answer, life = Answer((), None, "table", f"{INSTEAD}{reason}"), STAND_IN_LIFE
    now = clock.now()
    async with db.transaction() as tx:
        await queries.keep(
            tx,
            question.key,
            answer.reference,
            msgspec.to_builtins(wish),
            _kept(answer),
            now=now,
            expires_at=now + life,
        )


def wished(question: Question, home: str) -> TaxWish:
    """The question in Stripe's words."""
    owed = any(line.rate.reverse_charge for line in question.lines)
    address = {"country": question.country, "state": question.region, "postal_code": question.postal_code}
    sent = question.shipping if question.shipping is not None and question.shipping.amount else None
    return TaxWish(
        question.currency, {name: value for name, value in address.items() if value},
        tuple(_taxable(line, f"{index}:{line.reference}") for index, line in enumerate(question.lines)),
        _taxable(sent, "shipping", _SHIPPING) if sent is not None else None, home, owed,
    )  # fmt: skip


def _taxable(one: Asked, reference: str, code: str = "") -> Taxable:
    code = code or _CODES.get(one.tax_class, _GOODS)
    return Taxable(reference, one.amount, one.quantity, code, one.rate.included)


def _answer(question: Question, made: Calculation) -> Answer:
    pairs = zip(question.lines, made.lines, strict=True)
    lines = tuple(_answered(asked, due) for asked, due in pairs)
    shipping = None
    if question.shipping is not None:
        nothing = Answered(0, Fraction(0), question.shipping.rate)
        shipping = _answered(question.shipping, made.shipping) if made.shipping else nothing
    if any(one.tax % question.step for one in (*lines, shipping) if one and not one.rate.included):
        return Answer((), None, "table", f"{INSTEAD}uneven")  # what could not be charged
    return Answer(lines, shipping, PROVIDER, made.id)


def _answered(asked: Asked, due: Due) -> Answered:
    rated = due.percent / 100
    exact = asked.amount * rated / (1 + rated) if asked.rate.included else asked.amount * rated
    return Answered(due.amount, exact, _rate(asked.rate, due))


def _rate(table: TaxRate, due: Due) -> TaxRate:
    """The table's own name for it, where both mean the same."""
    points = number(float(due.percent * 100))
    if points == table.basis_points:
        return table
    if not points:
        return TaxRate(0, "No tax", table.included, kind="none")
    figure = f"{float(due.percent):.3f}".rstrip("0").rstrip(".")
    kind = {"VAT": "vat", "Sales Tax": "sales_tax"}.get(due.name, "")
    return TaxRate(points, f"{due.name} {figure} % ({due.place})", table.included, kind=kind, place=due.place)


def _kept(answer: Answer) -> Mapping[str, Any]:
    parts = [*answer.lines, *([answer.shipping] if answer.shipping else [])]
    return {
        "provider": answer.provider,
        "reference": answer.reference,
        "lines": len(answer.lines),
        "parts": [
            {"tax": one.tax, "exact": str(one.exact), "rate": msgspec.to_builtins(one.rate), "change": one.change}
            for one in parts
        ],
    }  # fmt: skip


def _read(kept: Mapping[str, Any]) -> Answer:
    parts: Sequence[Answered] = [
        Answered(one["tax"], Fraction(one["exact"]), msgspec.convert(one["rate"], TaxRate), one["change"])
        for one in kept["parts"]
    ]
    count = kept["lines"]
    shipping = parts[count] if len(parts) > count else None
    return Answer(tuple(parts[:count]), shipping, kept["provider"], kept["reference"])
