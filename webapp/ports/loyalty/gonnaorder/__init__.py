"""GonnaOrder: vouchers and a wallet of money that points turn into (gonnaorder.md)."""

from webapp.ports.loyalty.gonnaorder.client import GonnaOrder
from webapp.ports.loyalty.gonnaorder.credentials import Credentials

__all__ = ["Credentials", "GonnaOrder"]
