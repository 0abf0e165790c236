"""What localstripe lacks to stand in for Stripe: Checkout with its hosted page, idempotency, events, refusals.

A process of its own in front of localstripe's, which it reaches over HTTP and never imports (that one is GPL), passing
on whatever it does not know. It imports nothing of the shop, and the shop nothing of it.
"""
