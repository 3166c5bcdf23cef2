"""Where the dashboard's forms go: do it, then back to where one was."""

from typing import Any, Final

from litestar import Request, Response, post
from litestar.params import FromPath

from stripe_sandbox.pages.dashboard import actions, tools
from stripe_sandbox.pages.dashboard.views import box_of, render
from stripe_sandbox.pages.forms import read_form
from stripe_sandbox.pages.rendering import redirect
from stripe_sandbox.same_site import only_from_here
from stripe_sandbox.sandbox import ApiAnswer

HOME: Final = "/_sandbox"


@post("/_sandbox/do/{act:str}", guards=[only_from_here])
async def do(request: Request[Any, Any, Any], act: FromPath[str]) -> Response[Any]:
    """POST /_sandbox/do/{act}: an act upon the object `id`; a decline is shown where one was."""
    form = await read_form(request)
    return _after(request, form, actions.perform(box_of(request), act, form.get("id", ""), form))


@post("/_sandbox/tools/{tool:str}", guards=[only_from_here])
async def use(request: Request[Any, Any, Any], tool: FromPath[str]) -> Response[Any]:
    """POST /_sandbox/tools/{tool}: move the clock, order or take back a fault, forget everything."""
    form = await read_form(request)
    return _after(request, form, tools.use(box_of(request), tool, form))


def _after(request: Request[Any, Any, Any], form: actions.Form, answer: ApiAnswer | None) -> Response[Any]:
    back = form.get("back", HOME)
    if not back.startswith(HOME) or "\\" in back:
        back = HOME
    if answer is None:
        return render(request, "dashboard_missing.html", at="", status=404, id=request.url.path)
    if answer.status in (200, 402):  # a decline is something that happened: the page tells it
        return redirect(back)
    return render(
        request, "dashboard_refused.html", at="", status=answer.status, said=actions.said(answer), back=back
    )


route_handlers: Final = [do, use]
