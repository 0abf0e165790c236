"""A one-time code pairs one device, whoever comes at the same moment (both databases)."""

from datetime import timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.checkout_cast import CAFE, Cast
from tests.integration.test_races import at_once
from webapp.ground.throttle import Throttle
from webapp.nouns.merchant import kiosks
from webapp.nouns.merchant.kiosk_models import Kiosk
from webapp.nouns.merchant.models import Merchant, Store
from webapp.usecases.kiosk.pairing import pair

CODE = "K7QD3MPA"


def _made(cast: Cast) -> int:
    query = select(Store.id).join(Merchant, Merchant.id == Store.merchant_id).where(Merchant.slug == CAFE)

    def work(session: Session) -> int:
        store_id = session.scalars(query).first() or 0
        return kiosks.make(session, store_id, "Kiosk 1", CODE, "no-code-is-printed", cast.clock.now())

    return cast.wiring.db.run(work)


def _tried(cast: Cast, place: int) -> str | None:
    return pair(cast.wiring, Throttle("k" * 40), CODE, browser=f"b{place}", address=f"192.0.{place}.1")


def test_of_eight_devices_with_one_code_one_is_paired(cast: Cast) -> None:
    kiosk_id = _made(cast)
    tokens = at_once([partial(_tried, cast, place) for place in range(8)])
    [token] = [one for one in tokens if one]
    with cast.wiring.db.reading() as session:
        found = kiosks.device(session, token)
        row = session.get_one(Kiosk, kiosk_id)
    assert found is not None
    assert (found.id, row.code_hash, token in {row.token_hash, row.name}) == (kiosk_id, None, False)


def test_a_revoked_kiosk_can_be_paired_by_nobody(cast: Cast) -> None:
    kiosk_id, now = _made(cast), cast.clock.now()
    with cast.wiring.db.reading() as session:
        store_id = session.get_one(Kiosk, kiosk_id).store_id
    names = [
        cast.wiring.db.run(lambda session: kiosks.revoke(session, store_id, kiosk_id, now + timedelta(seconds=1)))
        for _time in range(2)
    ]
    assert names == ["Kiosk 1", None]
    assert _tried(cast, 1) is None
