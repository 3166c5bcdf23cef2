"""What can be refused about a case."""

from kassa.kernel.errors import Conflict, Invalid, NotFound


class CaseNotFound(NotFound):
    """There is no such case."""

    code = "case_not_found"


class CaseResolved(Conflict):
    """Somebody else has resolved this case already; nothing changed."""

    code = "case_resolved"


class ResolutionMissing(Invalid):
    """A case is resolved with a note on what was done; `errors` names the member."""

    code = "resolution_missing"
