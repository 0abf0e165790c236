"""Menus of any size, made of the demo's dishes."""

from itertools import cycle, islice

from webapp.nouns.merchant.check import House


def of_size(house: House, count: int) -> House:
    """The same house selling exactly `count` products (set menus left out), with words and options like the demo's."""
    dishes = [
        dish.model_copy(
            update={"sku": f"{dish.sku}-{number}", "name": {k: f"{v} {number}" for k, v in dish.name.items()}}
        )
        for number, dish in enumerate(islice(cycle(house.menu.products), count))
    ]
    return House(
        house.merchant, house.stores, house.menu.model_copy(update={"products": tuple(dishes), "set_menus": ()})
    )
