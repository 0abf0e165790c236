"""The diner's door."""

from flask import Blueprint

from webapp.doors.shop.arrive import arrival, legal, scan, slot, typed
from webapp.doors.shop.browse import dish, menu
from webapp.doors.shop.cart import basket, codes, reward_dish, rewards
from webapp.doors.shop.follow import order, papers
from webapp.doors.shop.kiosk import enter, keypad, pairing, passes, start
from webapp.doors.shop.member import get_reward, identify, joining, loyalty, not_me, proof, signing_in
from webapp.doors.shop.pay import checkout, payment, tip, value

ROOMS = (
    arrival,
    menu,
    dish,
    basket,
    legal,
    scan,
    typed,
    slot,
    identify,
    joining,
    signing_in,
    loyalty,
    get_reward,
    proof,
    checkout,
    tip,
    payment,
    value,
    order,
    not_me,
    codes,
    rewards,
    reward_dish,
    papers,
    enter,
    start,
    pairing,
    keypad,
    passes,
)


def blueprint() -> Blueprint:
    """Every address of the shop."""
    shop = Blueprint("shop", __name__)
    for room in ROOMS:
        room.register(shop)
    return shop
