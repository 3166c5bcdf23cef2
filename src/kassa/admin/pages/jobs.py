"""Jobs that nobody will try again by himself."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from kassa import accounts
from kassa import jobs as queue
from kassa.admin.desk import AnyRequest, enter, go, read_form, shop_of
from kassa.admin.view import desk_page
from kassa.kernel.errors import NotFound
from kassa.kernel.ids import parse_id


@get("/admin/jobs")
async def list_dead(request: AnyRequest) -> Response[Any]:
    """GET /admin/jobs: the dead ones, newest first, with their last error."""
    desk = await enter(request)
    shop = shop_of(request)
    async with shop.db.connection() as conn:
        dead = await queue.dead(conn)
    return await desk_page(request, desk, "jobs.html", jobs=dead, attempts=queue.MAX_ATTEMPTS)


@post("/admin/jobs/{job_id:str}/retry")
async def retry(request: AnyRequest, job_id: FromPath[str]) -> Response[Any]:
    """POST /admin/jobs/{id}/retry: another round of attempts for a dead job.

    Raises:
        NotFound: it is not dead (any more).
    """
    desk = await enter(request)
    await read_form(request, desk.csrf)
    shop, id_ = shop_of(request), parse_id(job_id)
    async with shop.db.transaction() as tx:
        if id_ is None or not await queue.retry(tx, id_, now=shop.clock.now()):
            raise NotFound("This job is not dead, or no longer.")
        await accounts.flash(tx, desk.token, "The job is tried again now.", "good")
    return go("/admin/jobs")
