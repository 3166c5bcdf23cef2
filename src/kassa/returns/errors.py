"""What can be refused about a return."""

from kassa.kernel.errors import Conflict, Invalid, NotFound


class ReturnNotFound(NotFound):
    """There is no such return, or it is of another order."""

    code = "return_not_found"


class InvalidReturn(Invalid):
    """No lines, a line that is not the order's, no reason, or too many words; `errors` names it."""

    code = "invalid_return"


class AnswerMissing(Invalid):
    """Whoever refuses a return says why."""

    code = "answer_missing"


class NothingToReturn(Conflict):
    """Nothing of the order was sent, or all of it is on its way back or paid back."""

    code = "nothing_to_return"


class TooMany(Conflict):
    """More units than were sent and not asked back yet; `items` lists `{line_id, requested, left}`."""

    code = "more_than_was_sent"


class InvalidStep(Conflict):
    """The return's state has no place for this; nothing changed."""

    code = "invalid_return_step"
