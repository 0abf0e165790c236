"""The diner's door."""

from flask import Blueprint

from webapp.doors.shop import arrival, basket, checkout, dish, identify, loyalty, menu, order, pay, scan, slot

ROOMS = (arrival, menu, dish, basket, scan, slot, identify, loyalty, checkout, pay, order)


def blueprint() -> Blueprint:
    """Every address of the shop."""
    shop = Blueprint("shop", __name__)
    for room in ROOMS:
        room.register(shop)
    return shop
