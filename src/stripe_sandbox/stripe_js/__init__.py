"""Stripe.js, the part that runs on the shop's page: plain JavaScript, served in one piece at `/stripe.js`.

The sources share one scope; `pages.assets` wraps them into a single function in the order given there. What
the shop's page may do is drawn in `stripe.js`, what happens after a confirmation in `confirm.js`. Card
numbers never reach this code: they stay in the sandbox's own frame (`pages/static/element.js`).
"""
