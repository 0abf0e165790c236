"""Making a kiosk at the desk and pairing the device that will be it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.ground.throttle import Throttle, table_attempts
from webapp.nouns.merchant import kiosks
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.kiosks import read_code
from webapp.nouns.staff.deeds import note
from webapp.usecases.wiring import Wiring

MOST = 50
TOKEN_BYTES = 32


@dataclass(frozen=True)
class Desk:
    """Whose kiosks, and who asks."""

    wiring: Wiring
    store: StoreFacts
    staff_id: int

    def note(self, session: Session, deed: str, name: str, now: datetime) -> None:
        """Write the deed down."""
        merchant = self.store.merchant.id
        note(session, merchant, self.staff_id, deed, now, subject=self.store.slug, after={"kiosk": name})


class NotMade(Exception):
    """Nothing was made: `too_many`, or `gone` for a kiosk revoked meanwhile."""

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


def make(desk: Desk, name: str) -> str:
    """A new kiosk; its one-time code, shown once.

    Raises:
        NotMade: `too_many`.
    """
    wiring, now = desk.wiring, desk.wiring.clock.now()
    code, table_code = kiosks.draw_code(wiring.draw), wiring.draw.token(10)

    def work(session: Session) -> None:
        if len(kiosks.kiosks_of(session, desk.store.id)) >= MOST:
            raise NotMade("too_many")
        kiosks.make(session, desk.store.id, name, code, table_code, now)
        desk.note(session, "kiosk.make", name, now)

    wiring.db.run(work)
    return code


def renew(desk: Desk, kiosk_id: int) -> str:
    """Another one-time code for the same kiosk.

    Raises:
        NotMade: `gone`.
    """
    code, now = kiosks.draw_code(desk.wiring.draw), desk.wiring.clock.now()

    def work(session: Session) -> None:
        if not kiosks.renew_code(session, desk.store.id, kiosk_id, code, now):
            raise NotMade("gone")
        desk.note(session, "kiosk.renew", str(kiosk_id), now)

    desk.wiring.db.run(work)
    return code


def revoke(desk: Desk, kiosk_id: int) -> str:
    """The device is a stranger from its next request on; its name.

    Raises:
        NotMade: `gone`.
    """
    now = desk.wiring.clock.now()

    def work(session: Session) -> str:
        name = kiosks.revoke(session, desk.store.id, kiosk_id, now)
        if name is None:
            raise NotMade("gone")
        desk.note(session, "kiosk.revoke", name, now)
        return name

    return desk.wiring.db.run(work)


def pair(wiring: Wiring, throttle: Throttle, typed: str, *, browser: str, address: str) -> str | None:
    """The token of the device that used this code first; None for a code that opens nothing, or one try too many.

    Args:
        wiring: the outside.
        throttle: counts codes tried, right or wrong.
        typed: as typed or from the link.
        browser: fingerprint of the browser's own token.
        address: of the request.
    """
    now, token = wiring.clock.now(), wiring.draw.token(TOKEN_BYTES)
    code = read_code(typed)
    attempts = table_attempts(browser=browser, address=address, code=code or typed[: kiosks.LONGEST_TYPED])

    def work(session: Session) -> bool:
        allowed = throttle.check(session, attempts, now).allowed
        return allowed and code is not None and kiosks.pair(session, code, token, now) is not None

    return token if wiring.db.run(work) else None
