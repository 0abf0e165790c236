"""The adapter for Stripe, through its official library.

That library costs some 30 MB of memory in every process that imports it, so nothing but `webapp.wire` leads here, and
only where the settings name Stripe.
"""

from webapp.ports.payment.stripe.adapter import StripePayment

__all__ = ["StripePayment"]
