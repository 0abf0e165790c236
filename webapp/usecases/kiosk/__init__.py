"""A device that stands in a store and serves one person after another."""
