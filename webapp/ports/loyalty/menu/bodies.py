"""Carts and orders as MENU wants them (menu.md section 5)."""

from collections.abc import Iterable
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


def items(sold: Iterable[tuple[str | None, int]], credentials: Credentials, guesses: Guesses) -> list[Body]:
    """Lines of (our SKU, how many) as their items.

    Raises:
        Refused: code `no_item`: a dish that was not mapped.
    """
    told = []
    for sku, quantity in sold:
        item = credentials.items.get(sku or "")
        if item is None:
            raise Refused("a dish without an item of theirs", code="no_item")
        told.append(guesses.item(item, quantity))
    return told


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
        "menu_items": items(((line.sku, line.quantity) for line in cart.lines), credentials, guesses),
        "tip": {},
    }


def new_order(order: PaidOrder, venue: Venue, credentials: Credentials, guesses: Guesses) -> Body:
    """A paid order, with exactly the discounts it was priced with (M1)."""
    point, number = place(venue, order.mode, order.table_label, guesses)
    used = [chosen_of(one) for one in order.used if one.kind in KINDS]
    # Options are part of their dish there: only lines with a SKU of ours are items.
    sold = [(line.sku, 1) for line in order.lines if line.sku is not None and line.amount >= 0]
    return {
        "singular_point_id": point,
        "order_type": guesses.order_type(number),
        "combo_meals": [],
        "discount_cards": [],
        "discounts": [reading.discount(one) for one in used],
        "is_reorder": False,
        "menu_items": items(sold, credentials, guesses),
        "client_info": {"reference": order.reference},
        **guesses.payment_info(dict(credentials.payment_info)),
    }


def chosen_of(used: UsedValue) -> Chosen:
    """What was used, as it was chosen."""
    return Chosen(KINDS[used.kind], used.id, used.code, used.amount if used.kind == "credit" else 0)
