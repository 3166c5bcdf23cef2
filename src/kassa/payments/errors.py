"""What can be refused about a payment."""

from kassa.kernel.errors import Conflict, NotFound


class PaymentNotFound(NotFound):
    """There is no such payment, or it is somebody else's."""

    code = "payment_not_found"


class NotPayable(Conflict):
    """The order is not waiting for money: paid already, or over."""

    code = "order_not_payable"


class StillProcessing(Conflict):
    """The bank has not decided yet, and the payment can't be taken back before it has."""

    code = "payment_processing"


class NothingToCapture(Conflict):
    """No authorisation of this order can be collected: there is none, or it has lapsed."""

    code = "nothing_to_capture"
