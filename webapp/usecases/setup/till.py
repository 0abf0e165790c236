"""Connecting a restaurant's own till to one of its stores: the operator's deed, sealed and written down."""

import json

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.nouns.catalog.publish import bump
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.merchant.payment_account import PaymentAccount
from webapp.nouns.staff import deeds
from webapp.ports.payment.external_pos import ExternalPos, Till
from webapp.usecases.wiring import Wiring


class NoSuchStore(Exception):
    """There is no store of this name."""


def connect_till(wiring: Wiring, merchant: str, store: str, till: Till, *, livemode: bool) -> tuple[str, str]:
    """Orders of this store may be paid at `till` from now on; what we call it, and the last part of its callback.

    Its account keeps name and callback when address, secrets or abilities change; earlier orders stay with it.

    Raises:
        NoSuchStore: see there.
    """
    assert wiring.office is not None  # noqa: S101 -- the command line always has a back office
    now, vault = wiring.clock.now(), wiring.office.vault
    token = wiring.draw.token(16)
    facts = {
        "secret_key_sealed": vault.seal(till.to_text()),
        "webhook_secrets_sealed": vault.seal(json.dumps(list(till.secrets))),
        "changed_at": now,
    }

    def work(session: Session) -> tuple[str, str]:
        row = _store(session, merchant, store)
        account = f"till-{store}"[:64]
        name = {"merchant_id": row.merchant_id, "provider": ExternalPos.name, "account": account, "livemode": livemode}
        known = session.scalar(select(PaymentAccount).filter_by(**name))
        if known is None:
            # Never the active account: that is who is paid on this site.
            known = PaymentAccount(
                **name, **facts, callback_token=token, active=False, capture="automatic", created_at=now
            )
            session.add(known)
        else:
            session.execute(update(PaymentAccount).where(PaymentAccount.id == known.id).values(**facts))
        session.flush()
        row.till_account_id = known.id
        session.flush()
        bump(session, merchant_id=row.merchant_id)
        after = {"codes": till.codes, "gifts": till.gifts, "vouchers": till.vouchers, "calls_back": till.calls_back}
        deeds.note(session, row.merchant_id, None, "till.connect", now, subject=store, after=after)
        return account, known.callback_token

    return wiring.db.run(work)


def leave_till(wiring: Wiring, merchant: str, store: str) -> None:
    """Send no new orders there; what it holds can still be given back. Raises NoSuchStore."""
    now = wiring.clock.now()

    def work(session: Session) -> None:
        row = _store(session, merchant, store)
        row.till_account_id = None
        session.flush()
        bump(session, merchant_id=row.merchant_id)
        deeds.note(session, row.merchant_id, None, "till.leave", now, subject=store)

    wiring.db.run(work)


def _store(session: Session, merchant: str, store: str) -> Store:
    query = select(Store).join(Merchant, Merchant.id == Store.merchant_id)
    found = session.scalar(query.where(Merchant.slug == merchant, Store.slug == store))
    if found is None:
        raise NoSuchStore(store)
    return found
