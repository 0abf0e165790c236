"""The store desk and the merchant's own settings: one page a subject, saved whole or not at all."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice import setting_forms
from webapp.doors.backoffice.frame import go, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.guard import store as chosen_store
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present import settings as words
from webapp.doors.speech import _
from webapp.nouns.catalog.current import current_menu
from webapp.nouns.catalog.report import Problem
from webapp.nouns.merchant.facts import StoreFacts, stores_of
from webapp.usecases.setup.settings import Changed, NotSaved, Page, save, seen_of, stored

EXCEPTION = re.compile(r"exceptions\[(\d+)\]")
STORE_PAGES = {
    "hours": ("hours",),
    "days": ("exceptions",),
    "selling": ("modes", "prep_minutes", "slot_minutes", "slot_items", "counter_modes"),
    "tips": ("tips_on", "tip_percents"),
    "place": ("name", "street", "postcode", "city", "country", "phone", "timezone"),
}
HOUSE_PAGES = {"brand": ("name", "languages", "default_language", "accent")}
OWNER_PAGES = {
    "company": ("legal_name", "vat_number"),
    "points": ("loyalty_display", "spend_proof", "hold_above"),
    "texts": ("terms", "legal_notice", "privacy"),
}


def register(door: Blueprint) -> None:
    """Add the addresses."""
    both = ["GET", "POST"]
    door.add_url_rule("/<merchant>/settings", view_func=settings)
    door.add_url_rule("/<merchant>/settings/<subject>", view_func=house_settings, methods=both)
    door.add_url_rule("/<merchant>/company/<subject>", view_func=owner_settings, methods=both)
    door.add_url_rule("/<merchant>/s/<store>/settings/<subject>", view_func=store_settings, methods=both)


@guarded("manager")
def settings(merchant: str) -> ResponseReturnValue:
    """Every store and the desks of each; then what holds for the whole merchant."""
    here, titles = seat(), words.titles()
    with wiring().db.reading() as database:
        found = [one for one in stores_of(database, merchant) if here.post.works_in(one.id)]
    stores = [{"slug": one.slug, "name": one.name, "address": one.address} for one in found]
    own = [("settings", name) for name in HOUSE_PAGES]
    if here.post.may("owner"):
        own += [("company", name) for name in OWNER_PAGES]
    logo = [{"path": "logo", "title": titles["logo"]}]
    consent = [{"path": "consent", "title": titles["consent"]}] if here.post.may("owner") else []
    return page(
        "settings.html",
        slug=here.merchant,
        stores=stores,
        subjects=[{"name": name, "title": titles[name]} for name in STORE_PAGES],
        own=[{"path": f"{room}/{name}", "title": titles[name]} for room, name in own] + logo + consent,
    )


@guarded("manager")
def store_settings(merchant: str, store: str, subject: str) -> ResponseReturnValue:
    """One page of a store."""
    del merchant, store
    return _serve(subject, STORE_PAGES, chosen_store())


@guarded("manager")
def house_settings(merchant: str, subject: str) -> ResponseReturnValue:
    """One page of the merchant."""
    del merchant
    return _serve(subject, HOUSE_PAGES, None)


@guarded("owner")
def owner_settings(merchant: str, subject: str) -> ResponseReturnValue:
    """One page of the merchant that concerns money or law."""
    del merchant
    return _serve(subject, OWNER_PAGES, None)


def _serve(subject: str, pages: Mapping[str, tuple[str, ...]], store: StoreFacts | None) -> ResponseReturnValue:
    if subject not in pages:
        abort(404)
    about = Page(subject, pages[subject], seat().merchant_id, store.id if store else None)
    if request.method == "GET":
        return _page(about, store)
    try:
        values = setting_forms.read(request.form, about.fields)
        save(wiring(), about, seat().staff_id, request.form.get("seen", ""), values)
    except setting_forms.Unreadable as refused:
        return _page(about, store, 422, [_told(refused.field, words.unreadable_words(refused.code), about)])
    except NotSaved as refused:
        return _page(about, store, 422, [_wrong(one, about) for one in refused.problems[:20]])
    except Changed:
        return _page(about, store, 409, changed=True)
    say("success", _("Saved. Diners see it from now on."))
    return go("settings", merchant=seat().merchant)


def _labels(groups: list[dict[str, Any]]) -> dict[str, str]:
    return {field["name"]: field["label"] for group in groups for field in group["fields"]}


def _groups(about: Page, rows: int = 0) -> list[dict[str, Any]]:
    with wiring().db.reading() as database:
        ours = stores_of(database, seat().merchant)
        menu = current_menu(database, seat().merchant_id)
    tongues = list(ours[0].merchant.languages)
    return words.fields(about.name, tongues, list(menu.languages) if menu else tongues, rows)


def _told(field: str, sentence: str, about: Page) -> dict[str, str]:
    rows = setting_forms.MOST_ROWS if about.name == "days" else 0
    label = _labels(_groups(about, rows)).get(field, "")
    return {"field": field, "message": f"{label}: {sentence}" if label else sentence}


def _place_of(number: int, path: str) -> str:
    """The form's field of the exception that is `number`th by date, as the document has them in order."""
    typed = sorted((value, name) for name, value in request.form.items() if name.startswith("date_") and value.strip())
    place = typed[number][1].removeprefix("date_") if number < len(typed) else ""
    return f"hours_{place}" if path.startswith("hours") else f"date_{place}"


