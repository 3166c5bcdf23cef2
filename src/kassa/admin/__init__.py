"""The operator's desk: log in, see every order with its money and its past, give dead jobs another try.

No tables. Invariants: without a living staff session every page leads to the login and shows nothing; whatever
changes something is a POST that carries the session's CSRF token; the development mailbox does not exist in
production.
"""

from kassa.admin.routes import route_handlers

__all__ = ["route_handlers"]
