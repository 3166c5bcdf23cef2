"""Mails about accounts: links that let in, and word of what was changed. One mail per letter, by the letter's id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from kassa.config import Settings
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database, Tx
from kassa.notifications import queries, render
from kassa.notifications.service import post

#: Letters carry links, and nobody needs them when those are over.
_KEPT: Final = timedelta(days=7)
_SWEPT_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says. `path` is the page its button leads to; `{token}` and `{about}` are put in."""

    subject: str
    what: str
    button: str
    path: str
    note: str


_HALF_AN_HOUR: Final = "The link works once, for half an hour."
_A_DAY: Final = "The link works once, for a day."
_NOT_YOU: Final = "If you did not ask for this, do nothing: nothing happens without the link."
_ALARM: Final = "If this was not you, sign in and set a new password, and look at where you are signed in."

LETTERS: Final[Mapping[str, Words]] = {
    "verify": Words(
        "Confirm your e-mail address", "Open the link to confirm this address and finish your account.",
        "Confirm this address", "/verify/{token}", f"{_A_DAY} {_NOT_YOU}",
    ),
    "known": Words(
        "You have an account already",
        "Somebody, probably you, wanted to open an account with this address. It has one already: sign in with the "
        "link.", "Sign in", "/login/link/{token}", f"{_HALF_AN_HOUR} {_NOT_YOU}",
    ),
    "sign_in": Words(
        "Your link to sign in", "Open the link to sign in. No password is needed.", "Sign in", "/login/link/{token}",
        f"{_HALF_AN_HOUR} {_NOT_YOU}",
    ),
    "unknown": Words(
        "There is no account with this address",
        "Somebody, probably you, wanted to sign in with this address, but it has no account here. You may have used "
        "another address. Or open an account with this one:", "Open an account", "/verify/{token}",
        f"{_A_DAY} {_NOT_YOU}",
    ),
    "reset": Words(
        "Set a new password", "Open the link to choose a new password.", "Choose a password",
        "/password/reset/{token}", f"{_HALF_AN_HOUR} {_NOT_YOU} Your old password stays.",
    ),
    "email": Words(
        "Confirm your new e-mail address",
        "Open the link, where you are signed in, to use this address for your account from now on.",
        "Use this address", "/account/email/{token}", f"{_A_DAY} {_NOT_YOU}",
    ),
    "taken": Words(
        "This address has an account already",
        "Somebody, probably you, wanted to use this address for another account. It has an account of its own, so "
        "nothing was changed.", "Sign in to it", "/login", "If this was not you, there is nothing to do.",
    ),
    "email_changed": Words(
        "Your e-mail address was changed",
        "Your account has a new e-mail address: {about}. Nothing about the account goes to this one any more.",
        "See your account", "/account/security",
        "If this was not you, answer this mail at once, so that we can put it right.",
    ),
    "password_set": Words(
        "Your password was changed",
        "Your account has a new password. Everybody else who was signed in has been signed out.",
        "See your account", "/account/security", _ALARM,
    ),
    "password_removed": Words(
        "Your password was removed",
        "Your account has no password any more. You sign in with a link by mail, or with a passkey.",
        "See your account", "/account/security", _ALARM,
    ),
    "account_deleted": Words(
        "Your account is deleted",
        "Your account is deleted, as you asked: your addresses, saved cards, passkeys, wish list and alerts with it, "
        "and you are signed out everywhere. Your orders and invoices we keep for as long as the law asks, without the "
        "account.", "To the shop", "/",
        "If this was not you, answer this mail at once. The links in the mails about your orders still open them.",
    ),
    "passkey_added": Words(
        "A passkey was added", "Your account can now be opened with the passkey “{about}”.",
        "See your account", "/account/security", _ALARM,
    ),
    "passkey_removed": Words(
        "A passkey was removed", "The passkey “{about}” does not open your account any more.",
        "See your account", "/account/security", _ALARM,
    ),
}  # fmt: skip


async def build_account_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Write a letter, once, and have it sent.

    `args` are as accounts knew them: `mail_id`, `letter`, `email`, and what is put into it: `token`, `following`
    (a page of the shop to go to afterwards, or ""), `about`.
    """
    words = LETTERS[args["letter"]]
    page = settings.base_url + words.path.replace("{token}", args["token"])
    if args["following"]:
        page += f"?next={quote(args['following'], safe='/')}"
    what = words.what.replace("{about}", args["about"])
    letter = render.plain("account", words.subject, settings, words=words, what=what, page=page)
    kind = f"account:{args['letter']}"
    async with db.transaction() as tx:
        await post(tx, UUID(args["mail_id"]), kind, args["email"], letter, clock=clock, settings=settings)


async def sweep(tx: Tx, *, now: datetime) -> int:
    """Delete letters of accounts that are a week old; how many there were."""
    return await queries.sweep_letters(tx, now - _KEPT, _SWEPT_AT_ONCE)