def _wrong(problem: Problem, about: Page) -> dict[str, str]:
    """A problem beside the field it is about, as well as its place in the document tells."""
    path = str(problem.params.get("field", "")).removeprefix("merchant.")
    row = EXCEPTION.search(problem.row)
    if row is not None:
        return _told(_place_of(int(row[1]), path), words.problem_words(problem), about)
    base, dot, rest = path.partition(".")
    name = base.partition("[")[0]
    if name == "hours" and dot:
        name = rest.partition("[")[0]
    elif name == "tip_percents":
        name = f"percent_{int(base[-2]) + 1}" if base.endswith("]") else "percent_1"
    elif name in {"terms", "legal_notice", "privacy"}:
        name = f"{name}_{rest}"
    return _told(name, words.problem_words(problem), about)


def _page(
    about: Page,
    store: StoreFacts | None,
    status: int = 200,
    errors: list[dict[str, str]] | None = None,
    *,
    changed: bool = False,
) -> ResponseReturnValue:
    with wiring().db.reading() as database:
        now = stored(database, about)
    kept = setting_forms.fill(now)
    typed = kept if request.method == "GET" else request.form
    rows = sum(1 for name in typed if name.startswith("date_"))
    groups = _groups(about, rows if about.name == "days" else 0)
    labels = _labels(groups)
    differs = [
        {"label": label, "value": ", ".join(kept.getlist(name)) or _("nothing")}
        for name, label in labels.items()
        if changed and kept.getlist(name) != typed.getlist(name)
    ]
    wrong = {one["field"]: one["message"] for one in errors or []}
    fields = [
        {**group, "fields": [{**one, "value": typed.get(one["name"], ""), "values": typed.getlist(one["name"]),
                              "error": wrong.get(one["name"], "")} for one in group["fields"]]}
        for group in groups
    ]  # fmt: skip
    return page(
        "setting_page.html",
        status=status,
        slug=seat().merchant,
        store={"slug": store.slug, "name": store.name} if store else None,
        url=request.path,
        title=words.titles()[about.name],
        intro=words.intro(about.name),
        groups=fields,
        # After somebody else's save, saving once more means having seen theirs.
        seen=seen_of(now) if changed or request.method == "GET" else request.form.get("seen", "")[:64],
        errors=[one if one["field"] in labels else {**one, "field": "main"} for one in errors or []],
        changed=changed,
        differs=differs,
    )
