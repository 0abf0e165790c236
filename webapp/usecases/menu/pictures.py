"""A picture of a dish: looked at, kept for the worker, and named in the menu at once."""

from webapp.nouns.catalog import edit
from webapp.nouns.catalog.edit import Data, Spot
from webapp.nouns.picture import store
from webapp.nouns.picture.header import look
from webapp.usecases.menu.change import Deed, Editor, change
from webapp.usecases.wiring import Wiring


def give(wiring: Wiring, editor: Editor, seen: int, spot: Spot, raw: bytes) -> int:
    """Give a dish a picture; the new version's number. It is shown once the worker has made it.

    Raises:
        BadPicture: not one to be taken; nothing was kept.
        Stale, Refused, NoSuchRow: see `change`; the picture is forgotten after a week.
    """
    look(raw)
    now = wiring.clock.now()
    key = wiring.db.run(lambda session: store.take_in(session, editor.merchant_id, raw, now))
    return _name(wiring, editor, seen, spot, store.name_of(key))


def take_away(wiring: Wiring, editor: Editor, seen: int, spot: Spot) -> int:
    """Leave a dish without a picture; see `give`."""
    return _name(wiring, editor, seen, spot, None)


def _name(wiring: Wiring, editor: Editor, seen: int, spot: Spot, name: str | None) -> int:
    def work(data: Data) -> None:
        row = edit.row_at(data, spot)
        edit.replace(spot, {**row, "picture": name})(data)

    return change(wiring, editor, seen, work, Deed("menu.picture", subject=spot.name))
