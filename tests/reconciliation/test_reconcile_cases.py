"""What can't be decided by comparing is put before the operator, once, with what both sides say."""

from datetime import timedelta

import pytest
from tests.factories import place
from tests.reconciliation.shut import shut_shop

from kassa import orders, reconciliation
from kassa.kernel.ids import new_id
from kassa.reconciliation.reconcile.told import FAMILIES
from kassa.refunds import RefundTooLarge
from kassa.stripe.books import Books
from kassa.webhooks import HEEDED
from stripe_sandbox.objects import balance

S = orders.State
NOW = {"confirm": True, "payment_method": "pm_card_visa"}
CARD = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}


@pytest.fixture
async def till(db, clock):
    made = await shut_shop(db, clock)
    yield made
    made.stripe.close()


async def intent(till, marks, amount=1299, **more):
    """A PaymentIntent that somebody else's hand made, with our marks."""
    wish = {"amount": amount, "currency": "eur", "metadata": marks, **CARD, **more}
    return await till.stripe.stripe.v1.payment_intents.create_async(wish)


async def write(db, sql, *args):
    """A hand in the database."""
    async with db.transaction() as tx:
        await tx.execute(sql, *args)


async def known(till, kind):
    """What is known of the one case of this kind."""
    async with till.db.connection() as conn:
        (case,) = (await reconciliation.page(conn, kind=kind)).items
    return case.known


async def test_money_with_our_marks_that_belongs_to_nothing_here_is_a_case_and_stays(till):
    made = await intent(till, {"kassa_payment": str(new_id()), "kassa_order": str(new_id())}, **NOW)

    report = await till.compare()
    again = await till.compare()

    assert (report.tally.cases, again.tally.cases) == (1, 0)
    assert await till.cases() == [("unknown_payment", made.id)]
    assert (await known(till, "unknown_payment"))["provider_minor"] == 1299
    assert await till.charged() == [1299]


async def test_a_second_object_of_an_order_that_was_paid_is_money_that_goes_back(till):
    order, _ = await till.sold()
    await till.compare()
    await intent(till, {"kassa_order": str(order.id)}, **NOW)

    report = await till.compare()
    await till.settle()

    assert report.tally.repaired["payments"] == 1
    assert [payment.surplus for payment in await till.payments(order)] == [False, True]
    assert sorted(await till.charged()) == [0, order.total_minor]
    assert await till.broken() == []


async def test_a_second_object_of_an_order_that_could_be_paid_is_closed(till):
    order, payment = await till.sold()
    await till.compare()
    other = await intent(till, {"kassa_payment": str(payment.id), "kassa_order": str(order.id)})

    await till.compare()

    assert (await till.gateway.intent(other.id)).status == "canceled"
    assert len(await till.payments(order)) == 1


async def test_a_page_with_our_marks_that_can_not_be_closed_is_a_case_until_it_is_paid_or_over(till):
    order, _ = await till.sold()
    await till.compare()
    page = await till.stripe.session(
        payment_intent_data={"metadata": {"kassa_order": str(order.id)}}, customer_email="ada@example.org"
    )
    path = f"/checkout/sessions/{page.id}/pay"
    await till.stripe.control("POST", path, {"payment_method": "pm_card_visa_chargeDeclined"})

    first, second = await till.compare(), await till.compare()

    (case,) = await till.cases()
    assert (case[0], first.tally.cases, second.tally.cases) == ("stray_payable", 1, 0)
    told = await known(till, "stray_payable")
    assert (told["object"], told["provider_is"]) == (case[1], "requires_payment_method")
    assert await till.charged() == [order.total_minor]
    assert len(await till.payments(order)) == 1


async def test_an_amount_that_was_changed_here_is_a_case_and_nothing_is_changed(till, db):
    till.broken_by_hand = True
    order, _ = await till.sold()
    await till.compare()
    await write(db, "update payments set received_minor = 5000")

    await till.compare()

    facts = await known(till, "payment_mismatch")
    assert (facts["provider_minor"], facts["ours_minor"], facts["currency"]) == (
        order.total_minor, 5000, "EUR",
    )  # fmt: skip
    assert (await till.payments(order))[0].received_minor == 5000


async def test_money_that_comes_while_its_page_is_read_is_no_case(till, db, clock, monkeypatch):
    order = await place(db, clock)
    payment = await till.pay(order)
    pages = Books.intents

    async def paid_meanwhile(self, *args):
        async for page in pages(self, *args):
            assert await till.confirm(payment) == "succeeded"
            yield page

    monkeypatch.setattr(Books, "intents", paid_meanwhile)

    await till.compare()

    assert await till.cases() == []
    assert (await till.order(order)).state is S.PAID


async def test_a_success_that_the_provider_does_not_know_is_a_case(till, db):
    till.broken_by_hand = True
    await till.sold()
    await till.compare()
    await write(db, "update payments set intent_ref = 'pi_elsewhere', balance_ref = null, charge_ref = null")

    await till.compare()

    (payment_id,) = [cause for kind, cause in await till.cases() if kind == "missing_at_provider"]
    assert (await known(till, "missing_at_provider"))["payment_id"] == payment_id


async def test_a_refund_that_the_provider_does_not_know_is_a_case(till, db):
    till.broken_by_hand = True
    _, payment = await till.sold()
    await till.give_back(payment, 300)
    await till.compare()
    await write(db, "update refunds set provider_ref = 're_elsewhere', amount_minor = 200")

    await till.compare()

    assert "missing_at_provider" in [kind for kind, _ in await till.cases()]


