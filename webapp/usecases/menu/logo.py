"""The merchant's logo: looked at, kept for the worker, shown on every page once it is made."""

from sqlalchemy.orm import Session

from webapp.nouns.picture import logo
from webapp.nouns.picture.header import LEAST_LOGO, look
from webapp.nouns.staff.deeds import note
from webapp.usecases.menu.change import Editor
from webapp.usecases.wiring import Wiring


def give_logo(wiring: Wiring, editor: Editor, raw: bytes) -> None:
    """Take a logo in; the one before stays until it is made.

    Raises:
        BadPicture: not one to be taken; nothing was kept.
    """
    look(raw, LEAST_LOGO)
    now = wiring.clock.now()

    def work(session: Session) -> None:
        key = logo.give(session, editor.merchant_id, raw, now)
        note(session, editor.merchant_id, editor.staff_id, "settings.logo", now, subject=key[:8])

    wiring.db.run(work)


def take_logo_away(wiring: Wiring, editor: Editor) -> None:
    """Only the name stands at the top of the pages from now on."""
    now = wiring.clock.now()

    def work(session: Session) -> None:
        logo.take_away(session, editor.merchant_id)
        note(session, editor.merchant_id, editor.staff_id, "settings.logo", now)

    wiring.db.run(work)
