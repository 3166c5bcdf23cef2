"""Every type of event that touches us is heeded, or ignored by name with its reason."""

import json
import re
from pathlib import Path

import pytest

import stripe_sandbox
from kassa.webhooks import HEEDED, IGNORED
from kassa.webhooks.ignored import why

#: What Stripe sends in the flows that a shop like this one can see, flow by flow.
FLOWS = {
    "create intent": ["payment_intent.created"],
    "card succeeds": ["charge.succeeded", "payment_intent.succeeded", "charge.updated"],
    "declined": ["charge.failed", "payment_intent.payment_failed"],
    "3-D Secure": ["payment_intent.requires_action", "payment_intent.payment_failed"],
    "manual capture": ["payment_intent.amount_capturable_updated", "charge.captured"],
    "cancel a hold": ["payment_intent.canceled", "charge.refunded", "charge.expired"],
    "delayed method": ["payment_intent.processing", "charge.pending"],
    "save card": ["payment_method.attached"],
    "hosted": [
        "checkout.session.completed", "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed", "checkout.session.expired",
    ],
    "refund": ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"],
    "dispute": [
        "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.updated",
        "charge.dispute.funds_reinstated", "charge.dispute.closed",
    ],
    "fraud": ["radar.early_fraud_warning.created", "radar.early_fraud_warning.updated"],
    "set up": [
        "setup_intent.created", "setup_intent.requires_action", "setup_intent.succeeded", "setup_intent.setup_failed",
        "setup_intent.canceled",
    ],
    "customer": [
        "customer.created", "customer.updated", "customer.deleted", "payment_method.detached",
        "payment_method.updated",
    ],
    "payout": ["payout.created", "payout.paid", "payout.failed", "payout.reconciliation_completed"],
}  # fmt: skip
#: Where money moves, or an order's payment could.
OURS = ("payment_intent.", "charge.", "checkout.", "refund.", "radar.", "review.", "payout.", "balance.")
MOVES_MONEY = [
    "payment_intent.succeeded", "payment_intent.payment_failed", "payment_intent.requires_action",
    "payment_intent.processing", "payment_intent.canceled", "payment_intent.amount_capturable_updated",
    "checkout.session.completed", "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed", "checkout.session.expired", "refund.created", "refund.updated",
    "refund.failed", *FLOWS["dispute"], "radar.early_fraud_warning.created",
]  # fmt: skip


def every_type_there_is() -> list[str]:
    document = Path(stripe_sandbox.__file__).parent / "openapi" / "openapi.json"
    schema = json.loads(document.read_text())["components"]["schemas"]["event"]
    return list(schema["properties"]["type"]["enum"])


@pytest.mark.parametrize("flow", FLOWS)
def test_every_event_of_a_flow_is_heeded_or_ignored_by_name(flow):
    assert [type_ for type_ in FLOWS[flow] if type_ not in HEEDED and why(type_) is None] == []


def test_no_type_where_money_moves_is_unheard_of():
    unheard = [
        type_
        for type_ in every_type_there_is()
        if type_.startswith(OURS) and type_ not in HEEDED and why(type_) is None
    ]
    assert unheard == []


@pytest.mark.parametrize("type_", MOVES_MONEY)
def test_what_moves_money_is_heeded_and_not_ignored(type_):
    assert type_ in HEEDED
    assert type_ not in IGNORED


def test_nothing_is_both_heeded_and_ignored_and_every_reason_is_a_sentence_part():
    assert not set(HEEDED) & set(IGNORED)
    assert all(len(reason) > 8 for reason in IGNORED.values())


def test_every_type_that_the_sandbox_sends_is_known():
    source = Path(stripe_sandbox.__file__).parent
    said = {
        found
        for path in source.rglob("*.py")
        for found in re.findall(r'"([a-z_]+(?:\.[a-z_]+)+)"', path.read_text())
    }
    sent = said & set(every_type_there_is())
    assert "payment_intent.succeeded" in sent
    assert [type_ for type_ in sorted(sent) if type_ not in HEEDED and why(type_) is None] == []
