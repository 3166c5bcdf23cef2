"""What a merchant says against a dispute: its fields, their limit, and the sentences that decide in test mode."""

from typing import Any, Literal

from stripe_sandbox import spec
from stripe_sandbox.defaults import Obj
from stripe_sandbox.errors import invalid, no_such, refuse_unmodelled
from stripe_sandbox.work import Work, unset

Verdict = Literal["won", "lost", "escalated"]
# `uncategorized_text` of a test dispute: what the bank makes of it.
VERDICTS: dict[str, Verdict] = {
    "winning_evidence": "won",
    "losing_evidence": "lost",
    "escalate_inquiry_evidence": "escalated",
}


def add(work: Work, dispute: Obj, given: Obj) -> None:
    """Stage evidence: fields that were sent replace those that are there, an empty one takes it back.

    Raises:
        StripeError: 400 for more than 150,000 characters in all, a file that is none, or what is not modelled.
    """
    refuse_unmodelled(given, ("enhanced_evidence", "appeal"))
    texts = {name: value for name, value in given.items() if name not in ("enhanced_evidence", "appeal")}
    for name in spec.schema("dispute_evidence")["x-expandableFields"]:
        if texts.get(name) and work.get("file", texts[name]) is None:
            raise no_such("file upload", texts[name], f"evidence[{name}]", in_path=False)
    evidence = dispute["evidence"] | {name: unset(value) for name, value in texts.items()}
    if sum(len(text) for text in _texts(evidence)) > spec.EVIDENCE_CHARACTERS:
        limit = f"{spec.EVIDENCE_CHARACTERS:,}"
        raise invalid(f"The combined character count of all evidence is limited to {limit}.", "evidence")
    dispute["evidence"] = evidence


def exists(dispute: Obj) -> bool:
    """Whether anything is staged or submitted."""
    return any(_texts(dispute["evidence"]))


def verdict(dispute: Obj, *, inquiry: bool) -> Verdict | None:
    """What the bank makes of the evidence if it is one of the sentences of test mode; only an inquiry can be
    escalated.
    """
    found = VERDICTS.get((dispute["evidence"]["uncategorized_text"] or "").strip())
    return None if found == "escalated" and not inquiry else found


def _texts(evidence: Obj) -> list[Any]:
    return [value for value in evidence.values() if isinstance(value, str)]
