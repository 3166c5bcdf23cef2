"""The verbs of a return. Each takes `tx` and locks the order first; repeating one is harmless."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from kassa import jobs, orders, refunds
from kassa.kernel.db import Tx
from kassa.kernel.ids import derived_id
from kassa.refunds import RefundLine
from kassa.returns import queries, states
from kassa.returns.errors import AnswerMissing, InvalidReturn, NothingToReturn, ReturnNotFound, TooMany
from kassa.returns.queries import Returnable, ReturnLine, ReturnRequest
from kassa.returns.states import State, Step

COMMENT_LIMIT: Final = 1_000
#: Why somebody sends something back; the words for each are the pages'.
REASONS: Final = ("changed_mind", "damaged", "wrong_item", "not_as_described", "other")
#: Nobody needs more tries than this.
_PER_ORDER: Final = 20
_PAID_BACK: Final = "We have received what you sent back."


async def ask(
    tx: Tx, order_id: UUID, lines: Mapping[UUID, int], *, return_id: UUID, reason: str, comment: str, actor: str,
    now: datetime,
) -> ReturnRequest:  # fmt: skip
    """Ask to send back units of an order, by line. With the `return_id` of one that was written before, that one is
    the answer and nothing else happens.

    Raises:
        NothingToReturn: nothing was sent that is not on its way back already.
        TooMany: more units of a line than that.
        InvalidReturn: no line, one that is not the order's, no reason, or too many words.
        ReturnNotFound: the id is another order's.
    """
    await orders.lock(tx, order_id)
    before = await queries.find(tx, return_id)
    if before is not None:
        if before.order_id != order_id:
            raise ReturnNotFound("There is no such return.")
        return before
    if len(await queries.of_order(tx, order_id)) >= _PER_ORDER:
        raise NothingToReturn("There have been too many requests for this order. Please write to us.")
    there = {line.line_id: line for line in await queries.returnable(tx, order_id)}
    chosen = _chosen(there, lines)
    if reason not in REASONS:
        raise InvalidReturn("Please say why.", errors=[("reason", "Please say why: choose what fits best.")])
    if len(comment) > COMMENT_LIMIT:
        words = f"Please say it in at most {COMMENT_LIMIT} characters."
        raise InvalidReturn(words, errors=[("comment", words)])
    order = await orders.get(tx, order_id)
    made = ReturnRequest(
        return_id, order_id, order.number, order.email, State.ASKED, reason, comment.strip(), "", None, now, None,
        None, chosen,
    )  # fmt: skip
    await queries.insert(tx, made)
    await orders.note(tx, order_id, "return.asked", now=now, actor=actor, data=_facts(made))
    return made


async def accept(tx: Tx, return_id: UUID, answer: str, *, actor: str, now: datetime) -> ReturnRequest:
    """Let the customer send it; `answer` says how and where to, and goes into the mail.

    Raises:
        InvalidStep: it was refused, or has come already.
        ReturnNotFound: there is none.
    """
    return await _answer(tx, return_id, Step.ACCEPT, answer, actor=actor, now=now)


async def refuse(tx: Tx, return_id: UUID, answer: str, *, actor: str, now: datetime) -> ReturnRequest:
    """Do not take it back; `answer` says why, and goes into the mail.

    Raises:
        AnswerMissing: it says nothing.
        InvalidStep: it has come already.
        ReturnNotFound: there is none.
    """
    if not answer.strip():
        raise AnswerMissing("Please say why.", errors=[("answer", "The customer reads it in a mail.")])
    return await _answer(tx, return_id, Step.REFUSE, answer, actor=actor, now=now)


async def receive(
    tx: Tx, return_id: UUID, units: Mapping[UUID, int], *, restock: frozenset[UUID], actor: str, now: datetime
) -> ReturnRequest:  # fmt: skip
    """It has come: pay back `units` (by line, at most what was asked), and put those lines that are in `restock` on
    the shelf.

    Raises:
        InvalidReturn: nothing has come, or more than was asked.
        InvalidStep: it was refused.
        RefundTooLarge, AlreadyRestocked, NothingToRefund: what `refunds.request` refuses; nothing changed.
        ReturnNotFound: there is none.
    """
    found = await _locked(tx, return_id)
    if states.after(found.state, Step.RECEIVE) is found.state:
        return found
    asked = {line.line_id: line.quantity for line in found.lines}
    come = {line_id: quantity for line_id, quantity in units.items() if quantity}
    if not come or any(not 0 < quantity <= asked.get(line_id, 0) for line_id, quantity in come.items()):
        raise InvalidReturn(
            "Say how many have come.", errors=[("lines", "at most what was asked, at least one")]
        )
    refund_id = derived_id("return", str(return_id))
    lines = [RefundLine(line_id, quantity, line_id in restock) for line_id, quantity in come.items()]
    await refunds.request(
        tx, found.order_id, lines=lines, reason=_PAID_BACK, actor=actor, now=now, refund_id=refund_id
    )
    await queries.receive(tx, return_id, come, refund_id=refund_id, now=now)
    after = await queries.get(tx, return_id)
    await orders.note(tx, found.order_id, "return.received", now=now, actor=actor, data=_facts(after))
    return after


async def _answer(
    tx: Tx, return_id: UUID, step: Step, answer: str, *, actor: str, now: datetime
) -> ReturnRequest:
    found = await _locked(tx, return_id)
    state = states.after(found.state, step)
    if state is found.state:
        return found
    answer = answer.strip()
    if len(answer) > COMMENT_LIMIT:
        raise InvalidReturn(
            "The answer is too long.", errors=[("answer", f"at most {COMMENT_LIMIT} characters")]
        )
    await queries.decide(tx, return_id, state, answer, now=now)
    await orders.note(tx, found.order_id, f"return.{state}", now=now, actor=actor, data=_facts(found))
    await jobs.enqueue(
        tx, "send_return_mail", {"return_id": str(return_id), "state": str(state)}, now=now,
        key=f"return_mail:{return_id}:{state}",
    )  # fmt: skip
    return await queries.get(tx, return_id)


async def _locked(tx: Tx, return_id: UUID) -> ReturnRequest:
    """The order, locked, and then the return as it is now: whose it is never changes."""
    await orders.lock(tx, (await queries.get(tx, return_id)).order_id)
    return await queries.get(tx, return_id)


def _chosen(there: Mapping[UUID, Returnable], lines: Mapping[UUID, int]) -> tuple[ReturnLine, ...]:
    wanted = {line_id: quantity for line_id, quantity in lines.items() if quantity}
    if not any(line.left for line in there.values()):
        raise NothingToReturn("There is nothing of this order that could be sent back.")
    if not wanted or any(line_id not in there or quantity < 0 for line_id, quantity in wanted.items()):
        raise InvalidReturn("Choose what to send back.", errors=[("lines", "Choose at least one book.")])
    short = [
        {"line_id": str(line_id), "requested": quantity, "left": there[line_id].left}
        for line_id, quantity in wanted.items()
        if quantity > there[line_id].left
    ]
    if short:
        raise TooMany("That is more than was sent to you.", extra={"items": short})
    return tuple(
        ReturnLine(line.line_id, line.sku, line.title, wanted[line.line_id])
        for line in there.values()
        if line.line_id in wanted
    )


def _facts(made: ReturnRequest) -> dict[str, Any]:
    """What the journal keeps of a return."""
    lines: Sequence[Mapping[str, Any]] = [
        {"line_id": str(line.line_id), "sku": line.sku, "quantity": line.quantity} for line in made.lines
    ]
    return {"return_id": str(made.id), "reason": made.reason, "lines": lines}
