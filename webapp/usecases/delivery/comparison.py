"""Every night: paid orders against delivered ones, per merchant and local day; what differs is an alert (L5, O5)."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.nouns.merchant.facts import StoreFacts, every_store, stores_of
from webapp.nouns.order.alerts import raise_alert, resolve_alert
from webapp.nouns.outbox.compare import Where, bounds, compare
from webapp.nouns.outbox.models import DeliveryCheck
from webapp.usecases.wiring import Wiring

DIFFERS = "deliveries_differ"
# A report leaves within seconds, points are looked for a while longer; what is missing by now wants a look.
GRACE = timedelta(hours=2)
LOOK_BACK_DAYS = 7
AGAIN = timedelta(hours=1)  # a day that differed is compared again this often, so that what came right says so


def compare_day(wiring: Wiring, merchant_slug: str, day: date) -> DeliveryCheck | None:
    """Compare one local day of one merchant now; None without such a merchant or without stores."""
    now = wiring.clock.now()

    def work(session: Session) -> DeliveryCheck | None:
        stores = stores_of(session, merchant_slug)
        return _compare(session, stores, day, now) if stores else None

    return wiring.db.run(work)


def _compare(session: Session, stores: Sequence[StoreFacts], day: date, now: datetime) -> DeliveryCheck | None:
    merchant_id = stores[0].merchant.id
    check = compare(session, merchant_id, day, [Where(one.id, one.zone) for one in stores], now)
    if check is None:
        return None
    subject = f"{merchant_id}/{day.isoformat()}"
    if check.differs:
        raise_alert(session, DIFFERS, subject, now, merchant_id=merchant_id, detail=day.isoformat())
    else:
        resolve_alert(session, DIFFERS, subject, now)
    return check


def compare_due(wiring: Wiring) -> int:
    """One round of the worker: days that are over and were not compared yet, or differed an hour ago; how many."""
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        stores: dict[str, list[StoreFacts]] = {}
        for one in every_store(session):
            stores.setdefault(one.merchant.slug, []).append(one)
        since = (now - timedelta(days=LOOK_BACK_DAYS + 2)).date()
        known = {
            (row.merchant_id, row.day): row
            for row in session.scalars(select(DeliveryCheck).where(DeliveryCheck.day >= since))
        }
    due = [
        (slug, day)
        for slug, theirs in stores.items()
        for day in _over(theirs, now)
        if _is_due(known.get((theirs[0].merchant.id, day)), now)
    ]
    for slug, day in due:
        compare_day(wiring, slug, day)
    return len(due)


def _over(stores: Sequence[StoreFacts], now: datetime) -> Iterator[date]:
    """The last days that are over in every store of a merchant, and a while ago."""
    for back in range(1, LOOK_BACK_DAYS + 2):
        day = now.astimezone(UTC).date() - timedelta(days=back - 1)
        if all(bounds(day, zone)[1] + GRACE <= now for zone in {one.zone for one in stores}):
            yield day


def _is_due(check: DeliveryCheck | None, now: datetime) -> bool:
    return check is None or (check.differs > 0 and check.checked_at <= now - AGAIN)
