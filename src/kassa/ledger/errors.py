"""What can be wrong with an entry: only ever our own mistake, so no kind that a customer could meet."""


class Unbalanced(ValueError):
    """The lines of an entry do not sum to zero; nothing was written."""
