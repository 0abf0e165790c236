"""Visits and customers: which browser is here, and the number it gave."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from webapp.ground.upsert import Upsert, insert_into
from webapp.nouns.customer.models import ConsentEvidence, Customer, Visit

# A browser left alone this long is taken for a new guest: the next person holding the phone is nobody until they say.
IDENTITY_LASTS = timedelta(hours=12)
# What came of a number that was given; "new" still has to say whether it joins.
ANSWERED = frozenset({"member", "joined", "unsure"})

_THEIRS = select(Visit).where(Visit.browser == bindparam("browser_"), Visit.merchant_id == bindparam("merchant_"))
_SEEN = Upsert(
    Visit,
    lambda made: made.on_conflict_do_update(
        index_elements=["browser", "merchant_id"], set_={"seen_at": made.excluded.seen_at}
    ),
)
_SEATED = (
    update(Visit)
    .where(Visit.id == bindparam("visit_"))
    .values(store_id=bindparam("store_"), mode=bindparam("mode_"), table_id=bindparam("table_"))
)


def visit_of(session: Session, browser: str, merchant_id: int) -> Visit | None:
    """This browser's visit at this merchant. `browser`: fingerprint of its cookie's token."""
    return session.scalar(_THEIRS, {"browser_": browser, "merchant_": merchant_id})


def open_visit(session: Session, browser: str, merchant_id: int, now: datetime) -> Visit:
    """This browser's visit at this merchant, made when there is none; an identity grown old is forgotten."""
    row = {
        "browser": browser, "merchant_id": merchant_id, "mode": "collect", "membership": "", "strict": False,
        "created_at": now, "seen_at": now,
    }  # fmt: skip
    session.connection().execute(_SEEN.on(session), row)
    visit = session.scalars(_THEIRS, {"browser_": browser, "merchant_": merchant_id}).one()
    if visit.identified_at is not None and now - visit.identified_at > IDENTITY_LASTS:
        sign_out(session, visit.id)
        session.refresh(visit)
    return visit


class Seat(Protocol):
    """What of a visit says how it orders and whether it gave a number; a bare row of it does as well."""

    @property
    def mode(self) -> str:
        """See `Visit`."""

    @property
    def store_id(self) -> int | None:
        """See `Visit`."""

    @property
    def table_id(self) -> int | None:
        """See `Visit`."""

    @property
    def slot_at(self) -> datetime | None:
        """See `Visit`."""

    @property
    def identified_at(self) -> datetime | None:
        """See `Visit`."""


class Guest(Seat, Protocol):
    """What of a visit says whose browser it is and what it answered; a bare row of it does as well."""

    @property
    def id(self) -> int:
        """See `Visit`."""

    @property
    def browser(self) -> str:
        """See `Visit`."""

    @property
    def merchant_id(self) -> int:
        """See `Visit`."""

    @property
    def membership(self) -> str:
        """See `Visit`."""

    @property
    def consent_email(self) -> bool | None:
        """See `Visit`."""

    @property
    def consent_sms(self) -> bool | None:
        """See `Visit`."""

    @property
    def member_sealed(self) -> str:
        """See `Visit`."""

    @property
    def member_connection_id(self) -> int | None:
        """See `Visit`."""


class Patron(Protocol):
    """What of a customer an order and its rewards go by; a bare row of it does as well."""

    @property
    def id(self) -> int:
        """See `Customer`."""

    @property
    def merchant_id(self) -> int:
        """See `Customer`."""

    @property
    def phone(self) -> str:
        """See `Customer`."""

    @property
    def member_id(self) -> str | None:
        """See `Customer`."""

    @property
    def member_connection_id(self) -> int | None:
        """See `Customer`."""

    @property
    def spending_locked_at(self) -> datetime | None:
        """See `Customer`."""


def is_fresh(visit: Seat, now: datetime) -> bool:
    """Whether the identity this visit gave is still this evening's."""
    return visit.identified_at is not None and now - visit.identified_at <= IDENTITY_LASTS


