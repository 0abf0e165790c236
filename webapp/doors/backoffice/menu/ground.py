"""What the pages of the menu desk share: the menu on sale, and what is said when it changed meanwhile."""

from dataclasses import dataclass
from typing import Any

from flask import abort, request

from webapp.doors.backoffice.guard import seat
from webapp.doors.backoffice.office import wiring
from webapp.doors.speech import _, language
from webapp.nouns.catalog import versions
from webapp.nouns.catalog.current import read_kept
from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.edit import KINDS, NoSuchRow, Spot, row_at
from webapp.nouns.catalog.texts import said
from webapp.usecases.menu.change import Editor


@dataclass(frozen=True)
class OnSale:
    """The menu on sale and its number, which every form carries as `seen`."""

    number: int
    menu: Catalog

    def name(self, texts: dict[str, str]) -> str:
        """A text for the reader of this page."""
        return said(texts, language(), self.menu.languages)


def editor() -> Editor:
    """Who asks."""
    return Editor(seat().merchant_id, seat().staff_id)


def on_sale() -> OnSale | None:
    """The menu on sale; None before the first."""
    with wiring().db.reading() as session:
        number, text = versions.on_sale(session, seat().merchant_id)
    return None if text is None else OnSale(number, read_kept(text))


def needed() -> OnSale:
    """As `on_sale`, for pages that make no sense without a menu: there is none such then."""
    found = on_sale()
    if found is None:
        abort(404)
    return found


def seen() -> int:
    """The version the form was made for."""
    text = request.form.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def spot_of(kind: str, name: str, parent: str = "") -> Spot:
    """A row by its address; there is no page for what is no row."""
    spot = Spot(kind, name, parent)
    if kind not in KINDS or (spot.holder is not None) != bool(parent):
        abort(404)
    return spot


def row_of(here: OnSale, spot: Spot) -> dict[str, Any]:
    """The row of a spot, or no such page."""
    try:
        found: dict[str, Any] = row_at(here.menu.model_dump(mode="json"), spot)
    except NoSuchRow:
        abort(404)
    return found


def stale_words() -> str:
    """Somebody else published meanwhile."""
    return _(
        "Somebody else changed the menu meanwhile; nothing of yours was saved yet. Look once more, then press again."
    )


def kind_words(kind: str) -> str:
    """What a kind of row is called."""
    return {
        "menu": _("The whole menu"),
        "category": _("Category"),
        "group": _("Option group"),
        "option": _("Option"),
        "product": _("Dish"),
        "set_menu": _("Set menu"),
        "course": _("Course"),
        "choice": _("Choice"),
    }.get(kind, kind)
