"""Where a redirect method (Amazon Pay, PayPal, Klarna, iDEAL) asks its customer: authorise, or fail, on one page."""

from typing import Any, Final

from litestar import Request, Response, get, post

from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages import intent_pages
from stripe_sandbox.pages.forms import read_form
from stripe_sandbox.pages.rendering import page
from stripe_sandbox.pages.rendering import redirect as go_to
from stripe_sandbox.pages.words import date, words
from stripe_sandbox.sandbox import Sandbox

NAMES: Final = {
    "amazon_pay": "Amazon Pay",
    "card": "3-D Secure",
    "ideal": "iDEAL",
    "klarna": "Klarna",
    "link": "Link",
    "paypal": "PayPal",
    "sepa_debit": "SEPA",
    "us_bank_account": "ACH",
}


@get("/_pages/authorize/{intent_id:str}")
async def show(request: Request[Any, Any, Any]) -> Response[Any]:
    """GET /_pages/authorize/{pi or seti}?client_secret=…: the question; once it is answered, back to the shop."""
    box, intent = intent_pages.asked(request)
    if intent is None:
        return _message(request, "unknown", status=404)
    if intent["status"] != "requires_action":
        return _onward(request, box, intent)
    return _question(request, box, intent)


@post("/_pages/authorize/{intent_id:str}")
async def answer(request: Request[Any, Any, Any]) -> Response[Any]:
    """POST /_pages/authorize/{pi or seti}?client_secret=…: `outcome=succeed` or `outcome=fail`. Answering twice
    is harmless.
    """
    box, intent = intent_pages.asked(request)
    if intent is None:
        return _message(request, "unknown", status=404)
    outcome = (await read_form(request)).get("outcome")
    if outcome not in intent_pages.OUTCOMES:
        return _question(request, box, intent, status=400)
    return _onward(request, box, intent_pages.decide(box, intent, outcome))


def _onward(request: Request[Any, Any, Any], box: Sandbox, intent: Obj) -> Response[Any]:
    url = intent_pages.return_address(box, intent)
    return go_to(url) if url else _message(request, "over")


def _question(
    request: Request[Any, Any, Any], box: Sandbox, intent: Obj, *, status: int = 200
) -> Response[str]:
    shown = intent_pages.context(request, box, intent)
    return page(
        "redirect_method.html",
        status=status,
        said=words(shown["language"])["authorize"],
        name=NAMES.get(shown["method"]["type"], shown["method"]["type"]),
        today=date(box.clock.now(), shown["language"]),
        reference=intent["id"],
        **shown,
    )


def _message(request: Request[Any, Any, Any], kind: str, *, status: int = 200) -> Response[str]:
    language = intent_pages.language_here(request)
    return page(
        "redirect_over.html", status=status, language=language, said=words(language)["authorize"], kind=kind
    )


route_handlers: Final = [show, answer]
