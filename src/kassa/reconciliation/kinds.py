"""What a case is called, what it means, and what can be done about it: one entry for each kind.

A test looks for every kind that is opened anywhere in the shop and wants it here and in the runbook.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case in words: what happened, and the steps from which an operator chooses."""

    title: str
    meaning: str
    steps: tuple[str, ...]


KINDS: Final[Mapping[str, Kind]] = {
    "unfit_payment": Kind(
        "A payment that does not fit its order",
        "The provider took an amount or a currency that is not the order's. Nothing is shipped on the strength of "
        "it, and what the order has no use for goes back to the customer by itself.",
        (
            "Compare the amounts on the order's page with those on the provider's.",
            "See that the refund of the surplus has been sent; if it failed there is a case of its own.",
            "Write to the customer if they still want the goods: they pay the right amount with a new attempt.",
            "If it happens again, find out who changes the amount: somebody edits payments at the provider.",
        ),
    ),
    "unknown_payment": Kind(
        "A payment of ours that the shop does not know",
        "The provider has an object that carries this shop's marks, and no payment here belongs to it. It may stem "
        "from a database that was put back to an older state, or from another shop on the same account.",
        (
            "Look the object up in the provider's dashboard: does its order exist here, or did it once?",
            "If it belongs to another installation, give each its own account or webhook secret.",
            "If money was taken and nobody here knows of it, give it back in the provider's dashboard.",
            "If the database was restored from a backup, run `kassa reconcile` over the time that was lost.",
        ),
    ),
    "event_not_heeded": Kind(
        "A provider event that could not be heeded",
        "An event was kept, and every attempt to act on it failed for about half a day. What it told is not lost: "
        "the poller and the nightly reconciliation ask for the same facts.",
        (
            "Read the error: it names what stood in the way.",
            "When the cause is gone, replay the event. Replaying is safe, however often.",
            "If it can't be heeded at all, look at the order and the provider's dashboard, and see that both agree.",
        ),
    ),
    "early_fraud_warning": Kind(
        "The card's issuer suspects fraud",
        "The issuer says that the payment may not have been made by the cardholder. Most such payments are disputed "
        "later, and a dispute costs a fee; a refund now prevents it.",
        (
            "Look at the order: address, e-mail, amount, other orders of the same customer.",
            "If you don't know the customer, refund in full before anything is shipped.",
            "If you are sure, ship, and keep the proof of delivery for the dispute.",
        ),
    ),
    "refund_failed": Kind(
        "A refund did not arrive",
        "The bank sent the refund back, or the provider gave it up. The money is in the shop's balance again, and "
        "the books say so: the customer is still owed it.",
        (
            "Read the reason on the order's page: a closed or lost card is the usual one.",
            "Try another refund; if the card is gone, ask the customer for a bank account and pay by transfer.",
            "Write down in the resolution how the money went back.",
        ),
    ),
    "tax_not_recorded": Kind(
        "Stripe Tax did not take a sale",
        "The order is paid and its tax was charged as Stripe worked it out, but Stripe refuses to record the sale. It "
        "is missing in Stripe's tax reports, and nowhere else.",
        (
            "Read the error: a calculation is good for 90 days, and rates may have changed since.",
            "Add the sale to the tax return by hand: the order's page shows rate, base and tax.",
            "Write down in the resolution where it was declared.",
        ),
    ),
    "tax_not_reversed": Kind(
        "Stripe Tax did not take a refund",
        "Money went back to the customer, but Stripe refuses to take it off the sale it recorded. Its tax reports say "
        "too much.",
        (
            "Look the transaction up in Stripe: was it reversed there by hand already?",
            "If not, reverse it in Stripe's dashboard, or correct the tax return by hand.",
            "Write down in the resolution which of the two.",
        ),
    ),
    "dispute_opened": Kind(
        "A customer disputes a payment",
        "The cardholder told their bank that the payment is not right. The amount and a fee are withdrawn until the "
        "bank has decided. After the deadline it is lost without a word.",
        (
            "Open the dispute: its reason says which evidence counts.",
            "Take the evidence pack of the order, add proof of delivery and messages, and submit before the deadline.",
            "If the customer is right, accept it by letting the deadline pass; never refund beside a dispute.",
        ),
    ),
    "payment_mismatch": Kind(
        "A payment that the two books tell differently",
        "The provider shows one amount, currency or end of a payment, and the shop another, even after asking again. "
        "It does not come about by lost messages: somebody or something changed one of the two.",
        (
            "Run `kassa prove`: it names what does not fit here.",
            "Compare the payment on the order's page with the provider's dashboard: amount, currency, state.",
            "If the database was put back to an older state or edited by hand, find out by whom.",
            "Ship nothing of the order until both agree.",
        ),
    ),
    "stray_payable": Kind(
        "A page of the provider's that can still be paid",
        "The provider has a second object for an order, and it would not let the shop close it. If somebody pays it, "
        "the money is surplus and goes back by itself.",
        (
            "Look the object up in the provider's dashboard and expire its Checkout Session there.",
            "If it was paid meanwhile, see on the order's page that the surplus went back.",
        ),
    ),
    "refund_mismatch": Kind(
        "A refund that the two books tell differently",
        "The provider shows another amount, currency or end of a refund than the shop, even after asking again.",
        (
            "Compare the refund on the order's page with the provider's dashboard.",
            "If the customer was given too much or too little, put that right with another refund.",
            "Run `kassa prove` and find out what changed one of the two.",
        ),
    ),
    "dispute_mismatch": Kind(
        "A dispute that the two books tell differently",
        "What the provider took for a dispute, or gave back, is not what the ledger has for it, even after asking "
        "again. It happens when a bank moves the money more than once.",
        (
            "Look at the dispute's lines of the balance in the provider's dashboard.",
            "Tell your bookkeeper the difference, and write the lines into the resolution.",
        ),
    ),
    "missing_at_provider": Kind(
        "Money in our books that the provider does not know",
        "A payment or refund stands here as done, and the provider has none of that name, or not as done. The keys of "
        "another account, or a database copied from another installation, are the usual causes.",
        (
            "See that STRIPE_SECRET_KEY is of the account, and the mode (test or live), in which it was paid.",
            "Look for the payment in the provider's dashboard by the order's number.",
            "Ship nothing of the order until the money is found.",
        ),
    ),
    "unmatched_balance": Kind(
        "A line of the provider's balance that nothing here explains",
        "Money moved at the provider, and it is no payment, refund, dispute or payout of this shop, or the line does "
        "not say what it said before: an adjustment, a reserve, a top-up.",
        (
            "Look the line up in the provider's dashboard: it says what it is for.",
            "Tell your bookkeeper: the ledger's account `provider` is off by this amount.",
        ),
    ),
    "payout_failed": Kind(
        "A payout did not reach the bank",
        "The bank sent a payout back. The money is in the provider's balance again, and the ledger says so.",
        (
            "Read the reason in the provider's dashboard and correct the bank account.",
            "The provider pays out again when the account is right.",
        ),
    ),
    "not_reconciled": Kind(
        "Something that reconciliation could not repair",
        "An object of the provider's differs from what is here, and bringing it in failed. Everything else was looked "
        "at all the same.",
        (
            "Read the error. Often something else is not decided yet, such as a refund of the same money.",
            "Run the reconciliation again over that time. If the order's page then agrees with the provider's "
            "dashboard, resolve the case.",
            "If it fails again, replay the events of the object.",
        ),
    ),
    "webhooks_silent": Kind(
        "Payments succeed, and no webhook tells of them",
        "The shop found successes by asking, which works but is slower. The provider's webhooks do not arrive, or "
        "are refused for their signature.",
        (
            "Look at the provider's dashboard under webhooks: which answer does it get from the shop?",
            "400 means the secret differs: set STRIPE_WEBHOOK_SECRET to the endpoint's; while rolling, to both.",
            "No answer means the address is not to be reached: DNS, certificate, firewall, a paused endpoint.",
            "When they arrive again, resend the missed ones from the dashboard, or run `kassa reconcile`.",
        ),
    ),
    "authorization_expiring": Kind(
        "An authorisation is about to lapse",
        "The money of an order was only authorised and has not been collected. When the authorisation lapses the "
        "bank lets the money go, and the order ends unpaid.",
        (
            "If the goods are ready, ship them now: shipping collects the money first.",
            "If they can't be shipped in time, cancel the order; the customer is not charged.",
            "If it happens often, collect at once: KASSA_CAPTURE=automatic.",
        ),
    ),
    "job_dead": Kind(
        "A piece of work that failed too often",
        "A job was tried for about half a day and failed each time, so nobody tries it again by himself: a mail, a "
        "refund or a question to the provider may be missing.",
        (
            "Read the error on the page of dead jobs; its last line names the cause.",
            "Remove the cause, then give the job another try there. A job that was done already does nothing.",
        ),
    ),
}  # fmt: skip

#: For a kind that this version has no words for, such as one of a newer version's during an upgrade.
_OTHER: Final = Kind(
    "Something an operator must look at",
    "This version of the shop has no words for this kind of case.",
    ("Read what is known, look at the order, and write down what you did.",),
)


def kind_of(name: str) -> Kind:
    """The kind in words; a kind that is not known here reads in general terms."""
    return KINDS.get(name, _OTHER)
