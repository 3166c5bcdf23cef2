"""Mails about accounts: links that let in, and word of what was changed. One mail per letter, by the letter's id."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from kassa.config import Settings
from kassa.kernel import speech
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.kernel.speech import N_, _, speak
from kassa.notifications import render
from kassa.notifications.render import Letter
from kassa.notifications.service import post


@dataclass(frozen=True, slots=True)
class Words:
    """What a letter says, before it is said in a language. `path` is the page its button leads to; `{token}` and
    `%(about)s` are put in."""

    subject: str
    what: str
    button: str
    path: str
    notes: tuple[str, ...]

    @property
    def note(self) -> str:
        """The small print, in the language spoken now."""
        return " ".join(_(one) for one in self.notes)


_HALF_AN_HOUR: Final = N_("The link works once, for half an hour.")
_A_DAY: Final = N_("The link works once, for a day.")
_NOT_YOU: Final = N_("If you did not ask for this, do nothing: nothing happens without the link.")
_ALARM: Final = N_(
    "If this was not you, sign in and set a new password, and look at where you are signed in."
)
_CONFIRM: Final = N_("Confirm this address")
_SIGN_IN: Final = N_("Sign in")
_SEE: Final = N_("See your account")

LETTERS: Final[Mapping[str, Words]] = {
    "verify": Words(
        N_("Confirm your e-mail address"), N_("Open the link to confirm this address and finish your account."),
        _CONFIRM, "/verify/{token}", (_A_DAY, _NOT_YOU),
    ),
    "known": Words(
        N_("You have an account already"),
        N_("Somebody, probably you, wanted to open an account with this address. It has one already: sign in with the "
           "link."), _SIGN_IN, "/login/link/{token}", (_HALF_AN_HOUR, _NOT_YOU),
    ),
    "sign_in": Words(
        N_("Your link to sign in"), N_("Open the link to sign in. No password is needed."), _SIGN_IN,
        "/login/link/{token}", (_HALF_AN_HOUR, _NOT_YOU),
    ),
    "unknown": Words(
        N_("There is no account with this address"),
        N_("Somebody, probably you, wanted to sign in with this address, but it has no account here. You may have used "
           "another address. Or open an account with this one:"), N_("Open an account"), "/verify/{token}",
        (_A_DAY, _NOT_YOU),
    ),
    "reset": Words(
        N_("Set a new password"), N_("Open the link to choose a new password."), N_("Choose a password"),
        "/password/reset/{token}", (_HALF_AN_HOUR, _NOT_YOU, N_("Your old password stays.")),
    ),
    "email": Words(
        N_("Confirm your new e-mail address"),
        N_("Open the link, where you are signed in, to use this address for your account from now on."),
        N_("Use this address"), "/account/email/{token}", (_A_DAY, _NOT_YOU),
    ),
    "taken": Words(
        N_("This address has an account already"),
        N_("Somebody, probably you, wanted to use this address for another account. It has an account of its own, so "
           "nothing was changed."), N_("Sign in to it"), "/login",
        (N_("If this was not you, there is nothing to do."),),
    ),
    "email_changed": Words(
        N_("Your e-mail address was changed"),
        N_("Your account has a new e-mail address: %(about)s. Nothing about the account goes to this one any more."),
        _SEE, "/account/security", (N_("If this was not you, answer this mail at once, so that we can put it right."),),
    ),
    "password_set": Words(
        N_("Your password was changed"),
        N_("Your account has a new password. Everybody else who was signed in has been signed out."), _SEE,
        "/account/security", (_ALARM,),
    ),
    "password_removed": Words(
        N_("Your password was removed"),
        N_("Your account has no password any more. You sign in with a link by mail, or with a passkey."), _SEE,
        "/account/security", (_ALARM,),
    ),
    "account_deleted": Words(
        N_("Your account is deleted"),
        N_("Your account is deleted, as you asked: your addresses, saved cards, passkeys, wish list and alerts with "
           "it, and you are signed out everywhere. Your orders and invoices we keep for as long as the law asks, "
           "without the account."), N_("To the shop"), "/",
        (N_("If this was not you, answer this mail at once. The links in the mails about your orders still open "
            "them."),),
    ),
    "passkey_added": Words(
        N_("A passkey was added"), N_("Your account can now be opened with the passkey “%(about)s”."), _SEE,
        "/account/security", (_ALARM,),
    ),
    "passkey_removed": Words(
        N_("A passkey was removed"), N_("The passkey “%(about)s” does not open your account any more."), _SEE,
        "/account/security", (_ALARM,),
    ),
}  # fmt: skip


async def build_account_mail(
    db: Database, args: Mapping[str, Any], *, clock: Clock, settings: Settings
) -> None:
    """Write a letter, once, and have it sent.

    `args` are as accounts knew them: `mail_id`, `letter`, `email`, the `language` that was spoken, and what is put
    into it: `token`, `following` (a page of the shop to go to afterwards, or ""), `about`.
    """
    with speak(args.get("language", speech.ENGLISH)):
        letter = written(
            args["letter"], settings, token=args["token"], about=args["about"], following=args["following"]
        )
    kind = f"account:{args['letter']}"
    async with db.transaction() as tx:
        await post(tx, UUID(args["mail_id"]), kind, args["email"], letter, clock=clock, settings=settings)


def written(name: str, settings: Settings, *, token: str, about: str, following: str = "") -> Letter:
    """A letter about an account, in the language spoken now."""
    words = LETTERS[name]
    front = settings.front(speech.offered(speech.language(), settings.locales))
    page = front + words.path.replace("{token}", token)
    if following:
        page += f"?next={quote(following, safe='/')}"
    what = _(words.what, about=about) if "%(about)s" in words.what else _(words.what)
    return render.plain(
        "account", _(words.subject), settings, what=what, label=_(words.button), hint=words.note, page=page
    )
