"""What the tests of the proof share: a shop in which everything has happened, and what a proof found."""

from kassa.reconciliation.prove import Proof


def broken(proof: Proof) -> dict[str, list[str]]:
    """The violations, by the invariant's name."""
    return {check.name: list(check.violations) for check in proof.checks if not check.ok}