async def test_a_refund_of_another_amount_is_a_case(till, db):
    till.broken_by_hand = True
    _, payment = await till.sold()
    reference = await till.give_back(payment, 300)
    await till.compare()
    await write(db, "update refunds set amount_minor = 200")

    await till.compare()

    assert await till.cases() == [("refund_mismatch", reference)]
    facts = await known(till, "refund_mismatch")
    assert (facts["provider_minor"], facts["ours_minor"]) == (300, 200)


async def test_a_refund_that_failed_long_after_is_found_in_the_balance(till):
    order, payment = await till.sold()
    reference = await till.give_back(payment, 300)
    await till.compare()
    await till.days(2)
    await till.compare()
    status, _ = await till.stripe.control("POST", f"/refunds/{reference}", {"status": "failed"})
    assert status == 200

    report = await till.compare()
    await till.settle()

    assert report.tally.counted["refunds"] == 0
    assert (await till.refunds(order))[0].state == "failed"
    assert (await till.order(order)).refunded_minor == 0
    assert [kind for kind, _ in await till.cases()] == ["refund_failed"]


async def test_a_refund_that_fails_while_its_page_is_read_is_no_mismatch(till, monkeypatch):
    order, payment = await till.sold()
    await till.compare()
    reference = await till.give_back(payment, 300)
    pages = Books.refunds

    async def failed_meanwhile(self, *args):
        async for page in pages(self, *args):
            assert (await till.stripe.control("POST", f"/refunds/{reference}", {"status": "failed"}))[
                0
            ] == 200
            yield page

    monkeypatch.setattr(Books, "refunds", failed_meanwhile)

    await till.compare()

    assert await till.cases() == []
    assert (await till.order(order)).refunded_minor == 0
    assert await till.broken() == []


async def test_a_dispute_that_is_decided_while_its_page_is_read_is_no_mismatch(till, monkeypatch):
    _, payment = await till.sold()
    await till.compare()
    dispute = await till.contest(payment)
    pages = Books.disputes

    async def won_meanwhile(self, *args):
        async for page in pages(self, *args):
            assert (await till.stripe.control("POST", f"/disputes/{dispute}/close", {"status": "won"}))[
                0
            ] == 200
            yield page

    monkeypatch.setattr(Books, "disputes", won_meanwhile)

    await till.compare()

    assert "dispute_mismatch" not in [kind for kind, _ in await till.cases()]
    assert (await till.gateway.dispute(dispute)).status == "won"


async def test_a_dispute_whose_books_were_changed_is_a_case(till, db):
    till.broken_by_hand = True
    _, payment = await till.sold()
    dispute = await till.contest(payment)
    await till.compare()
    await write(db, "alter table ledger_lines disable trigger user")
    await write(
        db,
        """
        update ledger_lines set amount_minor = amount_minor + 5 from ledger_entries
        where entry_id = id and kind = 'dispute' and account = 'provider'
        """,
    )

    await till.compare()

    assert ("dispute_mismatch", dispute) in await till.cases()


async def test_a_line_of_the_balance_that_nobody_can_explain_is_a_case(till):
    await till.sold()
    await till.days(1)
    line = await odd_line(till, "adjustment", -250)

    await till.compare()
    again = await till.compare()

    assert again.tally.cases == 0
    assert await till.cases() == [("unmatched_balance", line)]
    assert (await known(till, "unmatched_balance"))["provider_minor"] == -250


async def test_what_the_provider_takes_for_its_services_is_posted_as_a_fee(till):
    await till.sold()
    await till.days(1)
    await till.compare()
    before = (await till.books())["fees"]
    await odd_line(till, "stripe_fee", -75)

    await till.compare()
    await till.compare()

    assert (await till.books())["fees"] == before + 75
    assert await till.cases() == []


async def test_a_fee_that_was_changed_is_a_case(till, db):
    till.broken_by_hand = True
    await till.sold()
    await till.days(1)
    await till.compare()
    await write(db, "update payments set fee_minor = 1")

    await till.compare(since=till.clock.now() - timedelta(days=2))

    assert [kind for kind, _ in await till.cases()] == ["unmatched_balance"]


async def test_what_can_not_be_repaired_holds_nothing_else_up(till, monkeypatch):
    first, payment = await till.sold()
    second, _ = await till.sold()
    reference = await till.give_back(payment, 300)

    async def refuse(*_args, **_more):
        raise RefundTooLarge("A refund of ours for the same money is not decided yet.")

    with monkeypatch.context() as patch:
        patch.setattr("kassa.refunds.sync", refuse)
        report = await till.compare()

    assert report.complete
    assert await till.cases() == [("not_reconciled", reference)]
    assert "not decided yet" in (await known(till, "not_reconciled"))["error"]
    assert [(await till.order(order)).state for order in (first, second)] == [S.PAID, S.PAID]

    await till.settle()
    assert [refund.amount_minor for refund in await till.refunds(first)] == [300]


def test_whatever_is_heeded_is_among_the_events_that_are_looked_for():
    assert [type_ for type_ in HEEDED if not type_.startswith(FAMILIES)] == []


async def odd_line(till, type_, amount):
    """A line of the provider's balance that no payment made; its name."""
    with till.stripe.box.work() as work:
        made = balance._enter(work, {"id": "none", "currency": "eur"}, amount, balance._Entry(type_, type_))
        return work.save(made | {"source": None})["id"]
