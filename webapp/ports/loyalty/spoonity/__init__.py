"""Spoonity: sessions, balances in several currencies, stored value, whole and final orders (spoonity.md)."""

from webapp.ports.loyalty.spoonity.client import Spoonity
from webapp.ports.loyalty.spoonity.credentials import Credentials

__all__ = ["Credentials", "Spoonity"]
