"""What can be refused about a discount."""

from kassa.kernel.errors import Conflict, Invalid, NotFound


class UnknownDiscount(NotFound):
    """No discount has this code."""

    code = "discount_unknown"


class InvalidDiscount(Invalid):
    """The discount is not valid; `errors` names each member."""

    code = "invalid_discount"


class UsedUp(Conflict):
    """The last use of a discount has just gone to somebody else; nothing was placed."""

    code = "discount_used_up"


class LimitBelowUsed(Conflict):
    """Fewer uses would be allowed than there are; `used` says how many there are."""

    code = "discount_limit_below_used"


class TooManyAutomatic(Conflict):
    """More discounts without a code than are looked at for a cart."""

    code = "too_many_automatic_discounts"
