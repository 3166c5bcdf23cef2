"""What can be refused about a parcel."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from kassa.kernel.errors import Conflict, Invalid, NotFound


class FulfilmentNotFound(NotFound):
    """There is no such parcel."""

    code = "fulfilment_not_found"


class NothingToShip(Conflict):
    """Every unit of the order is in a parcel, or its money goes back."""

    code = "nothing_to_ship"


class TooMany(Conflict):
    """More units than are left to send; `items` lists `{line_id, requested, left}`; nothing changed."""

    code = "more_than_left"

    def __init__(self, detail: str, short: Sequence[tuple[UUID, int, int]]) -> None:
        items: list[dict[str, Any]] = [
            {"line_id": str(line_id), "requested": requested, "left": left}
            for line_id, requested, left in short
        ]
        super().__init__(detail, extra={"items": items})


class InvalidStep(Conflict):
    """The parcel's state has no place for this; nothing changed."""

    code = "invalid_fulfilment_step"


class AlreadySent(Conflict):
    """Something of the order has left the house: it can't be called off any more, only sent back."""

    code = "already_sent"


class NothingToCallOff(Conflict):
    """The order is not paid, or all of its money has gone back already."""

    code = "nothing_to_call_off"


class UnknownLine(Invalid):
    """The order has no such line; `errors` names it."""

    code = "unknown_line"
