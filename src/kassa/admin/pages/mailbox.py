"""The development mailbox: every mail the shop wrote, for want of a mail server. Not there in production."""

from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath

from kassa import notifications
from kassa.admin.desk import AnyRequest, seated, shop_of
from kassa.admin.view import page
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import parse_id
from kassa.notifications import MailNotFound, StoredMail
from kassa.web import content_security_policy

#: The frame may show a mail's own styles and open its links in a tab of their own; it runs nothing.
SANDBOX: Final = "allow-popups allow-popups-to-escape-sandbox"
#: What a mail's HTML is answered with.
BODY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
        f"sandbox {SANDBOX}"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}


@get("/_dev/mail")
async def list_mails(request: AnyRequest) -> Response[Any]:
    """GET /_dev/mail: newest first."""
    only_here(request)
    async with shop_of(request).db.connection() as conn:
        found = await notifications.mailbox(conn, after=request.query_params.get("after") or None)
    return page(
        request,
        "mailbox.html",
        desk=await seated(request),
        development=True,
        mails=found.items,
        next=found.next,
    )


@get("/_dev/mail/{mail_id:str}")
async def show_mail(request: AnyRequest, mail_id: FromPath[str]) -> Response[Any]:
    """GET /_dev/mail/{id}: one mail, its HTML in a frame of its own and its text below."""
    mail = await _mail(request, mail_id)
    headers = {"Content-Security-Policy": content_security_policy(frames=("'self'",))}
    return page(
        request, "mail.html", headers=headers, desk=await seated(request), development=True, mail=mail,
        sandbox=SANDBOX,
    )  # fmt: skip


@get("/_dev/mail/{mail_id:str}/html")
async def show_body(request: AnyRequest, mail_id: FromPath[str]) -> Response[Any]:
    """GET /_dev/mail/{id}/html: the HTML body alone, as a mail program would show it."""
    mail = await _mail(request, mail_id)
    html = mail.html_body.replace("<head>", '<head><base target="_blank">', 1)
    return Response(html, media_type="text/html; charset=utf-8", headers=BODY_HEADERS)


async def _mail(request: AnyRequest, mail_id: str) -> StoredMail:
    only_here(request)
    id_ = parse_id(mail_id)
    if id_ is None:
        raise MailNotFound("There is no such mail.")
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        mail = await notifications.mail(conn, id_)
    return notifications.with_codes(mail, shop.settings.secret_key)


def only_here(request: AnyRequest) -> None:
    """In production there is no such page.

    Raises:
        NotFound: this is production.
    """
    if shop_of(request).settings.production:
        raise NotFound("There is nothing at this address.")
