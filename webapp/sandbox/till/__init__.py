"""A pretend till: orders arrive, somebody presses "Paid" or "Cancelled", and the shop is called back, or is not."""
