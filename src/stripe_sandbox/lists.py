"""Lists: newest first, pages by cursor, filters."""

from dataclasses import dataclass
from typing import Any

import msgspec

from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import exclusive, invalid
from stripe_sandbox.work import LABELS, Work, public

# Filters that have a column; every other filter is a field of the object.
_COLUMNS = ("customer", "payment_intent", "charge")
_RANGE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_PAGING = ("limit", "starting_after", "ending_before", "expand")


@dataclass(frozen=True, slots=True)
class Filter:
    """An SQL condition with its values."""

    sql: str
    values: tuple[Any, ...]


def page(work: Work, kind: str, url: str, params: Obj, extra: tuple[Filter, ...] = ()) -> Obj:
    """One page of the objects of `kind`, as Stripe's list object.

    Raises:
        StripeError: 400 for a limit outside 1-100, both cursors at once, or a cursor that is no such object.
    """
    conditions = [Filter("type = ?", (kind,)), Filter("json_extract(body, '$.deleted') IS NULL", ()), *extra]
    conditions += [_filter(name, value) for name, value in params.items() if name not in _PAGING]
    limit = limit_of(params)
    backwards = "ending_before" in params
    if backwards and "starting_after" in params:
        raise exclusive("starting_after", "ending_before")
    for name, sign in (("starting_after", "<"), ("ending_before", ">")):
        if name in params:
            conditions.append(Filter(f"seq {sign} ?", (_place(work, kind, params[name], name),)))
    # Every condition is a fixed text or a field of the API description; values are bound.
    where = " AND ".join(one.sql for one in conditions)
    order = "ASC" if backwards else "DESC"
    rows = work.box.store.rows(
        f"SELECT body FROM objects WHERE {where} ORDER BY seq {order} LIMIT ?",  # noqa: S608
        (*(value for one in conditions for value in one.values), limit + 1),
    )
    data = [public(msgspec.json.decode(row[0])) for row in rows[:limit]]
    if backwards:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(rows) > limit, "url": url}


def slice_page(items: list[Obj], url: str, params: Obj) -> Obj:
    """One page of a list that belongs to one object, in the order given."""
    limit = limit_of(params)
    start, end = 0, len(items)
    ids = [item["id"] for item in items]
    for name in ("starting_after", "ending_before"):
        if name in params and params[name] not in ids:
            raise invalid(f"No such item: '{params[name]}'", name, "resource_missing")
    if "starting_after" in params:
        start = ids.index(params["starting_after"]) + 1
    if "ending_before" in params:
        end = ids.index(params["ending_before"])
        start = max(start, end - limit)
    taken = items[start:end][:limit]
    more = start > 0 if "ending_before" in params else start + limit < end
    return {"object": "list", "data": taken, "has_more": more, "url": url}


def limit_of(params: Obj) -> int:
    """The page size asked for, 10 by default."""
    limit: int = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid(
            "This value must be between 1 and 100 (inclusive).", "limit", "parameter_invalid_integer"
        )
    return limit


def _place(work: Work, kind: str, id: str, param: str) -> int:
    row = work.box.store.row("SELECT seq FROM objects WHERE id = ? AND type = ?", (id, kind))
    if row is None:
        raise invalid(f"No such {LABELS.get(kind, kind)}: '{id}'", param, "resource_missing")
    return int(row[0])


def _filter(name: str, value: Any) -> Filter:
    if name == "created":
        return _created(value)
    if name in _COLUMNS:
        return Filter(f"{name} = ?", (value,))
    if isinstance(value, bool):
        return Filter(f"json_extract(body, '$.{name}') = ?", (int(value),))
    if isinstance(value, list):
        marks = ", ".join("?" * len(value))
        return Filter(f"json_extract(body, '$.{name}') IN ({marks})", tuple(value))
    if isinstance(value, dict):
        raise invalid(f"Filtering by `{name}` is not modelled by this sandbox yet.", name)
    return Filter(f"json_extract(body, '$.{name}') = ?", (value,))


def _created(value: Any) -> Filter:
    if not isinstance(value, dict):
        return Filter("created = ?", (value,))
    return Filter(" AND ".join(f"created {_RANGE[name]} ?" for name in value) or "1", tuple(value.values()))
