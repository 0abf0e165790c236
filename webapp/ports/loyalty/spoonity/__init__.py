"""Spoonity: sessions, balances in several currencies, stored value, whole and final orders (spoonity.md)."""

from webapp.ports.loyalty.spoonity.client import Spoonity
from webapp.ports.loyalty.spoonity.credentials import BadCredentials, Credentials

__all__ = ["BadCredentials", "Credentials", "Spoonity"]
