"""To come."""

from flask import Blueprint


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    del shop
