"""Stripe's search language: ``status:"succeeded" AND -metadata["order"]:"7"``, as conditions on the store.

A query is up to ten clauses joined by AND (or by a space) or by OR, never both. A clause is a field, an
operator and a value: ``:`` equals (whatever the case), ``~`` contains (three characters or more), ``<``,
``>``, ``<=``, ``>=`` compare numbers; a ``-`` before it turns it round; the value ``null`` stands for nothing
there. Unlike Stripe's, this search knows at once what was just written.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Literal

import msgspec

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import StripeError, invalid
from stripe_sandbox.lists import Filter, limit_of
from stripe_sandbox.work import Work, public

MAX_CLAUSES = 10
MIN_PART = 3

# text: equality and parts of it · token: equality only · number · flag: true or false
FieldKind = Literal["text", "token", "number", "flag"]

_METHOD = "payment_method_details"
# What can be searched for, by kind of object; metadata can be in all of them.
FIELDS: dict[str, dict[str, FieldKind]] = {
    "charge": {
        "amount": "number", "billing_details.address.postal_code": "token", "created": "number",
        "currency": "token", "customer": "token", "disputed": "flag", f"{_METHOD}.card.brand": "token",
        f"{_METHOD}.card.exp_month": "number", f"{_METHOD}.card.exp_year": "number",
        f"{_METHOD}.card.fingerprint": "token", f"{_METHOD}.card.last4": "token",
        f"{_METHOD}.sepa_debit.last4": "token", f"{_METHOD}.us_bank_account.last4": "token",
        "refunded": "flag", "status": "token",
    },
    "customer": {
        "created": "number", "email": "text", "name": "text", "phone": "text",
    },
    "payment_intent": {
        "amount": "number", "created": "number", "currency": "token", "customer": "token",
        "status": "token",
    },
    "price": {
        "active": "flag", "currency": "token", "lookup_key": "token", "product": "token", "type": "token",
    },
    "product": {
        "active": "flag", "description": "text", "name": "text", "shippable": "flag", "url": "text",
    },
}  # fmt: skip

_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_CLAUSE = re.compile(
    rf"(?P<negated>-)?(?P<field>[A-Za-z_][\w.]*)(?:\[(?P<key>{_QUOTED})\])?\s*"
    rf"(?P<operator>[<>]=?|[:~])\s*(?P<value>{_QUOTED}|-?\d+|null|true|false)(?=\s|$)"
)
_JOIN = re.compile(r"\s+(?:(?P<word>AND|OR)\s+)?", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a query. `key` is that of a `metadata` clause; `value` None is ``null``."""

    field: str
    key: str | None
    operator: str
    value: str | None
    negated: bool


def search(work: Work, kind: str, url: str, params: Obj) -> Obj:
    """One page of what a query finds among the objects of `kind`, newest first, as Stripe's search result.

    Raises:
        StripeError: 400 for a query that cannot be read or asks for what cannot be searched, a limit outside
            1-100, or a `page` that no earlier answer to this query gave.
    """
    limit = limit_of(params)
    clauses, joined_by = parse(params["query"])
    found = [_condition(kind, clause) for clause in clauses]
    conditions = f" {joined_by} ".join(one.sql for one in found)
    values = [value for one in found for value in one.values]
    before = _place(params) if "page" in params else None
    # Every condition is a fixed text with the name of a known field; values are bound.
    rows = work.box.store.rows(
        "SELECT seq, body FROM objects WHERE type = ? AND json_extract(body, '$.deleted') IS NULL"  # noqa: S608
        f" AND (? IS NULL OR seq < ?) AND ({conditions}) ORDER BY seq DESC LIMIT ?",
        (kind, before, before, *values, limit + 1),
    )
    more = len(rows) > limit
    return {
        "object": "search_result",
        "data": [public(msgspec.json.decode(row[1])) for row in rows[:limit]],
        "has_more": more,
        "next_page": _cursor(params["query"], rows[limit - 1][0]) if more else None,
        "url": url,
    }


