"""What can be refused at the till."""

from kassa.kernel.errors import Conflict, Invalid, NotFound


class UnknownSku(Invalid):
    """A SKU that is not for sale here; `errors` names the line."""

    code = "unknown_sku"


class NothingToBuy(Invalid):
    """An order without lines."""

    code = "empty_order"


class QuoteChanged(Conflict):
    """The total is no longer the one that was shown; nothing was placed."""

    code = "total_changed"


class OrderTaken(Conflict):
    """There is an order of this id already, and it is not this one."""

    code = "order_id_taken"


class BuyNowNotFound(NotFound):
    """There is no such purchase, or it is somebody else's."""

    code = "buy_now_not_found"


class NotOffered(Invalid):
    """What it costs there depends on more than the country: such places are for the checkout."""

    code = "buy_now_not_offered"


class BuyNowOver(Conflict):
    """It is over or paid already, so there is no page to pay it at."""

    code = "buy_now_over"
