"""What the taxes of a shop can refuse."""

from kassa.kernel.errors import Invalid, NotFound


class BadVatId(Invalid):
    """This is no VAT number: too short, of another country, or its check digits are wrong."""

    code = "bad_vat_id"


class BadRate(Invalid):
    """A rate, or a setting of taxes, that can't be: `errors` says which part of it."""

    code = "bad_tax_rate"


class RateNotFound(NotFound):
    """There is no such rate among the shop's own."""

    code = "tax_rate_not_found"
