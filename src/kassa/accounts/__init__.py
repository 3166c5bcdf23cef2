"""Accounts: customers, staff, API keys and browser sessions.

Tables: `staff`, `staff_invites`, `api_keys`, `sessions`, and those of `kassa.accounts.customers`. Invariants: a
token, key or invite is stored only as its SHA-256 and shown only once, a password only as argon2id; an invite is
used once; a session never outlives its `expires_at`, and a login gives it a new token; somebody who is disabled
has no session and no login.
"""

from kassa.accounts.customers.devices import device
from kassa.accounts.customers.queries import Customer
from kassa.accounts.customers.signing_in import (
    claim_cart,
    customer,
    seen,
    set_stripe_ref,
    sign_in,
    sign_out,
)
from kassa.accounts.errors import (
    BadLogin,
    CustomerNotFound,
    InvalidEmail,
    InviteInvalid,
    StaffExists,
    UnknownScope,
    WeakPassword,
)
from kassa.accounts.keys import create_api_key, key_for
from kassa.accounts.queries import ApiKey, Session, Staff, staff_addresses
from kassa.accounts.sessions import (
    SHOPPER_LIFE,
    STAFF_LIFE,
    Flash,
    end_session,
    flash,
    open_session,
    remember_order,
    rotate,
    session,
    set_cart,
    set_currency,
    take_flash,
)
from kassa.accounts.staff import (
    MIN_PASSWORD,
    authenticate,
    create_staff,
    ensure_demo_staff,
    invited,
    set_password,
    sweep,
)

__all__ = [
    "MIN_PASSWORD",
    "SHOPPER_LIFE",
    "STAFF_LIFE",
    "ApiKey",
    "BadLogin",
    "Customer",
    "CustomerNotFound",
    "Flash",
    "InvalidEmail",
    "InviteInvalid",
    "Session",
    "Staff",
    "StaffExists",
    "UnknownScope",
    "WeakPassword",
    "authenticate",
    "claim_cart",
    "create_api_key",
    "create_staff",
    "customer",
    "device",
    "end_session",
    "ensure_demo_staff",
    "flash",
    "invited",
    "key_for",
    "open_session",
    "remember_order",
    "rotate",
    "seen",
    "session",
    "set_cart",
    "set_currency",
    "set_password",
    "set_stripe_ref",
    "sign_in",
    "sign_out",
    "staff_addresses",
    "sweep",
    "take_flash",
]
