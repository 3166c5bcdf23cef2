"""What an invoice can refuse."""

from kassa.kernel.errors import NotFound


class NotInvoiced(NotFound):
    """There is no such paper: nothing was paid, or nothing went back."""

    code = "not_invoiced"
