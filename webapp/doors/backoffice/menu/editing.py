"""One row of the menu on one page: added, changed, moved, taken out."""

import re
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import guarded, local, seat
from webapp.doors.backoffice.menu.fields import Sheet
from webapp.doors.backoffice.menu.ground import (
    OnSale,
    editor,
    kind_words,
    needed,
    row_of,
    seen,
    spot_of,
    stale_words,
)
from webapp.doors.backoffice.menu.labels import column_words
from webapp.doors.backoffice.menu.picture import picture_state
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.problems import field_of, problem_words, row_words
from webapp.doors.speech import _
from webapp.nouns.catalog import edit
from webapp.nouns.catalog.edit import NameTaken, NoSuchRow, Spot
from webapp.nouns.catalog.report import Problem
from webapp.nouns.catalog.sheet.columns import BLANK, columns, own_name
from webapp.nouns.merchant.facts import stores_of
from webapp.usecases.menu.change import Deed, Refused, Stale, change

NEW = "-"
FIRST_COURSE = "1"
SIMPLE = re.compile(r"[^a-z0-9]+")
SHOWN_PROBLEMS = 20


def register(door: Blueprint) -> None:
    """Add the addresses. A new row's name is not in its address: `new` might be somebody's SKU."""
    for address in ("<kind>/<name>", "<kind>/<parent>/<name>"):
        door.add_url_rule(f"/<merchant>/menu/row/{address}", view_func=menu_row)
        door.add_url_rule(f"/<merchant>/menu/row/{address}", view_func=menu_row_save, methods=["POST"])
        door.add_url_rule(f"/<merchant>/menu/move/{address}", view_func=menu_row_move, methods=["POST"])
        door.add_url_rule(f"/<merchant>/menu/remove/{address}", view_func=menu_row_remove)
        door.add_url_rule(f"/<merchant>/menu/remove/{address}", view_func=menu_row_removed, methods=["POST"])
    for address in ("<kind>", "<kind>/<parent>"):
        door.add_url_rule(f"/<merchant>/menu/add/{address}", view_func=menu_row_new)
        door.add_url_rule(f"/<merchant>/menu/add/{address}", view_func=menu_row_add, methods=["POST"])


def address_of(spot: Spot, endpoint: str = "menu_row") -> str:
    """The page of a row."""
    return url_for(f"desk.{endpoint}", merchant=seat().merchant, **_parts(spot))


def _parts(spot: Spot) -> dict[str, Any]:
    return {"kind": spot.kind, "name": spot.name, "parent": spot.parent or None}


def _back(spot: Spot, row: dict[str, Any] | None = None) -> str:
    """Where a row stands in a list."""
    if spot.holder is not None:
        return address_of(spot.holder)
    show = {"category": "categories", "group": "groups"}.get(spot.kind)
    category = (row or {}).get("category")
    return url_for("desk.menu", merchant=seat().merchant, show=show, category=category)


def _stores() -> list[Any]:
    with wiring().db.reading() as session:
        return stores_of(session, seat().merchant)


def _sheet(here: OnSale, spot: Spot) -> Sheet:
    return Sheet(here, spot, _stores())


def _show(
    sheet: Sheet,
    row: dict[str, Any],
    cells: dict[str, str],
    wrong: dict[str, str],
    *,
    new: bool = False,
    summary: tuple[str, ...] = (),
    status: int = 200,
) -> ResponseReturnValue:
    spot = sheet.spot
    fields = sheet.shown(cells, wrong)
    if new:
        what = own_name(spot.kind)
        value, error = cells.get("id", ""), wrong.get("id")
        label = column_words(what)
        fields.insert(0, {"name": "id", "label": label, "hint": None, "value": value, "error": error, "kind": "text"})
    beside = [
        {"field": f"f-{one['name']}", "message": f"{one['label']}: {one['error']}"}
        for one in fields
        if one.get("error")
    ]
    named = {one["name"] for one in fields}
    loose = (*summary, *(sentence for name, sentence in wrong.items() if name not in named and "." not in name))
    title = kind_words(spot.kind) if new else sheet.here.name(row["name"])
    return page(
        "menu_row.html",
        status=422 if (wrong or summary) and status == 200 else status,
        slug=seat().merchant,
        seen=sheet.here.number,
        title=title,
        kind=kind_words(spot.kind),
        spot={"kind": spot.kind, "name": spot.name, "parent": spot.parent},
        new=new,
        fields=fields,
        errors=beside,
        loose=loose,
        inside=_inside(sheet, row) if not new else None,
        picture=picture_state(row["picture"]) if not new and "picture" in row else None,
        addresses=_addresses(spot, row, new=new),
        back=_back(spot, row),
    )


