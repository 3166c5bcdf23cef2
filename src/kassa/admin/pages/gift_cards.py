"""Gift cards: all of them, one with its history, given away for a reason, voided for a reason."""

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts, gift_cards
from kassa.admin.desk import AnyRequest, Desk, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.admin.words import Label
from kassa.gift_cards import GiftCard
from kassa.kernel.errors import Conflict, Invalid
from kassa.kernel.ids import new_id, parse_id
from kassa.kernel.money import parse_decimal
from kassa.kernel.money import show as show_money
from kassa.pricing import limits

_PAGE: Final = 50
_HOME: Final = "/admin/gift-cards"
_REASON_LIMIT: Final = 500
HAPPENED: Final = {
    "issued": Label("Issued", "good"),
    "voided": Label("Voided", "bad"),
    "reserved": Label("Set aside for an order", "wait"),
    "spent": Label("Spent", "done"),
    "released": Label("Set aside, and given up", "done"),
    "given_back": Label("Given back", "good"),
}


@get("/admin/gift-cards")
async def list_cards(request: AnyRequest) -> Response[Any]:
    """GET /admin/gift-cards: newest first, or those whose code ends so; and the form that gives one away."""
    return await _list(request, await enter(request))


@post("/admin/gift-cards")
async def issue(request: AnyRequest) -> Response[Any]:
    """POST /admin/gift-cards: give a card away; its code goes out by mail. The form's id makes twice once."""
    desk, shop = await enter(request), shop_of(request)
    values = await read_form(request, desk.csrf)
    try:
        wish = _wish(values, shop.settings.currencies)
        card_id = parse_id(values.get("card_id", "")) or new_id()
        async with shop.db.transaction() as tx:
            await gift_cards.issue(
                tx, card_id, **wish, actor=desk.actor, now=shop.clock.now(), locale=shop.settings.locales[0]
            )
            told = f"A gift card of {show_money(wish['amount'], wish['currency'])} goes to {wish['email']}."
            await accounts.flash(tx, desk.token, told, "good")
    except Invalid as refused:
        return await _list(request, desk, typed=values, fault=refused.detail)
    return go(f"{_HOME}/{card_id}")


@get("/admin/gift-cards/{card_id:str}")
async def show(request: AnyRequest, card_id: FromPath[str]) -> Response[Any]:
    """GET /admin/gift-cards/{id}: what it has, and all that happened to it."""
    desk = await enter(request)
    async with shop_of(request).db.snapshot() as conn:
        card = await gift_cards.get(conn, _id(card_id))
        history = await gift_cards.history(conn, card.id)
    expired = card.expired(shop_of(request).clock.now())
    return await desk_page(
        request, desk, "gift_card.html", card=card, history=history, happened=HAPPENED, expired=expired
    )


@post("/admin/gift-cards/{card_id:str}/void")
async def void(request: AnyRequest, card_id: FromPath[str]) -> Response[Any]:
    """POST /admin/gift-cards/{id}/void: take away what is neither spent nor set aside."""
    desk, shop, id_ = await enter(request), shop_of(request), _id(card_id)
    values = await read_form(request, desk.csrf)
    async with shop.db.transaction() as tx:
        card = await gift_cards.get(tx, id_)
        reason = _line(values.get("reason", ""))
        try:
            if not reason:
                raise Invalid("Say why: it stands in the history.", code="invalid_form")
            amount = await gift_cards.void(tx, id_, reason=reason, actor=desk.actor, now=shop.clock.now())
            told = f"{show_money(amount, card.currency)} were voided."
        except (Conflict, Invalid) as refused:
            await accounts.flash(tx, desk.token, f"Nothing was voided. {refused.detail}", "bad")
            return go(f"{_HOME}/{id_}")
        await accounts.flash(tx, desk.token, told, "good")
    return go(f"{_HOME}/{id_}")


@post("/admin/gift-cards/{card_id:str}/mail")
async def send_again(request: AnyRequest, card_id: FromPath[str]) -> Response[Any]:
    """POST /admin/gift-cards/{id}/mail: send the code once more, to the same address."""
    desk, shop, id_ = await enter(request), shop_of(request), _id(card_id)
    await read_form(request, desk.csrf)
    async with shop.db.transaction() as tx:
        card = await gift_cards.get(tx, id_)
        await gift_cards.send_again(tx, card.id, now=shop.clock.now())
        await accounts.flash(tx, desk.token, f"The code goes to {card.email} again.", "good")
    return go(f"{_HOME}/{id_}")


async def _list(
    request: AnyRequest, desk: Desk, *, typed: dict[str, str] | None = None, fault: str = ""
) -> Response[Any]:
    shop, params = shop_of(request), request.query_params
    last4, after = params.get("q", "").replace(" ", "").upper()[-4:], params.get("after") or None
    async with shop.db.connection() as conn:
        found = await gift_cards.page(conn, last4=last4 or None, after=after, limit=_PAGE)
    first = {"q": last4} if last4 else {}
    following = urlencode({**first, "after": found.next}) if found.next else None
    return await desk_page(
        request, desk, "gift_cards.html", cards=found.items, q=last4, first=first, following=following,
        later=after is not None, typed=typed or {}, fault=fault, status=422 if fault else 200, new_card=new_id(),
        currencies=shop.settings.currencies, standing=_standing, now=shop.clock.now(),
    )  # fmt: skip


def _standing(card: GiftCard, now: datetime) -> Label:
    if not card.balance_minor:
        return Label("Empty", "done")
    if card.expired(now):
        return Label("Expired", "bad")
    return Label("Good", "good") if card.sealed else Label("Code is being made", "wait")


def _wish(values: dict[str, str], currencies: tuple[str, ...]) -> dict[str, Any]:
    """Amount, currency, address, reason and end of a card to be given away.

    Raises:
        Invalid: one of them is wrong.
    """
    currency = values.get("currency", "")
    if currency not in currencies:
        raise Invalid("The shop does not sell in this currency.", code="unsupported_currency")
    amount = parse_decimal(values.get("amount", "").strip().replace(",", "."), currency)
    if not 0 < amount <= limits.MAXIMUM:
        raise Invalid("A gift card is worth more than nothing, and no fortune.", code="invalid_form")
    try:
        email = validate_email(values.get("email", "").strip(), check_deliverability=False).normalized
    except EmailNotValidError:
        raise Invalid("This is not an e-mail address.", code="invalid_email") from None
    reason = _line(values.get("reason", ""))
    if not reason:
        raise Invalid("Say why: it stands in the history.", code="invalid_form")
    until = values.get("until", "").strip()
    try:
        last = datetime.combine(datetime.fromisoformat(until).date(), time(), UTC) if until else None
    except ValueError:
        raise Invalid("The last day is written like 2027-12-31.", code="invalid_form") from None
    end = last + timedelta(days=1) if last else None
    return {"amount": amount, "currency": currency, "email": email, "reason": reason, "expires_at": end}


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:_REASON_LIMIT]


def _id(text: str) -> UUID:
    found = parse_id(text)
    if found is None:
        raise gift_cards.GiftCardNotFound("There is no such gift card.")
    return found