def has_answered(visit: Guest, customer: Patron | None, now: datetime) -> bool:
    """Whether this visit said how it collects points: by a number that is still this evening's, or not at all."""
    if visit.membership == "guest":
        return True
    return customer is not None and is_fresh(visit, now) and visit.membership in ANSWERED


def sit_down(session: Session, visit_id: int, store_id: int, mode: str, table_id: int | None) -> None:
    """The diner is now at this table, or wants to collect from this store."""
    seat = {"visit_": visit_id, "store_": store_id, "mode_": mode, "table_": table_id}
    session.connection().execute(_SEATED, seat)


def choose_slot(session: Session, visit_id: int, store_id: int, slot_at: datetime) -> None:
    """The pick-up time this diner chose in this store."""
    session.execute(
        update(Visit)
        .where(Visit.id == visit_id)
        .values(store_id=store_id, slot_at=slot_at, mode="collect", table_id=None)
    )


def mode_at(visit: Seat | None, store_id: int) -> str:
    """How this browser orders in this store: "table" only where it has scanned a code of this very store."""
    seated = visit is not None and visit.mode == "table" and visit.store_id == store_id and visit.table_id is not None
    return "table" if seated else "collect"


def slot_at(visit: Seat | None, store_id: int) -> datetime | None:
    """The pick-up time chosen in this store, if any."""
    return visit.slot_at if visit is not None and visit.store_id == store_id and visit.mode == "collect" else None


def customer_of(session: Session, merchant_id: int, phone: str, now: datetime, *, sealed: str = "") -> Customer:
    """The one customer of this number (E.164) at this merchant, made when there is none (A2).

    `phone` may be the key of somebody without a number, `sealed` is then what it stands for; see `identities.py`.
    """
    row = {"merchant_id": merchant_id, "phone": phone, "identity_sealed": sealed, "created_at": now}
    session.execute(insert_into(session, Customer).values(row).on_conflict_do_nothing())
    return session.scalars(select(Customer).where(Customer.merchant_id == merchant_id, Customer.phone == phone)).one()


def sign_in(
    session: Session, visit_id: int, customer_id: int, membership: str, now: datetime, *, strict: bool = False
) -> None:
    """The visit has given a number; answers of an earlier number in this browser are not this person's (D1).

    `strict`: too many strangers asked for this number, so nothing of it is shown without proof (section 3).
    """
    session.execute(
        update(Visit)
        .where(Visit.id == visit_id)
        .values(
            customer_id=customer_id,
            membership=membership,
            strict=strict,
            identified_at=now,
            consent_email=None,
            consent_sms=None,
            email=None,
            member_sealed="",
            member_connection_id=None,
        )
    )


def signed_in_at(visit: Guest | None, connection_id: int | None, now: datetime) -> bool:
    """Whether the programme itself proved, to this browser and this evening, whose rewards these are (menu.md 3)."""
    if visit is None or not visit.member_sealed or not is_fresh(visit, now):
        return False
    return connection_id is not None and visit.member_connection_id == connection_id


def keep_member(session: Session, visit_id: int, member_sealed: str, connection_id: int) -> None:
    """The programme proved who this is; `member_sealed`: its id of them, a secret of this browser alone (X5)."""
    session.execute(
        update(Visit)
        .where(Visit.id == visit_id)
        .values(member_sealed=member_sealed, member_connection_id=connection_id)
    )


def sign_out(session: Session, visit_id: int, membership: str = "") -> None:
    """Forget who this browser is; `membership="guest"` remembers that it chose to go on without."""
    session.execute(
        update(Visit)
        .where(Visit.id == visit_id)
        .values(
            customer_id=None,
            membership=membership,
            strict=False,
            identified_at=None,
            consent_email=None,
            consent_sms=None,
            email=None,
            member_sealed="",
            member_connection_id=None,
        )
    )


def keep_evidence(session: Session, rows: list[dict[str, object]]) -> None:
    """Append answers to the evidence; it is never changed afterwards (D2)."""
    if rows:
        session.execute(insert(ConsentEvidence), rows)
