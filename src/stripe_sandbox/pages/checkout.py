"""The hosted payment page of a Checkout Session: plain HTML that works without JavaScript."""

from typing import Any, Final

from litestar import Request, Response, get, post

from stripe_sandbox.defaults import Obj
from stripe_sandbox.pages.checkout_form import FIELD_OF, Asks, Filled, check, parameters
from stripe_sandbox.pages.countries import countries
from stripe_sandbox.pages.forms import read_form
from stripe_sandbox.pages.merchant import merchant
from stripe_sandbox.pages.rendering import on_this_origin, page, redirect
from stripe_sandbox.pages.test_cards import TEST_CARDS
from stripe_sandbox.pages.words import Words, language_of, money, words
from stripe_sandbox.sandbox import ApiAnswer, Sandbox


@get("/c/pay/{session_id:str}")
async def show(request: Request[Any, Any, Any]) -> Response[Any]:
    """GET /c/pay/{cs}: the page; a customer who comes back from a passed challenge goes on to the shop."""
    box, session = _session(request)
    if session is None:
        return _end(request, None, "unknown", status=404)
    came_back = "payment_intent" in request.query_params
    if session["status"] == "complete" and came_back and (url := box.session_return_url(session["id"])):
        return redirect(url)
    if session["status"] != "open":
        return _end(request, session, session["status"])
    failure = None
    if came_back and request.query_params.get("redirect_status") == "failed":
        intent = box.payment_intent(session["payment_intent"] or "")
        failure = intent["last_payment_error"] if intent else None
    return _form(request, session, Filled(_known(session)), failure=failure)


@post("/c/pay/{session_id:str}")
async def pay(request: Request[Any, Any, Any]) -> Response[Any]:
    """POST /c/pay/{cs}: pay. A decline or a slip shows the page again with what is wrong, and the session stays open.

    Sent twice, the second form finds the session complete and goes where the first one went.
    """
    box, session = _session(request)
    if session is None:
        return _end(request, None, "unknown", status=404)
    if session["status"] == "expired":
        return _end(request, session, "expired", status=410)
    if session["status"] == "complete":
        return _onward(request, box, session)
    asks = Asks.of(session)
    filled = check(asks, await read_form(request))
    if filled.faults:
        return _form(request, session, filled, status=422)
    answer = box.pay_session(session["id"], parameters(asks, filled.values))
    session = box.session(session["id"]) or session
    if answer.status != 200:
        return _refused(request, session, filled, answer)
    intent = box.payment_intent(session["payment_intent"] or "")
    action = (intent or {}).get("next_action") or {}
    if action.get("type") == "redirect_to_url":
        return redirect(on_this_origin(action["redirect_to_url"]["url"], box.base_url))
    return _onward(request, box, session)


def _session(request: Request[Any, Any, Any]) -> tuple[Sandbox, Obj | None]:
    box: Sandbox = request.app.state.sandbox
    box.run_due()
    session = box.session(request.path_params["session_id"])
    return box, session if session and session["ui_mode"] == "hosted_page" else None


def _onward(request: Request[Any, Any, Any], box: Sandbox, session: Obj) -> Response[Any]:
    url = box.session_return_url(session["id"]) if session["status"] == "complete" else None
    return redirect(url) if url else _end(request, session, session["status"])


def _refused(
    request: Request[Any, Any, Any], session: Obj, filled: Filled, answer: ApiAnswer
) -> Response[Any]:
    if session["status"] != "open":
        return _end(request, session, session["status"], status=409)
    error = answer.body["error"]
    if error.get("param") == "expected_amount":
        error = {"message": _words(request, session)["checkout"]["changed"]}
    return _form(request, session, filled, failure=error, status=answer.status)


def _form(
    request: Request[Any, Any, Any],
    session: Obj,
    filled: Filled,
    *,
    failure: Obj | None = None,
    status: int = 200,
) -> Response[str]:
    language, said = _language(request, session), _words(request, session)
    faults = {name: said["faults"][fault] for name, fault in filled.faults.items()}
    sentence = None
    if failure:
        known = (failure.get("decline_code"), failure.get("code"))
        translated = next((said["errors"][code] for code in known if code in said["errors"]), None)
        sentence = translated or failure.get("message") or said["checkout"]["unavailable"]
        if name := FIELD_OF.get(failure.get("code") or ""):
            faults[name] = sentence
    # A security code is never sent back to a browser.
    values = {name: value for name, value in filled.values.items() if name != "cvc"}
    return page(
        "checkout.html",
        status=status,
        leads_to=[session["success_url"]],
        **_common(request, session),
        action=f"/c/pay/{session['id']}",
        labels=said["labels"],
        asks=Asks.of(session),
        values=values,
        faults=faults,
        sentence=sentence,
        strings={"faults": said["faults"], "checkout": said["checkout"]},
        countries=countries(language),
        test_cards=[(card.number, card.does[language]) for card in TEST_CARDS],
    )


def _end(
    request: Request[Any, Any, Any], session: Obj | None, kind: str, *, status: int = 200
) -> Response[str]:
    """A page that is not for paying: complete, expired or unknown."""
    box: Sandbox = request.app.state.sandbox
    onward = None
    if session:
        onward = box.session_return_url(session["id"]) if kind == "complete" else session["cancel_url"]
    return page("checkout_end.html", status=status, **_common(request, session), kind=kind, onward=onward)


def _common(request: Request[Any, Any, Any], session: Obj | None) -> Obj:
    language, said = _language(request, session), _words(request, session)["checkout"]
    shop = merchant(session) if session else "—"
    return {"language": language, "said": said, "session": session, "shop": shop, "money": money}


def _known(session: Obj) -> dict[str, str]:
    """What an earlier visit or the shop told already."""
    details = session["customer_details"] or {}
    names = ("email", "name", "phone")
    return {name: details[name] for name in names if details.get(name)}


def _language(request: Request[Any, Any, Any], session: Obj | None) -> str:
    wanted = session.get("locale") if session else None
    return language_of(wanted, request.headers.get("accept-language", ""))


def _words(request: Request[Any, Any, Any], session: Obj | None) -> Words:
    return words(_language(request, session))


route_handlers: Final = [show, pay]
