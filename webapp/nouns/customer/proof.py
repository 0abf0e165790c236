"""Which browsers have proved a number, and the lock an owner can put on spending (section 3, A1)."""

from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof_models import OneTimeCode, ProvenBrowser, SmsMessage
from webapp.nouns.customer.visits import Guest, Patron

PROOF_LASTS = timedelta(days=90)


def proof_of(session: Session, browser: str, customer_id: int, now: datetime) -> ProvenBrowser | None:
    """The living proof this browser (fingerprint) gave for this customer's number, or None."""
    query = select(ProvenBrowser).where(
        ProvenBrowser.browser == browser,
        ProvenBrowser.customer_id == customer_id,
        ProvenBrowser.revoked_at.is_(None),
        ProvenBrowser.expires_at > now,
    )
    return session.scalar(query)


def is_proved(session: Session, visit: Guest | None, customer: Patron | None, now: datetime) -> bool:
    """Whether the browser of this visit has proved this customer's number: bound to merchant and number, 90 days."""
    if visit is None or customer is None or visit.merchant_id != customer.merchant_id:
        return False
    return proof_of(session, visit.browser, customer.id, now) is not None


def prove(session: Session, browser: str, customer_id: int, method: str, now: datetime) -> None:
    """This browser has just proved the number, by "sms" or "pin"; doing it again renews the 90 days.

    A code sent to the number also ends a lock its owner had asked for; a PIN does not: whoever made the owner ask for
    it may know the PIN.
    """
    row = {
        "browser": browser, "customer_id": customer_id, "method": method, "proved_at": now, "known_since": now,
        "expires_at": now + PROOF_LASTS, "revoked_at": None,
    }  # fmt: skip
    made = insert_into(session, ProvenBrowser).values(row)
    # After a lock, or once expired, the browser is new again.
    lapsed = or_(ProvenBrowser.revoked_at.is_not(None), ProvenBrowser.expires_at <= now)
    since = case((lapsed, made.excluded.known_since), else_=ProvenBrowser.known_since)
    renewed = {name: row[name] for name in ("method", "proved_at", "expires_at", "revoked_at")}
    session.execute(
        made.on_conflict_do_update(index_elements=["browser", "customer_id"], set_={**renewed, "known_since": since})
    )
    if method == "sms":
        session.execute(update(Customer).where(Customer.id == customer_id).values(own_lock_at=None))


def revoke(session: Session, customer_id: int, now: datetime, *, browser: str | None = None) -> int:
    """End the proofs of a customer, or of one browser only; how many ended. Codes on their way end with them."""
    proofs = [ProvenBrowser.customer_id == customer_id, ProvenBrowser.revoked_at.is_(None)]
    codes = [OneTimeCode.customer_id == customer_id, OneTimeCode.expires_at > now]
    if browser is not None:
        proofs.append(ProvenBrowser.browser == browser)
        codes.append(OneTimeCode.browser == browser)
    session.execute(update(OneTimeCode).where(*codes).values(expires_at=now))
    ended = session.connection().execute(update(ProvenBrowser).where(*proofs).values(revoked_at=now))
    return int(ended.rowcount)


def names_of(session: Session, customer: Patron) -> list[int]:
    """The rows of this very member, by whatever name they were given: number, address, card; its own id among them."""
    if customer.member_id is None:
        return [customer.id]
    query = select(Customer.id).where(
        Customer.merchant_id == customer.merchant_id,
        Customer.member_id == customer.member_id,
        Customer.member_connection_id == customer.member_connection_id,
    )
    return sorted({customer.id, *session.scalars(query)})


def lock_spending(session: Session, customer_id: int, now: datetime) -> list[int]:
    """Nobody spends this number's points until it is proved again; the rows of its member, none of them proved now.

    All of them are held until the transaction ends, so that an order placed meanwhile comes before this or after.
    """
    names = names_of(session, session.get_one(Customer, customer_id))
    session.scalars(select(Customer.id).where(Customer.id.in_(names)).order_by(Customer.id).with_for_update()).all()
    session.connection().execute(
        update(Customer).where(Customer.id == customer_id, Customer.own_lock_at.is_(None)).values(own_lock_at=now)
    )
    for name in names:
        revoke(session, name, now)
    return names


def forget_proofs(session: Session, customer_id: int) -> None:
    """Remove every proof, code and message of a customer (D5)."""
    for table in (ProvenBrowser, OneTimeCode, SmsMessage):
        session.execute(delete(table).where(table.customer_id == customer_id))
