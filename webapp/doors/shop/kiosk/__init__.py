"""The same shop on a device that stands in the store: one person after another, and nothing of one for the next."""
