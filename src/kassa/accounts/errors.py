"""What can be refused about accounts."""

from kassa.kernel.errors import Conflict, Invalid, NotFound, Unauthenticated


class BadLogin(Unauthenticated):
    """E-mail and password do not belong together; which of the two is wrong is not said."""

    code = "bad_login"


class InviteInvalid(NotFound):
    """The set-password link was used, has run out, or never was one."""

    code = "invite_invalid"


class StaffExists(Conflict):
    """Somebody with this e-mail has an account and a password already."""

    code = "staff_exists"


class WeakPassword(Invalid):
    """Too short, or longer than anybody types."""

    code = "weak_password"


class InvalidEmail(Invalid):
    """Not an e-mail address."""

    code = "invalid_email"


class UnknownScope(Invalid):
    """Not a scope or a role that exists."""

    code = "unknown_scope"


class CustomerNotFound(NotFound):
    """There is no such account, or it was deleted."""

    code = "customer_not_found"
