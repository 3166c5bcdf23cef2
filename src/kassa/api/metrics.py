"""The gauges, in Prometheus' text format.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from litestar import Response, get

from kassa import payments
from kassa.api.auth import AnyRequest, shop_of
from kassa.reconciliation.invariants import kept
from kassa.reconciliation.invariants.kept import KeptProof

_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_BACKLOG: Final = {
    "jobs_waiting": "Jobs whose time has come.",
    "jobs_dead": "Jobs that nobody tries again by himself.",
    "jobs_oldest_seconds": "How long the oldest waiting job has waited.",
    "stripe_events_waiting": "Stripe's events that were not heeded yet.",
    "stripe_events_oldest_seconds": "How long the oldest of them has waited.",
    "stripe_events_dead": "Stripe's events that could not be heeded.",
    "cases_open": "Cases that wait for an operator.",
    "holds_live": "Orders and purchases whose stock is kept while they are paid.",
}


@get("/metrics", include_in_schema=False)
async def metrics(request: AnyRequest) -> Response[bytes]:
    """GET /metrics: what waits, and what the last proof of a worker found."""
    shop = shop_of(request)
    now = shop.clock.now()
    async with shop.db.connection() as conn:
        waiting = await kept.backlog(conn, now=now)
        silent = len(await payments.unheard(conn, now=now))
        proof = await kept.last(conn)
    text = "\n".join(_lines(waiting, silent, proof, now)) + "\n"
    return Response(text.encode(), headers={"content-type": _TYPE, "cache-control": "no-store"})


def _lines(
    waiting: Mapping[str, float], silent: int, proof: KeptProof | None, now: datetime
) -> Iterator[str]:
    for name, doc in _BACKLOG.items():
        yield from _gauge(name, doc, {"": waiting[name]})
    yield from _gauge(
        "webhooks_silent", "Successes of the last day of which no webhook ever told.", {"": silent}
    )
    if proof is None:
        return
    yield from _gauge("proof_ok", "1: everything that must hold held at the last proof.", {"": proof.ok})
    yield from _gauge(
        "proof_with_provider", "1: the provider's books were read too.", {"": proof.with_provider}
    )
    yield from _gauge(
        "proof_age_seconds", "How long ago it ended.", {"": (now - proof.finished_at).total_seconds()}
    )
    yield from _gauge("proof_seconds", "How long it took.", {"": proof.seconds})
    yield from _gauge(
        "proof_violations", "What it found broken, at most a hundred each, by invariant.",
        {f'{{invariant="{check["name"]}"}}': check["violations"] for check in proof.checks},
    )  # fmt: skip
    yield from _gauge(
        "proof_counted", "How many rows it looked at, by invariant.",
        {f'{{invariant="{check["name"]}"}}': check["counted"] for check in proof.checks},
    )  # fmt: skip


def _gauge(name: str, doc: str, values: Mapping[str, float]) -> Iterator[str]:
    yield f"# HELP kassa_{name} {doc}"
    yield f"# TYPE kassa_{name} gauge"
    for labels, value in values.items():
        yield f"kassa_{name}{labels} {float(value):g}"