def _addresses(spot: Spot, row: dict[str, Any], *, new: bool) -> dict[str, str | None]:
    del row
    if new:
        parts: dict[str, Any] = {"kind": spot.kind, "parent": spot.parent or None}
        return {"save": url_for("desk.menu_row_add", merchant=seat().merchant, **parts)}
    return {
        "save": address_of(spot, "menu_row_save"),
        "remove": address_of(spot, "menu_row_remove"),
        "picture": address_of(spot, "menu_picture") if spot.kind in {"product", "set_menu"} else None,
        "unpicture": address_of(spot, "menu_picture_away") if spot.kind in {"product", "set_menu"} else None,
    }


def _inside(sheet: Sheet, row: dict[str, Any]) -> dict[str, Any] | None:
    """The options of a group, the courses of a set menu."""
    kind = {"group": "option", "set_menu": "course"}.get(sheet.spot.kind)
    if kind is None:
        return None
    found = row["options"] if kind == "option" else row["courses"]
    price = next((one for one in columns(kind, (), sheet.money) if one.name == "price"), None)
    return {
        "kind": kind,
        "title": _("Options") if kind == "option" else _("Courses"),
        "add": url_for("desk.menu_row_new", merchant=seat().merchant, kind=kind, parent=sheet.spot.name),
        "rows": [
            {"id": one["id"], "name": sheet.here.name(one["name"]), "price": price.get(one) if price else None}
            for one in found
        ],
    }


@guarded("manager")
def menu_row(merchant: str, kind: str, name: str, parent: str = "") -> ResponseReturnValue:
    """The form of a row."""
    del merchant
    here, spot = needed(), spot_of(kind, name, parent)
    row = row_of(here, spot)
    sheet = _sheet(here, spot)
    return _show(sheet, row, sheet.cells(row), {})


@guarded("manager")
def menu_row_save(merchant: str, kind: str, name: str, parent: str = "") -> ResponseReturnValue:
    """Change it."""
    here, spot = needed(), spot_of(kind, name, parent)
    row = row_of(here, spot)
    sheet = _sheet(here, spot)
    cells = sheet.typed(request.form, row)
    made, wrong = sheet.read(cells, row)
    if wrong:
        return _show(sheet, row, cells, wrong)
    if made == row:
        say("info", _("Nothing was changed."))
        return go("menu_row", merchant=merchant, **_parts(spot))
    try:
        change(wiring(), editor(), seen(), edit.replace(spot, made), _deed("menu.change", spot, sheet, row, made))
    except Stale:
        return _show(sheet, row, cells, {}, summary=(stale_words(),), status=409)
    except Refused as refused:
        beside, loose = _beside(refused.problems, spot)
        return _show(sheet, row, cells, beside, summary=loose)
    say("success", _("Saved, and on sale everywhere."))
    return go("menu_row", merchant=merchant, **_parts(spot))


def _deed(word: str, spot: Spot, sheet: Sheet, before: dict[str, Any], after: dict[str, Any]) -> Deed:
    old, new = sheet.cells(before), sheet.cells(after)
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    told = {name: (old.get(name, "")[:80], new.get(name, "")[:80]) for name in names[:20]}
    subject = f"{spot.parent}/{spot.name}" if spot.parent else spot.name
    return Deed(word, subject, {k: v[0] for k, v in told.items()}, {k: v[1] for k, v in told.items()})


def _beside(problems: tuple[Problem, ...], spot: Spot) -> tuple[dict[str, str], tuple[str, ...]]:
    """What stands beside a field of this row, and what stands above the form."""
    beside, loose = dict[str, str](), list[str]()
    for one in problems:
        words = problem_words(one)
        mine = one.row.endswith(f'"{spot.name}"') and (spot.holder is not None) == (", " in one.row)
        if mine and field_of(one):
            beside.setdefault(field_of(one), words)
        else:
            loose.append(f"{row_words(one.row)}: {words}")
    return beside, tuple(loose[:SHOWN_PROBLEMS])


def _fresh(here: OnSale, spot: Spot) -> dict[str, Any]:
    row: dict[str, Any] = {**BLANK[spot.kind]}
    if "category" in row:
        row["category"] = request.args.get("category") or here.menu.categories[0].id
    return row


@guarded("manager")
def menu_row_new(merchant: str, kind: str, parent: str = "") -> ResponseReturnValue:
    """The empty form of a new row."""
    del merchant
    here, spot = needed(), spot_of(kind, NEW, parent)
    if spot.holder is not None:
        row_of(here, spot.holder)
    row, sheet = _fresh(here, spot), _sheet(here, spot)
    return _show(sheet, row, sheet.cells(row), {}, new=True)


