"""The mapping desk's deeds and the deliveries desk's: each with its line in the log."""

from sqlalchemy.orm import Session

from webapp.nouns.merchant.facts import store_by_slugs
from webapp.nouns.order.alerts import resolve_alert, tick_off
from webapp.nouns.outbox import box
from webapp.nouns.outbox.deliveries import delivery_of
from webapp.nouns.staff import deeds
from webapp.usecases.setup.connect import GONE, LONGEST_SLUG, Asker
from webapp.usecases.setup.loyalty import NotDone, map_store, unmap_store
from webapp.usecases.wiring import Wiring


def choose_place(wiring: Wiring, asker: Asker, store_slug: str, slug: str, *, shared: bool) -> int:
    """Map one store, or with "" take its mapping away; how many waiting orders that set free.

    Raises:
        NotDone: `no_store`, `no_connection`, `slug_taken`, `bad_slug`.
    """
    if len(slug) > LONGEST_SLUG or not slug.isprintable():
        raise NotDone("bad_slug")
    now = wiring.clock.now()

    def work(session: Session) -> int:
        store = store_by_slugs(session, asker.merchant_slug, store_slug)
        if store is None:
            raise NotDone("no_store")
        if store.loyalty_slug == slug:
            return 0
        freed = 0
        if slug:
            freed = map_store(session, asker.merchant_slug, store_slug, slug, now, shared=shared)
        else:
            unmap_store(session, asker.merchant_slug, store_slug)
        resolve_alert(session, GONE, f"{store.connection_id}/{store.id}", now)
        deed = "loyalty.map" if slug else "loyalty.unmap"
        before, after = {"slug": store.loyalty_slug}, {"slug": slug, "orders set free": freed}
        deeds.note(
            session, asker.merchant_id, asker.staff_id, deed, now, subject=store_slug, before=before, after=after
        )
        return freed

    return wiring.db.run(work)


def tick_alert(wiring: Wiring, asker: Asker, alert_id: int) -> bool:
    """Somebody has seen to an alert that does not settle itself; False when it is not theirs or not open."""
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        alert = tick_off(session, asker.merchant_id, alert_id, now)
        if alert is not None:
            deeds.note(session, asker.merchant_id, asker.staff_id, "alert.tick", now, subject=alert.kind)
        return alert is not None

    return wiring.db.run(work)


def send_again(wiring: Wiring, asker: Asker, row_id: int) -> bool | None:
    """Send a parked report again, unchanged (L4); False when it is not parked or unmapped, None when not theirs."""
    now = wiring.clock.now()

    def work(session: Session) -> bool | None:
        row = delivery_of(session, asker.merchant_id, row_id)
        if row is None:
            return None
        sent = box.unpark(session, row_id, now)
        if sent:
            why = {"reason": row.reason}
            deeds.note(session, asker.merchant_id, asker.staff_id, "loyalty.resend", now, subject=row.key, before=why)
        return sent

    return wiring.db.run(work)
