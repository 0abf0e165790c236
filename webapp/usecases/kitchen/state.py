"""Pausing, being busy, and whether somebody must listen: each reaches open baskets by the store's menu stamp."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.nouns.catalog.publish import bump
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.hours import moment_at
from webapp.nouns.merchant.models import Store
from webapp.nouns.staff import deeds
from webapp.usecases.wiring import Wiring

# A kitchen that needs more than this does better to pause.
MOST_BUSY = 120
LONGEST_PAUSE = timedelta(hours=24)
DAY_ENDS = 4 * 60  # minutes after midnight, store time: nobody means yesterday's "today" after that


@dataclass(frozen=True)
class Deed:
    """Who says so, and of which store."""

    store: StoreFacts
    staff_id: int | None


class Refused(Exception):
    """It cannot be so: nothing was changed. `code`: `past`, `too_long`, `minutes`."""

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


def end_of_day(store: StoreFacts, now: datetime) -> datetime:
    """Until when "today" lasts: the store's next closing, else (closed, or open round the clock) the next 04:00."""
    closing = store.opening.closing(now)
    if closing is not None:
        return closing
    today: date = now.astimezone(store.zone).date()
    early = moment_at(today, DAY_ENDS, store.zone)
    return early if early > now else moment_at(today + timedelta(days=1), DAY_ENDS, store.zone)


def pause(wiring: Wiring, deed: Deed, until: datetime | None) -> None:
    """Take no further order until a moment, or until somebody says so.

    Raises:
        Refused: `past`, or `too_long` (a day at most: whoever closes longer has opening hours for it).
    """
    now = wiring.clock.now()
    if until is not None and until <= now:
        raise Refused("past")
    if until is not None and until > now + LONGEST_PAUSE:
        raise Refused("too_long")
    after = {"paused_at": now, "paused_until": until}
    _change(wiring, deed, "kitchen.pause", now, after, {"until": until.isoformat() if until else None})


def resume(wiring: Wiring, deed: Deed) -> None:
    """Orders are taken again."""
    _change(wiring, deed, "kitchen.resume", wiring.clock.now(), {"paused_at": None, "paused_until": None}, {})


def be_busy(wiring: Wiring, deed: Deed, minutes: int) -> None:
    """Every preparation takes `minutes` longer from now on; 0: as usual again.

    Raises:
        Refused: `minutes`.
    """
    if not 0 <= minutes <= MOST_BUSY:
        raise Refused("minutes")
    _change(wiring, deed, "kitchen.busy", wiring.clock.now(), {"busy_minutes": minutes}, {"minutes": minutes})


def need_listener(wiring: Wiring, deed: Deed, *, needed: bool) -> None:
    """Whether ordering is to pause by itself while nobody listens to the board."""
    _change(wiring, deed, "kitchen.listener", wiring.clock.now(), {"needs_listener": needed}, {"needed": needed})


def _change(
    wiring: Wiring, deed: Deed, name: str, now: datetime, values: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    columns = [getattr(Store, column) for column in values]

    def work(session: Session) -> None:
        row = session.execute(select(*columns).where(Store.id == deed.store.id).with_for_update()).one()
        if dict(row._mapping) == dict(values):  # noqa: SLF001 -- SQLAlchemy's public name for it
            return
        session.execute(update(Store).where(Store.id == deed.store.id).values(**values))
        bump(session, store_id=deed.store.id)
        deeds.note(
            session, deed.store.merchant.id, deed.staff_id, name, now, subject=deed.store.slug, after=after or None
        )

    wiring.db.run(work)
