"""A form counts only if it was sent from our own page: it carries the token of its session."""

import hmac
from typing import Final

from kassa.kernel.errors import Forbidden

#: The cookie that carries a browser's session; the storefront, the admin and the API read the same.
SESSION_COOKIE: Final = "kassa_session"
_LIMIT: Final = 200


class BadCsrf(Forbidden):
    """The request carries a session but not its token: it may come from somebody else's page."""

    code = "csrf_failed"
    title = "The form has expired"


def check_csrf(given: str | None, expected: str) -> None:
    """Compare in constant time the token that came (form field `csrf_token` or header `X-CSRF-Token`) with
    the session's.

    Raises:
        BadCsrf: it is missing or another; nothing may happen.
    """
    if not given or len(given) > _LIMIT or not hmac.compare_digest(given.encode(), expected.encode()):
        raise BadCsrf("The form was open for too long, or was not ours. Please load the page again.")
