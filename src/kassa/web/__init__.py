"""What all edges share on HTTP, knowing no domain: errors as problems, request ids, security headers, body
limits, idempotency, CSRF, rate limits. Imports the kernel only.

Tables: `idempotency_keys`. Invariants: a key of a caller and route runs its request once; the first answer is
kept for 24 hours and given again; a failure that changed nothing is not kept, so the key may be used again.
"""

from kassa.web.bodies import BODY_LIMIT, read_json, read_query
from kassa.web.build import build
from kassa.web.csrf import SESSION_COOKIE, BadCsrf, check_csrf
from kassa.web.errors import STATUSES, Fault, RenderError, problem
from kassa.web.headers import content_security_policy, origin, request_id
from kassa.web.idempotency import Idempotency, keep, wish_of
from kassa.web.languages import prefix
from kassa.web.limits import RateLimit, client_of
from kassa.web.queries import sweep

__all__ = [
    "BODY_LIMIT",
    "SESSION_COOKIE",
    "STATUSES",
    "BadCsrf",
    "Fault",
    "Idempotency",
    "RateLimit",
    "RenderError",
    "build",
    "check_csrf",
    "client_of",
    "content_security_policy",
    "keep",
    "origin",
    "prefix",
    "problem",
    "read_json",
    "read_query",
    "request_id",
    "sweep",
    "wish_of",
]
