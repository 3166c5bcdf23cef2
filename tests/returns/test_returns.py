"""Sending something back: what may be asked, what is answered, and what it comes to."""

import pytest
from tests.factories import make_variant, place
from tests.fulfilment.parcels import STAFF, do, journal, line, refunded
from tests.money import Till

from kassa import fulfilment, refunds, returns
from kassa.kernel.ids import new_id
from kassa.refunds import RefundLine


@pytest.fixture
async def till(db, clock):
    made = Till(db, clock)
    await make_variant(db, clock)
    await make_variant(db, clock, "WALDEN-HB", price=2100)
    yield made
    made.stripe.close()


@pytest.fixture
async def order(till, db, clock):
    """A paid order of three EMMA and one WALDEN; two of EMMA were sent."""
    made = await place(db, clock, lines=[("EMMA-PB", 3), ("WALDEN-HB", 1)])
    await till.confirm(await till.pay(made))
    await till.settle()
    await do(db, clock, fulfilment.ship, made.id, {line(made, "EMMA-PB"): 2})
    return await till.order(made)


async def ask(db, clock, order, sku="EMMA-PB", quantity=1, **more):
    wish = {"return_id": new_id(), "reason": "damaged", "comment": "", "actor": "customer"} | more
    async with db.transaction() as tx:
        return await returns.ask(tx, order.id, {line(order, sku): quantity}, now=clock.now(), **wish)


async def step(db, clock, verb, made, *args, **more):
    async with db.transaction() as tx:
        return await verb(tx, made.id, *args, actor=STAFF, now=clock.now(), **more)


async def left(db, order):
    async with db.connection() as conn:
        return {one.sku: one.left for one in await returns.returnable(conn, order.id)}


async def test_only_what_was_sent_can_be_sent_back(db, clock, order):
    assert await left(db, order) == {"EMMA-PB": 2, "WALDEN-HB": 0}

    with pytest.raises(returns.TooMany):
        await ask(db, clock, order, "WALDEN-HB")
    with pytest.raises(returns.TooMany):
        await ask(db, clock, order, quantity=3)

    assert await left(db, order) == {"EMMA-PB": 2, "WALDEN-HB": 0}
    assert "return.asked" not in await journal(db, order)


async def test_what_was_asked_back_is_not_asked_back_twice(db, clock, order):
    await ask(db, clock, order, quantity=2)

    with pytest.raises(returns.NothingToReturn):
        await ask(db, clock, order)

    assert await left(db, order) == {"EMMA-PB": 0, "WALDEN-HB": 0}


async def test_the_same_form_sent_twice_asks_once(db, clock, order):
    id_ = new_id()
    first, second = await ask(db, clock, order, return_id=id_), await ask(db, clock, order, return_id=id_)

    assert first == second
    assert await left(db, order) == {"EMMA-PB": 1, "WALDEN-HB": 0}
    assert (await journal(db, order)).count("return.asked") == 1


async def test_what_was_paid_back_otherwise_can_not_be_sent_back_for_money(till, db, clock, order):
    till.broken_by_hand = True
    await refunded(db, order, clock, {line(order, "EMMA-PB"): 3})

    assert await left(db, order) == {"EMMA-PB": 0, "WALDEN-HB": 0}


@pytest.mark.parametrize("wrong", [{"reason": "nosy"}, {"comment": "x" * 1001}])
async def test_a_return_needs_a_reason_and_few_words(db, clock, order, wrong):
    with pytest.raises(returns.InvalidReturn):
        await ask(db, clock, order, **wrong)

    assert await left(db, order) == {"EMMA-PB": 2, "WALDEN-HB": 0}


async def test_a_line_of_another_order_is_no_line(db, clock, order):
    other = await place(db, clock, "WALDEN-HB")

    async with db.transaction() as tx:
        with pytest.raises(returns.InvalidReturn):
            await returns.ask(
                tx, order.id, {line(other, "WALDEN-HB"): 1}, return_id=new_id(), reason="other", comment="",
                actor="customer", now=clock.now(),
            )  # fmt: skip


