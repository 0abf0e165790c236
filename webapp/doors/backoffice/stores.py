"""The mapping desk: our stores beside the programme's, with a suggestion where one is likely (L7, L8)."""

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.loyalty import not_mapped_words, trouble_words
from webapp.doors.speech import _, ngettext
from webapp.nouns.merchant.alike import suggest
from webapp.nouns.merchant.facts import StoreFacts, stores_of
from webapp.nouns.merchant.program_places import check_of, places_of
from webapp.usecases.setup.connect import refresh
from webapp.usecases.setup.loyalty import NotDone
from webapp.usecases.setup.mapping import choose_place


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/stores", view_func=stores)
    door.add_url_rule("/<merchant>/stores/refresh", view_func=read_again, methods=["POST"])
    door.add_url_rule("/<merchant>/s/<store>/mapping", view_func=map_one, methods=["POST"])


def _page(error: str | None = None, asking: str = "", wanted: str = "") -> ResponseReturnValue:
    here = seat()
    with wiring().db.reading() as database:
        ours = stores_of(database, here.merchant)
        connection_id = ours[0].connection_id if ours else None
        places = places_of(database, connection_id) if connection_id else ()
        check = check_of(database, connection_id) if connection_id else None
    shown = [
        {"slug": one.slug, "name": one.name or one.slug, "address": one.address, "gone": one.gone_at is not None}
        for one in places
    ]
    taken = {one.loyalty_slug for one in ours if one.loyalty_slug}
    free = {one.slug: (one.name, one.address) for one in places if one.gone_at is None and one.slug not in taken}
    likely = suggest({one.slug: (one.name, one.address) for one in ours if not one.loyalty_slug}, free)
    return page(
        "stores.html",
        status=422 if error else 200,
        slug=here.merchant,
        connected=connection_id is not None,
        stores=[_row(one, shown, likely, asking, wanted) for one in ours],
        places=shown,
        read=moment_words(check.read_at) if check and check.read_at else None,
        trouble=trouble_words(check.trouble) if check and check.trouble else None,
        error=error,
    )


def _row(
    store: StoreFacts, places: list[dict[str, Any]], likely: dict[str, str], asking: str, wanted: str
) -> dict[str, Any]:
    here = {one["slug"]: one for one in places}
    asked = asking == store.slug
    chosen = wanted if asked else store.loyalty_slug or likely.get(store.slug, "")
    return {
        "slug": store.slug,
        "name": store.name,
        "address": store.address,
        "mapped": store.loyalty_slug,
        "chosen": chosen,
        "suggested": not store.loyalty_slug and bool(chosen) and not asked,
        "gone": bool(store.loyalty_slug) and here.get(store.loyalty_slug, {}).get("gone", False),
        "listed": chosen in here or not chosen,
        "confirm": asked,
    }


@guarded("manager")
def stores(merchant: str) -> ResponseReturnValue:
    """Both lists."""
    del merchant
    return _page()


@guarded("manager")
def read_again(merchant: str) -> ResponseReturnValue:
    """Ask the programme for its stores now."""
    with wiring().db.reading() as database:
        ours = stores_of(database, merchant)
    connection_id = ours[0].connection_id if ours else None
    if connection_id is not None:
        trouble = refresh(wiring(), connection_id, wiring().page_seconds)
        say("warning" if trouble else "success", trouble_words(trouble) if trouble else _("The list is up to date."))
    return go("stores", merchant=merchant)


@guarded("manager")
def map_one(merchant: str, store: str) -> ResponseReturnValue:
    """Say which of the programme's stores this one is, or none."""
    wanted = request.form.get("slug", "").strip()
    try:
        freed = choose_place(wiring(), seat().asker, store, wanted, shared="shared" in request.form)
    except NotDone as refused:
        with wiring().db.reading() as database:
            names = {one.slug: one.name for one in stores_of(database, merchant)}
        words = not_mapped_words(refused.code, names.get(refused.by, refused.by))
        return _page(words, store if refused.code == "slug_taken" else "", wanted)
    name = chosen_store().name
    if freed:
        said = ngettext(
            "%(store)s: %(num)d waiting order is sent now.",
            "%(store)s: %(num)d waiting orders are sent now.",
            freed,
            store=name,
        )
    else:
        said = _("%(store)s is mapped.", store=name) if wanted else _("%(store)s is no longer mapped.", store=name)
    say("success", said)
    return go("stores", merchant=merchant)
