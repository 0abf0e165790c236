"""Carts and orders as MENU wants them (menu.md section 5)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from webapp.ports.loyalty.cart import Cart, Chosen, ChosenKind
from webapp.ports.loyalty.errors import Refused
from webapp.ports.loyalty.menu import reading
from webapp.ports.loyalty.menu.credentials import Credentials, Venue
from webapp.ports.loyalty.menu.guesses import Guesses
from webapp.ports.loyalty.paid_order import PaidOrder, UsedValue

Body = dict[str, Any]
KINDS = {"reward": ChosenKind.REWARD, "owned": ChosenKind.OWNED, "code": ChosenKind.CODE, "credit": ChosenKind.CREDIT}


def place(venue: Venue, mode: str, table_label: str, guesses: Guesses) -> tuple[str, int]:
    """Singular point and order type of an order.

    Raises:
        Refused: code `no_place`: this venue takes no such orders.
    """
    if mode == "collect":
        point, number = venue.collect, guesses.takeout[1]
    elif table_label in venue.tables:
        point, number = venue.tables[table_label], guesses.full_service[1]
    else:
        point, number = venue.counter, guesses.counter[1]
    if not point:
        raise Refused("no singular point", code="no_place")
    return point, number


@dataclass
class Sold:
    """So many of one dish, each with these paid options: their names in `Credentials.items`, and how often."""

    sku: str
    quantity: int = 1
    options: list[tuple[str, int]] = field(default_factory=list)


def items(sold: Iterable[Sold], credentials: Credentials, guesses: Guesses) -> list[Body]:
    """Dishes and their paid options as their items.

    Raises:
        Refused: code `no_item`: a dish or an option that was not mapped.
    """

    def theirs(name: str) -> str:
        item = credentials.items.get(name)
        if item is None:
            raise Refused("a dish or an option without an item of theirs", code="no_item")
        return item

    return [
        guesses.item(theirs(one.sku), one.quantity, [(theirs(name), many) for name, many in one.options])
        for one in sold
    ]


def in_cart(cart: Cart) -> list[Sold]:
    """What is to be priced; options that cost nothing change no price."""
    return [
        Sold(
            line.sku,
            line.quantity,
            [(option_name(one.sku, one.name), one.quantity) for one in line.options if one.unit_price],
        )
        for line in cart.lines
    ]


def in_order(order: PaidOrder, credentials: Credentials) -> list[Sold]:
    """What was paid for: each dish is followed by its paid options, one line each."""
    sold: list[Sold] = []
    for line in order.lines:
        name = option_name(line.sku, line.name)
        if sold and line.amount > 0 and (line.sku is None or name in credentials.items):
            sold[-1].options.append((name, 1))
        elif line.sku is not None and line.amount >= 0:
            sold.append(Sold(line.sku))
    return sold


def option_name(sku: str | None, name: str) -> str:
    """What a paid option is called in `Credentials.items`: a plus sign and its SKU, or its name without one."""
    return "+" + (sku or name)


def calculation(cart: Cart, chosen: Iterable[Chosen], venue: Venue, credentials: Credentials, guesses: Guesses) -> Body:
    """A cart to be priced; nothing is consumed by it."""
    point, number = place(venue, cart.mode, cart.table_label, guesses)
    return {
        "singular_point_id": point,
        "order_type": guesses.order_type(number),
        "calculate_accurate_tax": True,
        "combo_meals": [],
        "discount_cards": [],
        "discounts": [reading.discount(one) for one in chosen],
        "menu_items": items(in_cart(cart), credentials, guesses),
        "tip": {},
    }


def new_order(order: PaidOrder, venue: Venue, credentials: Credentials, guesses: Guesses) -> Body:
    """A paid order, with exactly the discounts it was priced with (M1)."""
    point, number = place(venue, order.mode, order.table_label, guesses)
    used = [chosen_of(one) for one in order.used if one.kind in KINDS]
    return {
        "singular_point_id": point,
        "order_type": guesses.order_type(number),
        "combo_meals": [],
        "discount_cards": [],
        "discounts": [reading.discount(one) for one in used],
        "is_reorder": False,
        "menu_items": items(in_order(order, credentials), credentials, guesses),
        "client_info": {"reference": order.reference},
        **guesses.payment_info(dict(credentials.payment_info)),
    }


def chosen_of(used: UsedValue) -> Chosen:
    """What was used, as it was chosen."""
    return Chosen(KINDS[used.kind], used.id, used.code, used.amount if used.kind == "credit" else 0)
