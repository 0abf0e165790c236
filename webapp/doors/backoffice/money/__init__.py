"""Money at the desk: refunds, and the provider's days beside ours."""
