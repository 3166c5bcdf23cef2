"""Work that happens after the commit of its cause.

Tables: `jobs`, `schedules`, `workers`. Invariants: a job row is written in the transaction of its cause, so
it exists exactly if the cause does; a job runs at least once (handlers are idempotent); a job that fails is
tried again with growing pauses and, after `MAX_ATTEMPTS`, kept as `dead` for an operator to see; a `key`
keeps a second job for the same thing out while the first is still there. Why a table of our own and not a
queue library: docs/adr/0003-jobs.md.
"""

from kassa.jobs.queue import MAX_ATTEMPTS, DeadJob, dead, enqueue, enqueue_many, retry
from kassa.jobs.worker import Handler, Schedule, Worker, drain

__all__ = [
    "MAX_ATTEMPTS",
    "DeadJob",
    "Handler",
    "Schedule",
    "Worker",
    "dead",
    "drain",
    "enqueue",
    "enqueue_many",
    "retry",
]