def parse(query: str) -> tuple[list[Clause], str]:
    """The clauses of a query and what joins them, ``AND`` or ``OR``; 400 if it cannot be read."""
    clauses: list[Clause] = []
    words: set[str] = set()
    text, at = query.strip(), 0
    while True:
        match = _CLAUSE.match(text, at)
        if match is None:
            raise _unreadable(text[at:])
        clauses.append(_read(match))
        at = match.end()
        if at == len(text):
            break
        join = _JOIN.match(text, at)
        if join is None:
            raise _unreadable(text[at:])
        words.add((join["word"] or "AND").upper())
        at = join.end()
    if len(words) > 1:
        raise invalid("You cannot combine AND and OR in one search query.", "query")
    if len(clauses) > MAX_CLAUSES:
        raise invalid(f"A search query can have up to {MAX_CLAUSES} clauses.", "query")
    return clauses, words.pop() if words else "AND"


def _read(match: re.Match[str]) -> Clause:
    value: str | None = match["value"]
    if value == "null":
        value = None
    return Clause(
        match["field"],
        _unquoted(match["key"]) if match["key"] else None,
        match["operator"],
        _unquoted(value) if value else value,
        match["negated"] is not None,
    )


def _unquoted(text: str) -> str:
    return _ESCAPED.sub(r"\1", text[1:-1]) if text[0] in "\"'" else text


def _condition(kind: str, clause: Clause) -> Filter:
    if clause.field == "metadata" and clause.key is not None:
        # Compared as text: a key may hold any character, so it is no part of a path.
        place = "(SELECT value FROM json_each(body, '$.metadata') WHERE key = ?)"
        found = _compare(clause, "token", place, (clause.key,))
    else:
        field_kind = FIELDS[kind].get(clause.field)
        if field_kind is None or clause.key is not None:
            raise _unsupported(kind, clause.field)
        found = _compare(clause, field_kind, f"json_extract(body, '$.{clause.field}')", ())
    return Filter(f"({found.sql}) IS NOT TRUE", found.values) if clause.negated else found


def _compare(clause: Clause, kind: FieldKind, place: str, at: tuple[str, ...]) -> Filter:
    operator, value = clause.operator, clause.value
    if value is None:
        if operator != ":":
            raise invalid("`null` can only be searched for with the operator `:`.", "query")
        return Filter(f"{place} IS NULL", at)
    if kind == "number":
        if operator == "~":
            raise _wrong_operator(clause)
        return Filter(
            f"{place} {'=' if operator == ':' else operator} ?", (*at, _number(clause.field, value))
        )
    if operator == "~":
        return _contains(clause, kind, place, at, value)
    if operator != ":":
        raise _wrong_operator(clause)
    if kind == "flag":
        if value.lower() not in ("true", "false"):
            raise invalid(f"The value of `{clause.field}` must be true or false.", "query")
        return Filter(f"{place} = ?", (*at, int(value.lower() == "true")))
    return Filter(f"lower({place}) = lower(?)", (*at, value))


def _contains(clause: Clause, kind: FieldKind, place: str, at: tuple[str, ...], value: str) -> Filter:
    if kind != "text" and clause.key is None:
        raise _wrong_operator(clause)
    if len(value) < MIN_PART:
        raise invalid(f"A part to be searched for has at least {MIN_PART} characters.", "query")
    return Filter(f"instr(lower({place}), lower(?)) > 0", (*at, value))


def _number(field: str, value: str) -> int:
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        raise invalid(f"The value of `{field}` must be an integer.", "query")
    return int(value)


def _cursor(query: str, place: int) -> str:
    return base64.urlsafe_b64encode(f"{_mark(query)}:{place}".encode()).decode().rstrip("=")


def _place(params: Obj) -> int:
    text = params["page"]
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        plain = ""
    mark, _, place = plain.partition(":")
    if mark != _mark(params["query"]) or not place.isdecimal():
        raise invalid("This page is none of an earlier answer to the same query.", "page")
    return int(place)


def _mark(query: str) -> str:
    return hashlib.sha256(query.encode()).hexdigest()[:12]


def _unreadable(rest: str) -> StripeError:
    return invalid(
        f"The search query cannot be read from here: {rest[:60]!r}. A clause is a field, an operator and a "
        'value, such as status:"succeeded".',
        "query",
    )


def _unsupported(kind: str, field: str) -> StripeError:
    known = ", ".join([*FIELDS[kind], 'metadata["key"]'])
    return invalid(f"`{field}` is not a search field of a {kind}. Search for: {known}.", "query")


def _wrong_operator(clause: Clause) -> StripeError:
    return invalid(f"`{clause.field}` cannot be searched with the operator `{clause.operator}`.", "query")
