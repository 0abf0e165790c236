"""The tables desk: make, rename, revoke and print anew the codes a store's diners scan."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import wiring
from webapp.doors.speech import _, ngettext, table_words
from webapp.nouns.merchant.models import DiningTable
from webapp.nouns.merchant.tables import MOST_TABLES
from webapp.nouns.merchant.typed_code import printed
from webapp.usecases.setup import tables as setup

LONGEST = 400


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/s/<store>/tables", view_func=tables)
    door.add_url_rule("/<merchant>/s/<store>/tables", view_func=make_tables, methods=["POST"])
    door.add_url_rule("/<merchant>/s/<store>/tables/<int:table>", view_func=table)
    door.add_url_rule("/<merchant>/s/<store>/tables/<int:table>", view_func=rename_table, methods=["POST"])
    door.add_url_rule("/<merchant>/s/<store>/tables/<int:table>/revoke", view_func=revoke_table, methods=["POST"])


def desk() -> setup.Desk:
    """The tables of the address, and who asks."""
    return setup.Desk(wiring(), chosen_store(), seat().staff_id)


def _trouble(refused: setup.NotDone) -> str:
    return {
        "label": _("A table's name has 1 to 40 signs."),
        "taken": _("There is a table %(label)s already. Nothing was made.", label=refused.label),
        "too_many": _("A store has at most %(num)s tables. Nothing was made.", num=MOST_TABLES),
        "run": _(
            "Type two whole numbers, the first not above the last, at most %(num)s apart.", num=setup.MOST_AT_ONCE
        ),
        "gone": _("This code had been revoked already."),
    }[refused.code]


def _shown(one: DiningTable) -> dict[str, object]:
    return {
        "id": one.id,
        "label": one.label,
        "words": table_words(one.label),
        "code": printed(one.typed_code or ""),
        "since": moment_words(one.created_at, chosen_store().zone),
    }


def _page(error: str | None = None) -> ResponseReturnValue:
    store = chosen_store()
    typed = {name: request.form.get(name, "")[:LONGEST] for name in ("label", "prefix", "first", "last")}
    return page(
        "tables.html",
        status=422 if error else 200,
        slug=seat().merchant,
        store={"slug": store.slug, "name": store.name},
        serves="table" in store.modes,
        tables=[_shown(one) for one in setup.living(desk())],
        typed=typed if error else {},
        error=error,
    )


@guarded("manager")
def tables(merchant: str, store: str) -> ResponseReturnValue:
    """Every table in use."""
    del merchant, store
    return _page()


@guarded("manager")
def make_tables(merchant: str, store: str) -> ResponseReturnValue:
    """One table, or a numbered run of them."""
    form = request.form
    try:
        if "run" in form:
            labels = setup.run_of(form.get("prefix", ""), form.get("first", ""), form.get("last", ""))
        else:
            labels = [setup.read_label(form.get("label", ""))]
        setup.make(desk(), labels)
    except setup.NotDone as refused:
        return _page(_trouble(refused))
    say("success", ngettext("%(num)d table is made. Print its code.", "%(num)d tables are made. Print their codes.",
                            len(labels)))  # fmt: skip
    return go("tables", merchant=merchant, store=store)


def _own_or_nothing(row: int) -> None:
    """404 unless the store has, or had, this table (A5)."""
    if not setup.was_ours(desk(), row):
        abort(404)


def _one_page(row: int, error: str | None = None) -> ResponseReturnValue:
    found = next((one for one in setup.living(desk()) if one.id == row), None)
    if found is None:
        _own_or_nothing(row)
        say("warning", _("This code had been revoked already."))
        return go("tables", merchant=seat().merchant, store=chosen_store().slug)
    store = chosen_store()
    return page(
        "table.html",
        status=422 if error else 200,
        slug=seat().merchant,
        store={"slug": store.slug, "name": store.name},
        table=_shown(found),
        typed=request.form.get("label", found.label)[:LONGEST] if error else found.label,
        error=error,
    )


@guarded("manager")
def table(merchant: str, store: str, table: int) -> ResponseReturnValue:
    """One table: its name, its codes, and what revoking them means."""
    del merchant, store
    return _one_page(table)


@guarded("manager")
def rename_table(merchant: str, store: str, table: int) -> ResponseReturnValue:
    """Another name for the same printed code."""
    try:
        setup.rename(desk(), table, setup.read_label(request.form.get("label", "")))
    except setup.NotDone as refused:
        _own_or_nothing(table)
        return _one_page(table, _trouble(refused))
    say("success", _("The table has its new name. The printed code goes on working; the name on the sheet is old."))
    return go("tables", merchant=merchant, store=store)


@guarded("manager")
def revoke_table(merchant: str, store: str, table: int) -> ResponseReturnValue:
    """The printed code stops working; `renew`: the table gets fresh ones."""
    renew = "renew" in request.form
    try:
        name = table_words(setup.revoke(desk(), table, renew=renew))
    except setup.NotDone as refused:
        _own_or_nothing(table)
        say("warning", _trouble(refused))
        return go("tables", merchant=merchant, store=store)
    said = _("%(table)s has a new code. Print it and take the old one away.", table=name) if renew else ""
    say("success", said or _("The code of %(table)s no longer works.", table=name))
    return go("tables", merchant=merchant, store=store)
