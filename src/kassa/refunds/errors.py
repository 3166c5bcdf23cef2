"""What can be refused about a refund; nothing was sent then."""

from kassa.kernel.errors import Conflict, Invalid


class RefundTooLarge(Conflict):
    """More than is left of what the order was paid with; `left` says how much that is, in minor units."""

    code = "refund_too_large"


class NothingToRefund(Conflict):
    """The order never received money that it had a use for."""

    code = "nothing_to_refund"


class AlreadyRestocked(Conflict):
    """These goods are on the shelf again already: refund them without restocking."""

    code = "already_restocked"


class InvalidRefund(Invalid):
    """A line that is not the order's, or is named twice; or an amount of nothing. `errors` names it."""

    code = "invalid_refund"
