"""The diner's door."""

from flask import Blueprint

from webapp.doors.shop import (
    arrival,
    basket,
    checkout,
    codes,
    dish,
    get_reward,
    identify,
    loyalty,
    menu,
    not_me,
    order,
    pay,
    proof,
    reward_dish,
    rewards,
    scan,
    slot,
)

ROOMS = (
    arrival,
    menu,
    dish,
    basket,
    scan,
    slot,
    identify,
    loyalty,
    get_reward,
    proof,
    checkout,
    pay,
    order,
    not_me,
    codes,
    rewards,
    reward_dish,
)


def blueprint() -> Blueprint:
    """Every address of the shop."""
    shop = Blueprint("shop", __name__)
    for room in ROOMS:
        room.register(shop)
    return shop