async def test_what_has_come_is_paid_back_once_and_put_on_the_shelf(till, db, clock, order):
    made = await ask(db, clock, order, quantity=2)
    await step(db, clock, returns.accept, made, "To Kassa, Berlin.")
    emma = line(order, "EMMA-PB")

    for _ in range(2):
        got = await step(db, clock, returns.receive, made, {emma: 2}, restock=frozenset({emma}))
    await till.settle()

    (refund,) = await till.refunds(order)
    assert (refund.id, refund.amount_minor, refund.state) == (got.refund_id, 2 * 1299, "succeeded")
    assert got.state is returns.State.RECEIVED
    assert await till.stock("EMMA-PB") == (4, 0)
    assert await left(db, order) == {"EMMA-PB": 0, "WALDEN-HB": 0}
    steps = [type_ for type_ in await journal(db, order) if type_.startswith("return.")]
    assert steps == ["return.asked", "return.accepted", "return.received"]


async def test_of_what_came_only_the_good_ones_are_paid_back(till, db, clock, order):
    made = await ask(db, clock, order, quantity=2)
    emma = line(order, "EMMA-PB")

    got = await step(db, clock, returns.receive, made, {emma: 1}, restock=frozenset())
    await till.settle()

    assert [one.quantity for one in got.lines] == [1]
    assert [one.amount_minor for one in await till.refunds(order)] == [1299]
    assert await till.stock("EMMA-PB") == (2, 0)
    assert await left(db, order) == {"EMMA-PB": 1, "WALDEN-HB": 0}


async def test_more_than_was_asked_or_nothing_has_not_come(till, db, clock, order):
    made = await ask(db, clock, order)
    emma = line(order, "EMMA-PB")

    for units in ({emma: 2}, {emma: 0}, {}, {line(order, "WALDEN-HB"): 1}):
        with pytest.raises(returns.InvalidReturn):
            await step(db, clock, returns.receive, made, units, restock=frozenset())

    assert await till.refunds(order) == []


async def test_a_refusal_says_why_and_lets_the_units_go(db, clock, order):
    made = await ask(db, clock, order, quantity=2)
    with pytest.raises(returns.AnswerMissing):
        await step(db, clock, returns.refuse, made, " ")

    got = await step(db, clock, returns.refuse, made, "It was read in the bath.")

    assert (got.state, got.answer) == (returns.State.REFUSED, "It was read in the bath.")
    assert await left(db, order) == {"EMMA-PB": 2, "WALDEN-HB": 0}
    with pytest.raises(returns.InvalidStep):
        await step(db, clock, returns.accept, made, "")


async def test_if_the_money_can_not_go_back_it_has_not_come(till, db, clock, order):
    made = await ask(db, clock, order, quantity=2)
    emma = line(order, "EMMA-PB")
    async with db.transaction() as tx:
        lines = [RefundLine(emma, 3)]
        await refunds.request(tx, order.id, lines=lines, reason="", actor=STAFF, now=clock.now())

    with pytest.raises(refunds.RefundTooLarge):
        await step(db, clock, returns.receive, made, {emma: 2}, restock=frozenset())

    async with db.connection() as conn:
        assert (await returns.get(conn, made.id)).state is returns.State.ASKED
    assert len(await till.refunds(order)) == 1


@pytest.mark.parametrize("state", returns.State)
@pytest.mark.parametrize("what", returns.Step)
def test_every_pair_of_state_and_step_is_decided(state, what):
    from kassa.returns.states import STEPS

    if (state, what) in STEPS:
        assert returns.after(state, what) is STEPS[state, what]
    else:
        with pytest.raises(returns.InvalidStep):
            returns.after(state, what)


async def test_the_queue_shows_what_waits_and_pages(db, clock, order):
    first = await ask(db, clock, order)
    clock.advance(minutes=1)
    second = await ask(db, clock, order)

    async with db.connection() as conn:
        assert await returns.waiting(conn) == 2
        page = await returns.page(conn, ["asked"], limit=1)
        assert [one.id for one in page.items] == [second.id]
        assert [one.id for one in (await returns.page(conn, ["asked"], after=page.next)).items] == [first.id]
        assert (await returns.page(conn, ["received"])).items == []
