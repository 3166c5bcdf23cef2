"""What can be refused about accounts."""

from kassa.kernel.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated


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


class LinkSpent(Conflict):
    """The link was used already, or has run out."""

    code = "link_spent"


class EmailTaken(Conflict):
    """Another account has this address."""

    code = "email_taken"


class TooManyTries(TooMany):
    """Guessed, or asked for mails, too often."""

    code = "too_many_tries"


class PasskeyRefused(Unauthenticated):
    """The passkey is not known here, or did not answer the challenge that was asked."""

    code = "passkey_refused"


class TooManyPasskeys(Conflict):
    """An account has at most twenty passkeys."""

    code = "too_many_passkeys"


class PasskeyNotFound(NotFound):
    """No such passkey in this account."""

    code = "passkey_not_found"


class SessionNotFound(NotFound):
    """No such session of this account."""

    code = "session_not_found"
