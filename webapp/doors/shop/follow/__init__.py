"""The order after it was paid."""
