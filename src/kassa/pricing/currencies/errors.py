"""What can be wrong with currencies."""

from kassa.kernel.errors import Invalid


class InvalidRates(Invalid):
    """Rates that can't be read, or are none."""

    code = "invalid_rates"


class InvalidPriceList(Invalid):
    """A price list that can't be made so."""

    code = "invalid_price_list"
