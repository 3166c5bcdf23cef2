"""BalanceTransactions and the balance they add up to.

A transaction is *pending* until `available_on`, then *available*: its status is read off the clock.
"""

from stripe_sandbox.defaults import Obj, blank
from stripe_sandbox.ids import new_id
from stripe_sandbox.work import Work

AVAILABLE_AFTER = 2 * 86400


def fee_of(amount: int) -> int:
    """The fee of a card charge in minor units: 2.9 % rounded half up, plus 30."""
    return (amount * 29 + 500) // 1000 + 30


def enter_charge(work: Work, charge: Obj, *, at_once: bool) -> str:
    """Book a captured charge; returns the transaction's id."""
    amount = charge["amount_captured"]
    fee = fee_of(amount)
    return _enter(work, charge, "charge", "charge", amount, fee, 0 if at_once else AVAILABLE_AFTER)


def enter_refund(work: Work, refund: Obj) -> str:
    """Book money going back; returns the transaction's id."""
    return _enter(work, refund, "refund", "refund", -refund["amount"], 0, 0)


def enter_refund_failure(work: Work, refund: Obj) -> str:
    """Book money that came back because the bank returned a refund; returns the transaction's id."""
    return _enter(work, refund, "refund_failure", "refund_failure", refund["amount"], 0, 0)


def refresh(transaction: Obj, now: int) -> Obj:
    """The transaction with the status it has at `now`."""
    transaction["status"] = "available" if transaction["available_on"] <= now else "pending"
    return transaction


def retrieve_balance(work: Work) -> Obj:
    """`GET /v1/balance`: what is available and what is pending, per currency."""
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    for currency, ready, total in work.box.store.rows(
        "SELECT json_extract(body, '$.currency'), json_extract(body, '$.available_on') <= ?,"
        " sum(json_extract(body, '$.net')) FROM objects WHERE type = 'balance_transaction' GROUP BY 1, 2",
        (work.now,),
    ):
        sums["available" if ready else "pending"][currency] = total
        sums["pending" if ready else "available"].setdefault(currency, 0)
    lists = {
        name: [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}}
            for currency, amount in sorted((amounts or {"usd": 0}).items())
        ]
        for name, amounts in sums.items()
    }
    return blank("balance") | lists


def _enter(work: Work, source: Obj, type: str, category: str, amount: int, fee: int, wait: int) -> str:
    transaction = blank("balance_transaction")
    details = [
        {
            "amount": fee,
            "application": None,
            "currency": source["currency"],
            "description": "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
    transaction |= {
        "id": new_id("txn_3"),
        "amount": amount,
        "available_on": work.now + wait,
        "balance_type": "payments",
        "created": work.now,
        "currency": source["currency"],
        "description": source.get("description"),
        "fee": fee,
        "fee_details": details if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "type": type,
    }
    work.save(refresh(transaction, work.now))
    identifier: str = transaction["id"]
    return identifier
