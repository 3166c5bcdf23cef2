"""Passkeys: what the browser's own ceremony asks for, in JSON, and the list of an account's."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, post
from litestar.response import Redirect

from kassa import accounts, web
from kassa.accounts import Place
from kassa.storefront import forms
from kassa.storefront.pages.account.frame import checked_member, local
from kassa.storefront.pages.account.signing import welcome
from kassa.storefront.request import AnyRequest
from kassa.storefront.view import OWN, go, shop_of
from kassa.storefront.visitor import Visitor, checked_visitor, visitor_of


class _Asked(msgspec.Struct):
    """What the shop's own script sends; `credential` is what the browser made, whatever that is."""

    csrf_token: str = ""
    credential: dict[str, Any] = msgspec.field(default_factory=dict)
    name: str = ""
    next: str = ""


@post("/login/passkey/options", include_in_schema=False)
async def ask(request: AnyRequest) -> Response[Mapping[str, Any]]:
    """POST /login/passkey/options: a challenge for whichever passkey the browser has for this shop."""
    shop, asked = shop_of(request), await web.read_json(request, _Asked)
    now = shop.clock.now()
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, {"csrf_token": asked.csrf_token})
        token = await visitor.keep(tx, now=now)
        options = await accounts.ask_passkey(tx, token, _place(request), now=now)
    return _json(visitor, options)


@post("/login/passkey", include_in_schema=False)
async def sign_in(request: AnyRequest) -> Response[Mapping[str, Any]]:
    """POST /login/passkey: let somebody in whose passkey has answered; where to go is in the answer."""
    shop, asked = shop_of(request), await web.read_json(request, _Asked)
    now = shop.clock.now()
    async with shop.db.transaction() as tx:
        visitor = await checked_visitor(request, tx, {"csrf_token": asked.csrf_token})
        challenge = await accounts.take_challenge(tx, await visitor.keep(tx, now=now), now=now)
    async with shop.db.transaction() as tx:
        visitor = await visitor_of(request, tx)
        customer = await accounts.by_passkey(tx, asked.credential, challenge, _place(request), now=now)
        await welcome(request, tx, visitor, customer)
    return _json(visitor, {"next": local(asked.next)})


@post("/account/passkeys/options", include_in_schema=False)
async def offer(request: AnyRequest) -> Response[Mapping[str, Any]]:
    """POST /account/passkeys/options: what the browser needs to make a passkey for this account."""
    shop, asked = shop_of(request), await web.read_json(request, _Asked)
    now = shop.clock.now()
    async with shop.db.transaction() as tx:
        values = {"csrf_token": asked.csrf_token}
        visitor, customer = await checked_member(request, tx, values, fresh=True)
        token = await visitor.keep(tx, now=now)
        options = await accounts.offer_passkey(tx, token, customer, _place(request), now=now)
    return _json(visitor, options)


@post("/account/passkeys", include_in_schema=False)
async def add(request: AnyRequest) -> Response[Mapping[str, Any]]:
    """POST /account/passkeys: keep the passkey the browser has made."""
    shop, asked = shop_of(request), await web.read_json(request, _Asked)
    now = shop.clock.now()
    async with shop.db.transaction() as tx:
        values = {"csrf_token": asked.csrf_token}
        visitor, customer = await checked_member(request, tx, values, fresh=True)
        challenge = await accounts.take_challenge(tx, await visitor.keep(tx, now=now), now=now)
    async with shop.db.transaction() as tx:
        await accounts.add_passkey(
            tx, customer, asked.credential, challenge, _place(request), name=asked.name or visitor.device, now=now
        )  # fmt: skip
    return _json(visitor, {"next": f"{web.prefix()}/account/security?said=passkey#passkeys"})


@post("/account/passkeys/rename", include_in_schema=False)
async def rename(request: AnyRequest) -> Redirect:
    """POST /account/passkeys/rename: call one something else."""
    shop, values = shop_of(request), await forms.read(request, longer={"passkey": 2_100})
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values)
        await accounts.rename_passkey(tx, customer.id, values.get("passkey", ""), values.get("name", ""))
    return go(visitor, "/account/security?said=renamed#passkeys")


@post("/account/passkeys/remove", include_in_schema=False)
async def remove(request: AnyRequest) -> Redirect:
    """POST /account/passkeys/remove: one opens nothing any more."""
    shop, values = shop_of(request), await forms.read(request, longer={"passkey": 2_100})
    async with shop.db.transaction() as tx:
        visitor, customer = await checked_member(request, tx, values, fresh=True)
        await accounts.remove_passkey(tx, customer, values.get("passkey", ""), now=shop.clock.now())
    return go(visitor, "/account/security?said=removed#passkeys")


def _place(request: AnyRequest) -> Place:
    settings = shop_of(request).settings
    return accounts.place(settings.base_url, settings.name)


def _json(visitor: Visitor, content: Mapping[str, Any]) -> Response[Mapping[str, Any]]:
    response = Response(
        content, status_code=200, media_type="application/json", headers={"Cache-Control": OWN}
    )
    return visitor.remember(response)
