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
