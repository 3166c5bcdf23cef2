"""How many rows a proof looked at."""

from collections.abc import Mapping

from kassa.kernel.db import Tx


async def counts(tx: Tx) -> Mapping[str, int]:
    """The number of rows of every table that an invariant is about."""
    row = await tx.fetchrow(
        """
        select (select count(*) from stock) as stock, (select count(*) from movements) as movements,
            (select count(*) from holds) as holds, (select count(*) from hold_lines) as hold_lines,
            (select count(*) from buy_nows) as buy_nows, (select count(*) from orders) as orders,
            (select count(*) from order_lines) as order_lines, (select count(*) from order_events) as order_events,
            (select count(*) from payments) as payments, (select count(*) from refunds) as refunds,
            (select count(*) from refund_lines) as refund_lines, (select count(*) from disputes) as disputes,
            (select count(*) from fulfilments) as fulfilments, (select count(*) from mails) as mails,
            (select count(*) from fulfilment_lines) as fulfilment_lines,
            (select count(*) from ledger_entries) as ledger_entries, (select count(*) from cases) as cases,
            (select count(*) from returns) as returns, (select count(*) from reviews) as reviews,
            (select count(*) from gift_cards) as gift_cards,
            (select count(*) from discounts) as discounts, (select count(*) from redemptions) as redemptions,
            (select count(*) from tax_sales) as tax_sales, (select count(*) from tax_reversals) as tax_reversals,
            (select count(*) from stripe_events) as stripe_events, (select count(*) from reminders) as reminders,
            (select count(*) from idempotency_keys) as idempotency_keys
        """
    )
    return {name: row[name] for name in row.keys()} if row is not None else {}  # noqa: SIM118 - asyncpg's Record


async def settle_in(tx: Tx) -> None:
    """Ready this transaction for reading whole tables: no time limit, and no plan that visits a table row by row.

    Each statement of a proof reads its tables once; a nested loop, chosen on stale statistics, would make a
    million orders take days instead of seconds.
    """
    await tx.execute(
        """
        select set_config('statement_timeout', '0', true),
            set_config('idle_in_transaction_session_timeout', '0', true),
            set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)
        """
    )
