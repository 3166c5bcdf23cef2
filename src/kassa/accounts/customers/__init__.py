"""Customers: people who buy and want to be known again.

Tables: `customers`, `customer_tokens`, `passkeys`, `tries`; of `sessions` who is signed in. Invariants: an
account exists only once somebody proved that they read its address, so nothing that a stranger typed before is
ever part of it; a token is stored as its SHA-256 and opens something once; whatever is asked about an address,
the answer and the work are the same whether it has an account or not; a session gets a new token whenever its
user changes; one bag per customer on every device. Why it is so: docs/adr/0012-customers.md.
"""
