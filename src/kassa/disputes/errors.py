"""What can be refused about a dispute."""

from kassa.kernel.errors import Conflict, Invalid, NotFound


class DisputeNotFound(NotFound):
    """There is no such dispute."""

    code = "dispute_not_found"


class FileNotFound(NotFound):
    """The dispute has no such file."""

    code = "dispute_file_not_found"


class NotAnswerable(Conflict):
    """The evidence was submitted, or the dispute is over: nothing can be added any more."""

    code = "dispute_not_answerable"


class NoEvidence(Conflict):
    """There is nothing to submit yet."""

    code = "no_evidence"


class InvalidEvidence(Invalid):
    """A field that does not exist, too much text, or a file of another type or size than banks take."""

    code = "invalid_evidence"
