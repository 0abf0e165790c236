"""The diner's door."""

from flask import Blueprint

from webapp.doors.shop import (
    arrival,
    basket,
    checkout,
    dish,
    identify,
    loyalty,
    menu,
    not_me,
    order,
    pay,
    proof,
    scan,
    slot,
)

ROOMS = (arrival, menu, dish, basket, scan, slot, identify, loyalty, proof, checkout, pay, order, not_me)


def blueprint() -> Blueprint:
    """Every address of the shop."""
    shop = Blueprint("shop", __name__)
    for room in ROOMS:
        room.register(shop)
    return shop
