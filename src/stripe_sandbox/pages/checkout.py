"""The payment page of a Checkout Session: plain HTML that works without JavaScript.

A form that is sent does one thing: it pays, or it changes the order and shows it again. A page's script asks with
`X-Page: part` and gets the next address as JSON instead of a redirect; what it shows, it takes from the same HTML.
"""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Request, Response, get, post

from stripe_sandbox.defaults import Obj
from stripe_sandbox.objects import payment_pages, session_recovery, sessions
from stripe_sandbox.pages import checkout_changes
from stripe_sandbox.pages.checkout_asks import Asks
from stripe_sandbox.pages.checkout_form import FIELD_OF, Filled, check, method_parameters, same_address
from stripe_sandbox.pages.checkout_view import frame, images, offered, page_of
from stripe_sandbox.pages.forms import read_form
from stripe_sandbox.pages.rendering import on_this_origin, page, redirect
from stripe_sandbox.pages.words import language_of, words
from stripe_sandbox.sandbox import ApiAnswer, Sandbox

# What `apply` and `confirm` complain about, and the control a customer knows it by.
_CONTROLS: Final = {
    "phone": "phone", "individual_name": "individual_name", "business_name": "business_name", "tax_id": "tax_id",
    "shipping_address": "shipping_line1", "shipping_rate": "shipping_rate", "terms_of_service": "terms",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to the page of one session; `origin` is the page around an embedded one."""

    request: Request[Any, Any, Any]
    box: Sandbox
    session: Obj
    origin: str = ""

    @property
    def language(self) -> str:
        """The session's language, else the browser's."""
        return language_of(self.session.get("locale"), self.request.headers.get("accept-language", ""))

    @property
    def by_script(self) -> bool:
        """Whether the page's own script asks."""
        return self.request.headers.get("x-page") == "part"

    @property
    def light(self) -> bool:
        """Whether the page stays light for those who prefer dark: in a frame, unless all around it is dark."""
        return bool(self.origin) and self.request.query_params.get("scheme") != "dark"

    def again(self) -> "Visit":
        """The same visit with the session as it is now."""
        return Visit(self.request, self.box, read(self.box, self.session["id"]) or self.session, self.origin)


@get("/c/pay/{session_id:str}")
async def show(request: Request[Any, Any, Any]) -> Response[Any]:
    """GET /c/pay/{cs}: the page; a customer who comes back from a bank or wallet goes on to the shop."""
    visit = _visit(request)
    if visit is None:
        return unknown(request)
    query, session = request.query_params, visit.session
    came_back = "payment_intent" in query or "setup_intent" in query
    if came_back and (session["status"] == "complete" or session["ui_mode"] != "hosted_page"):
        url = onward(session)
        return redirect(url) if url else over(visit)
    if session["ui_mode"] != "hosted_page":
        return unknown(request)
    return answer_get(visit, failed=came_back and query.get("redirect_status") == "failed")


@post("/c/pay/{session_id:str}")
async def pay(request: Request[Any, Any, Any]) -> Response[Any]:
    """POST /c/pay/{cs}: pay, or change the order. A decline or a slip shows the page again with what is wrong.

    Sent twice, the second form finds the session complete and goes where the first one went.
    """
    visit = _visit(request)
    if visit is None or visit.session["ui_mode"] != "hosted_page":
        return unknown(request)
    return await answer_post(visit)


@get("/c/recover/{session_id:str}")
async def recover(request: Request[Any, Any, Any]) -> Response[Any]:
    """GET /c/recover/{cs}: on to a new session like an expired one, where the shop offers that."""
    visit = _visit(request)
    if visit is None:
        return unknown(request)
    answer = visit.box.attempt(lambda work: session_recovery.recover(work, visit.session["id"]))
    if answer.status != 200 or not answer.body["url"]:
        return over(visit, status=410)
    return redirect(on_this_origin(answer.body["url"], visit.box.base_url))


def answer_get(visit: Visit, *, failed: bool = False) -> Response[Any]:
    """The page of a session as it is; `failed`: the customer comes back from a payment that did not work."""
    if visit.session["status"] == "complete" and visit.by_script:
        return finished(visit)
    if visit.session["status"] != "open":
        return over(visit)
    filled = Filled(_known(visit.session))
    if not failed:
        return form(visit, filled)
    intent = visit.session["payment_intent"] or visit.session.get("setup_intent") or {}
    error = intent.get("last_payment_error") or intent.get("last_setup_error") or {}
    tried = (error.get("payment_method") or {}).get("type")
    return form(
        visit, Filled(filled.values | {"method": tried or ""}), failure=error or {"code": "unavailable"}
    )


async def answer_post(visit: Visit) -> Response[Any]:
    """Do what the form says."""
    if visit.session["status"] == "expired":
        return over(visit, status=410)
    if visit.session["status"] == "complete":
        return finished(visit)
    values = await read_form(visit.request)
    do = values.get("do", "pay")
    slips = checkout_changes.make(visit.box, visit.session, values, do)
    visit = visit.again()
    shown = _settled(visit.session, values, slips)
    if do != "pay":
        return form(visit, Filled(shown, slips), status=422 if slips else 200)
    if values.get("code") and visit.session.get("discounts"):
        return form(visit, Filled(shown), notice="code_first", status=409)
    asks = Asks.of(visit.session)
    filled = check(asks, values, offered(visit.session))
    faults = filled.faults | slips | _tax_faults(asks, visit.session, values)
    if faults:
        return form(visit, Filled(shown, faults), status=422)
    if not _is_expected(visit.session, values):
        return form(visit, Filled(shown), notice="changed", status=409)
    answer = visit.box.pay_session(visit.session["id"], _parameters(visit, values))
    visit = visit.again()
    return finished(visit) if answer.status == 200 else _refused(visit, shown, answer)


def finished(visit: Visit) -> Response[Any]:
    """On to the bank or wallet that must confirm, or to the shop."""
    session = visit.session
    intent = session["payment_intent"] or session.get("setup_intent") or {}
    action = intent.get("next_action") or {}
    if session["status"] == "open" and action.get("type") == "redirect_to_url":
        return go(visit, on_this_origin(action["redirect_to_url"]["url"], visit.box.base_url))
    if session["status"] == "open" and action.get("type") == "use_stripe_sdk":
        challenge = on_this_origin(action["use_stripe_sdk"]["stripe_js"], visit.box.base_url)
        return _tell(challenge=challenge)
    if session["status"] == "open":
        return form(visit, Filled(_known(session)))
    stays = session["ui_mode"] != "hosted_page" and session.get("redirect_on_completion") != "always"
    if stays and visit.by_script:
        return _tell(complete=True)
    url = None if stays else onward(session)
    return go(visit, url) if url and session["status"] == "complete" else over(visit)


def go(visit: Visit, url: str) -> Response[Any]:
    """Have the browser go to `url`."""
    return _tell(go=url) if visit.by_script else redirect(url)


def _tell(**said: str | bool) -> Response[Any]:
    """A word to the page's script."""
    return Response(said, status_code=200, headers={"Cache-Control": "no-store"})


def form(
    visit: Visit,
    filled: Filled,
    *,
    failure: Obj | None = None,
    notice: str | None = None,
    status: int = 200,
) -> Response[str]:
    """The page with its form; `failure` is an error of the API, `notice` the name of a sentence."""
    said = words(visit.language)
    sentence = said["checkout"][notice] if notice else None
    faults = dict(filled.faults)
    if failure:
        known = (failure.get("decline_code"), failure.get("code"))
        translated = next((said["errors"][code] for code in known if code in said["errors"]), None)
        sentence = translated or failure.get("message") or said["checkout"]["failed_text"]
        if name := FIELD_OF.get(failure.get("code") or ""):
            faults[name] = sentence
    session = visit.session
    return page(
        "checkout.html",
        status=status,
        framable=_is_embedded(session),
        leads_to=[onward(session)],
        pictures=images(session),
        action=f"{visit.request.url.path}?{visit.request.url.query}".rstrip("?"),
        origin=visit.origin,
        light=visit.light,
        back=session["cancel_url"],
        **page_of(session, Filled(filled.values, faults), sentence, visit.language),
    )


def over(visit: Visit, *, status: int = 200) -> Response[str]:
    """The page of a session that is complete or expired."""
    session = visit.session
    after = (session["after_expiration"] or {}).get("recovery") or {}
    alive = after.get("url") and after["expires_at"] > visit.box.clock.now()
    kind = "expired" if session["status"] == "expired" else "complete"
    onwards = onward(session) if kind == "complete" else session["cancel_url"]
    if _is_embedded(session) and session.get("redirect_on_completion") == "never":
        onwards = None
    return page(
        "checkout_end.html",
        status=status,
        framable=_is_embedded(session),
        pictures=images(session),
        kind=kind,
        origin=visit.origin,
        light=visit.light,
        onward=onwards,
        recovery=on_this_origin(after["url"], visit.box.base_url) if alive else None,
        back=None,
        **frame(session, visit.language),
    )


def unknown(request: Request[Any, Any, Any], *, framable: bool = False) -> Response[str]:
    """The page for an address that leads nowhere."""
    language = language_of(None, request.headers.get("accept-language", ""))
    said = words(language)["checkout"]
    return page(
        "checkout_end.html", status=404, framable=framable, kind="unknown", language=language, said=said,
        session=None, shop="", onward=None, recovery=None, logo=None, icon=None, brand_sheet=None,
        embedded=framable, origin="", light=framable, back=None,
    )  # fmt: skip


def read(box: Sandbox, id: str) -> Obj | None:
    """A session as its page sees it, or None."""
    with box.work() as work:
        session = work.get("checkout.session", id)
        return None if session is None else payment_pages.view(work, session)


def onward(session: Obj) -> str | None:
    """Where the customer goes afterwards."""
    return sessions.complete_url(session)


def _visit(request: Request[Any, Any, Any]) -> Visit | None:
    box: Sandbox = request.app.state.sandbox
    box.run_due()
    session = read(box, request.path_params["session_id"])
    return Visit(request, box, session) if session else None


def _is_embedded(session: Obj) -> bool:
    return bool(session["ui_mode"] != "hosted_page")


def _refused(visit: Visit, values: dict[str, str], answer: ApiAnswer) -> Response[Any]:
    if visit.session["status"] != "open":
        return over(visit, status=409)
    error = answer.body["error"]
    if error.get("param") == "expected_amount":
        return form(visit, Filled(values), notice="changed", status=409)
    if control := _CONTROLS.get(error.get("param") or ""):
        return form(visit, Filled(values, {control: "incomplete_field"}), status=422)
    return form(visit, Filled(values), failure=error, status=answer.status)


def _parameters(visit: Visit, values: dict[str, str]) -> Obj:
    """What a checked form tells `pay_session`; the order has been changed already."""
    session = visit.session
    asks = Asks.of(session)
    details: Obj = {"name": values["name"]} if values.get("name") else {}
    for name in ("email", "phone", *(one.name for one in asks.names)):
        if values.get(name) and (name != "email" or asks.email):
            details[name] = values[name]
    if asks.tax_id and values.get("tax_business_name"):
        details["business_name"] = values["tax_business_name"]
    params: Obj = {"customer_details": details, "use_stripe_sdk": _is_embedded(session) and visit.by_script}
    if asks.fields:
        params["custom_fields"] = [
            {"key": one.key, "value": values[one.name]} for one in asks.fields if values.get(one.name)
        ]
    consent = {"terms_of_service": "accepted"} if asks.terms else {}
    if asks.promotions:
        consent["promotions"] = "opt_in" if values.get("promotions") else "opt_out"
    if consent:
        params["consent"] = consent
    if asks.method:
        email = values.get("email") if asks.email else (session["customer_details"] or {}).get("email")
        params |= method_parameters(asks, values, email)
        if values.get(f"save_{values['method']}"):
            params["save_payment_method"] = True
    if values.get("expected_amount", "").isdecimal():
        params["expected_amount"] = int(values["expected_amount"][:15])
    return params


def _tax_faults(asks: Asks, session: Obj, values: dict[str, str]) -> dict[str, str]:
    """An address that tax cannot be worked out for is not the whole one."""
    if session["automatic_tax"]["status"] != "requires_location_inputs":
        return {}
    shipped = asks.shipping_to or not asks.billing or same_address(asks, values)
    return {"shipping_line1" if shipped else "billing_line1": "invalid_address"}


def _is_expected(session: Obj, values: dict[str, str]) -> bool:
    """Whether the amount that the customer saw is what will be taken."""
    shown = values.get("expected_amount")
    return shown is None or shown == str(session["amount_total"])


def _settled(session: Obj, values: dict[str, str], slips: dict[str, str]) -> dict[str, str]:
    """The form as it is shown again: what became part of the order is shown from there."""
    done = {name for name in values if name == "do" or name.startswith("quantity:")}
    if "code" not in slips:
        done.add("code")
    kept = {name: value for name, value in values.items() if name not in done}
    return kept | {"opened": "yes"} if values.get("do", "pay") != "pay" and session["line_items"] else kept


def _known(session: Obj) -> dict[str, str]:
    """What an earlier visit or the shop told already."""
    details = session["customer_details"] or {}
    known = {
        name: details[name]
        for name in ("email", "name", "phone", "individual_name", "business_name")
        if details.get(name)
    }
    shipped = (session["collected_information"] or {}).get("shipping_details") or {}
    if shipped:
        known["shipping_name"] = shipped["name"]
    for group, where in (("shipping", shipped.get("address")), ("billing", details.get("address"))):
        known |= {f"{group}_{name}": value for name, value in (where or {}).items() if value}
    known |= {field.name: field.default for field in Asks.of(session).fields if field.default}
    return known | {"billing_same": "yes"}


route_handlers: Final = [show, pay, recover]
