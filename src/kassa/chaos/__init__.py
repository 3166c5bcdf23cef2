"""Chaos: a seeded simulation of buyers, operators and misfortune against the real shop.

The database is a real PostgreSQL, the provider a real (in-process) Stripe sandbox, the shop its real HTTP
edges, workers and verbs. What is simulated is chance and time: several shop processes live in one, each with
connections of its own, and between any two statements or calls a seeded scheduler (`stage`) decides who goes
on, who dies, and what time it is. The same seed gives the same run, step by step.

No tables. Invariants: at most one piece of shop code runs at a time between two steps; a process that was
killed says nothing more to the database or the provider.
"""
