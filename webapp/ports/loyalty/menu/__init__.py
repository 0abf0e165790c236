"""MENU with Punchh behind it: it prices the basket, and creating its order is what spends and earns (menu.md)."""

from webapp.ports.loyalty.menu.client import Menu
from webapp.ports.loyalty.menu.credentials import Credentials, Venue

__all__ = ["Credentials", "Menu", "Venue"]