def _named(form_id: str, cells: dict[str, str], here: OnSale) -> str:
    """The name as typed, or one made of the row's own words: nobody wants to think of identifiers."""
    words = cells.get(f"name.{here.menu.languages[0]}", "").lower()
    return form_id.strip() or SIMPLE.sub("-", words.encode("ascii", "ignore").decode()).strip("-")[:40]


@guarded("manager")
def menu_row_add(merchant: str, kind: str, parent: str = "") -> ResponseReturnValue:
    """Add it."""
    here, blank = needed(), spot_of(kind, NEW, parent)
    if blank.holder is not None:
        row_of(here, blank.holder)
    sheet, row = _sheet(here, blank), _fresh(here, blank)
    cells = sheet.typed(request.form, row)
    name = _named(request.form.get("id", ""), cells, here)
    made, wrong = sheet.read(cells, row)
    cells["id"] = name
    spot = Spot(kind, name, parent)
    if not name:
        wrong["id"] = _("Fill this in.")
    if wrong:
        return _show(sheet, row, cells, wrong, new=True)
    made = {own_name(kind): name, **made}
    if kind == "set_menu":
        # A set menu without a course is none: the first dish stands in until somebody chooses.
        title = dict.fromkeys(here.menu.languages, _("First course"))
        made["courses"] = [{"id": FIRST_COURSE, "name": title, "choices": [{"sku": here.menu.products[0].sku}]}]
    try:
        change(
            wiring(), editor(), seen(), edit.add(spot, made), Deed("menu.add", f"{parent}/{name}" if parent else name)
        )
    except Stale:
        return _show(sheet, row, cells, {}, new=True, summary=(stale_words(),), status=409)
    except NameTaken:
        return _show(sheet, row, cells, {"id": _("Another one has this name already.")}, new=True)
    except Refused as refused:
        beside, loose = _beside(refused.problems, spot)
        return _show(sheet, row, cells, beside, new=True, summary=loose)
    say("success", _("Added, and on sale everywhere."))
    return go("menu_row", merchant=merchant, **_parts(spot))


@guarded("manager")
def menu_row_move(merchant: str, kind: str, name: str, parent: str = "") -> ResponseReturnValue:
    """One place up or down."""
    here, spot = needed(), spot_of(kind, name, parent)
    row = row_of(here, spot)
    step = -1 if request.form.get("to") == "up" else 1
    deed = Deed("menu.move", f"{parent}/{name}" if parent else name)
    try:
        change(wiring(), editor(), seen(), edit.move(spot, step), deed)
    except Stale:
        say("warning", stale_words())
    except (Refused, NoSuchRow):
        say("warning", _("Nothing was changed."))
    back = request.form.get("back", "")
    del merchant
    target = local(back) if back.startswith("/desk/") else _back(spot, row)
    return redirect(target, 303)


@guarded("manager")
def menu_row_remove(merchant: str, kind: str, name: str, parent: str = "") -> ResponseReturnValue:
    """Ask before taking it out."""
    del merchant
    here, spot = needed(), spot_of(kind, name, parent)
    return _ask(here, spot, row_of(here, spot))


def _ask(
    here: OnSale, spot: Spot, row: dict[str, Any], why: tuple[str, ...] = (), status: int = 200
) -> ResponseReturnValue:
    return page(
        "menu_remove.html",
        status=status,
        seen=here.number,
        title=here.name(row["name"]),
        kind=kind_words(spot.kind),
        why=why,
        remove=address_of(spot, "menu_row_removed"),
        back=address_of(spot),
    )


@guarded("manager")
def menu_row_removed(merchant: str, kind: str, name: str, parent: str = "") -> ResponseReturnValue:
    """Take it out."""
    del merchant
    here, spot = needed(), spot_of(kind, name, parent)
    row = row_of(here, spot)
    title = here.name(row["name"])
    deed = Deed("menu.remove", f"{parent}/{name}" if parent else name, before={"name": title[:80]})
    try:
        change(wiring(), editor(), seen(), edit.remove(spot), deed)
    except Stale:
        return _ask(here, spot, row, (stale_words(),), 409)
    except Refused as refused:
        why = [f"{row_words(one.row)}: {problem_words(one)}" for one in refused.problems]
        return _ask(here, spot, row, tuple(why[:SHOWN_PROBLEMS]), 422)
    say("success", _("%(name)s is no longer on the menu. Under Versions you can undo that.", name=title))
    return redirect(_back(spot, row), 303)
