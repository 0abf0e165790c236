"""A merchant's own words of consent: every save is another version, none is ever edited (D2)."""

from collections.abc import Mapping

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from webapp.nouns.catalog.texts import OVERRIDES
from webapp.nouns.merchant.models import ConsentWording, Merchant
from webapp.nouns.staff.deeds import note
from webapp.usecases.wiring import Wiring

SHORTEST, LONGEST = 20, 600
Place = tuple[str, str]  # channel, language


class BadWords(Exception):
    """No question can be asked like this. `place`: channel and language."""

    def __init__(self, place: Place) -> None:
        """See the class."""
        super().__init__("bad words")
        self.place = place


class Reworded(Exception):
    """Somebody saved other words meanwhile; nothing was written."""


def newest(session: Session, merchant_id: int) -> dict[Place, ConsentWording]:
    """The merchant's newest words of each question in each language; one with an empty text is the default again."""
    of = (ConsentWording.merchant_id == merchant_id,)
    last = select(func.max(ConsentWording.id)).where(*of).group_by(ConsentWording.channel, ConsentWording.language)
    rows = session.scalars(select(ConsentWording).where(ConsentWording.id.in_(last)))
    return {(row.channel, row.language): row for row in rows}


def _readable(place: Place, text: str) -> str:
    plain = " ".join(text[: 4 * LONGEST].split())
    odd = any(sign in OVERRIDES or not sign.isprintable() for sign in plain)
    if plain and (odd or not SHORTEST <= len(plain) <= LONGEST):
        raise BadWords(place)
    return plain


def reword(wiring: Wiring, merchant_id: int, staff_id: int, seen: int, texts: Mapping[Place, str]) -> None:
    """Ask in these words from now on; evidence kept so far keeps its own.

    Args:
        wiring: the outside.
        merchant_id: whose questions.
        staff_id: who saves.
        seen: the id of the newest version the form showed, 0 for none.
        texts: the words of each question; empty goes back to the wording every merchant begins with.

    Raises:
        BadWords, Reworded: nothing was written.
    """
    now = wiring.clock.now()
    wanted = {place: _readable(place, text) for place, text in texts.items()}

    def work(session: Session) -> None:
        session.execute(select(Merchant.id).where(Merchant.id == merchant_id).with_for_update())
        have = newest(session, merchant_id)
        if max((row.id for row in have.values()), default=0) != seen:
            raise Reworded
        for place, text in wanted.items():
            row = have.get(place)
            if text == (row.text if row else ""):
                continue
            number = row.number + 1 if row else 1
            values = {"merchant_id": merchant_id, "channel": place[0], "language": place[1], "number": number,
                      "text": text, "created_at": now}  # fmt: skip
            session.execute(insert(ConsentWording).values(values))
            about = {"version": number}
            note(session, merchant_id, staff_id, "settings.consent", now, subject="/".join(place), after=about)

    wiring.db.run(work)
