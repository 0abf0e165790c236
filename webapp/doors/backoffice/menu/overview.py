"""The menu at a glance: dishes by category with search, categories, option groups; pages of fifty."""

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import page
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.menu.ground import OnSale, on_sale
from webapp.doors.speech import _, language
from webapp.ground.money import shown
from webapp.nouns.catalog.document import Product, SetMenu
from webapp.nouns.catalog.texts import folded

PAGE = 50
SHOWS = ("dishes", "categories", "groups")
LONGEST = 100


def register(door: Blueprint) -> None:
    """Add the address."""
    door.add_url_rule("/<merchant>/menu", view_func=menu)


def _number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


def _item(here: OnSale, one: Product | SetMenu) -> dict[str, Any]:
    kind = "product" if isinstance(one, Product) else "set_menu"
    notes = [] if not isinstance(one, Product) or one.allergens is not None else [_("Allergens not declared")]
    return {
        "kind": kind,
        "sku": one.sku,
        "name": here.name(one.name),
        "price": shown(one.price, here.menu.currency, language()),
        "what": _("Set menu") if kind == "set_menu" else "",
        "notes": notes,
    }


def _dishes(here: OnSale, wanted: str, category: str) -> list[dict[str, Any]]:
    rows: list[Product | SetMenu] = [*here.menu.products, *here.menu.set_menus]
    if wanted:
        words = folded(wanted).split()
        rows = [one for one in rows if _matches(one, words)]
    else:
        rows = [one for one in rows if one.category == category]
    return [_item(here, one) for one in rows]


def _matches(one: Product | SetMenu, words: list[str]) -> bool:
    text = folded(" ".join([one.sku, *one.name.values()]))
    return all(word in text for word in words)


def _categories(here: OnSale) -> list[dict[str, Any]]:
    count: dict[str, int] = {}
    for one in (*here.menu.products, *here.menu.set_menus):
        count[one.category] = count.get(one.category, 0) + 1
    return [{"id": one.id, "name": here.name(one.name), "count": count.get(one.id, 0)} for one in here.menu.categories]


def _groups(here: OnSale) -> list[dict[str, Any]]:
    count: dict[str, int] = {}
    for product in here.menu.products:
        for group in product.option_groups:
            count[group] = count.get(group, 0) + 1
    return [
        {"id": one.id, "name": here.name(one.name), "options": len(one.options), "count": count.get(one.id, 0)}
        for one in here.menu.option_groups
    ]


@guarded("manager")
def menu(merchant: str) -> ResponseReturnValue:
    """One of three lists."""
    here = on_sale()
    if here is None:
        return page("menu.html", slug=merchant, seen=0, show=None, rows=[])
    show = request.args.get("show", "")
    show = show if show in SHOWS else SHOWS[0]
    wanted = request.args.get("q", "")[:LONGEST].strip()
    categories = _categories(here)
    asked = request.args.get("category", "")
    category = asked if asked in {one["id"] for one in categories} else categories[0]["id"]
    made = {"dishes": lambda: _dishes(here, wanted, category), "categories": lambda: categories}
    rows = made.get(show, lambda: _groups(here))()
    number = min(_number(request.args.get("page", "")), max(1, -(-len(rows) // PAGE)))
    kept: dict[str, Any] = {
        "show": show,
        "q": wanted or None,
        "category": category if show == "dishes" and not wanted else None,
    }
    return page(
        "menu.html",
        slug=seat().merchant,
        seen=here.number,
        show=show,
        wanted=wanted,
        category=category,
        categories=categories,
        rows=rows[(number - 1) * PAGE : number * PAGE],
        count=len(rows),
        here_now=url_for("desk.menu", merchant=merchant, page=number if number > 1 else None, **kept),
        earlier=url_for("desk.menu", merchant=merchant, page=number - 1, **kept) if number > 1 else None,
        later=url_for("desk.menu", merchant=merchant, page=number + 1, **kept) if number * PAGE < len(rows) else None,
    )
