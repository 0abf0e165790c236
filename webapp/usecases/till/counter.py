"""The counter as a payment provider: its ledger is ours, staff write in it, and everything else asks it as any other.

So one road leads to "paid" (G3): reconciler, refunds, the daily report and the double-payment guard know nothing of
counters. It lives here and not among the ports because what it speaks to is our own database.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.ground.clock import Clock
from webapp.ground.db import Database
from webapp.nouns.order.models import PaymentAttempt
from webapp.nouns.order.till_models import TillPayment
from webapp.ports.payment.port import (
    DINER_DEADLINE_S,
    WORKER_DEADLINE_S,
    Capture,
    ForgedNotice,
    Movement,
    Notice,
    PaymentFact,
    PaymentRefused,
    PaymentState,
    RefundFact,
    Started,
    StartPayment,
)
from webapp.usecases.till import ledger

COUNTER = "counter"
ENDS: dict[str, PaymentState] = {"paid": "captured", "closed": "expired"}


def capture_id(key: str) -> str:
    """The name of the money taken with an attempt."""
    return f"{ledger.CAPTURE}{key}"


def key_of(capture: str) -> str:
    """And back."""
    return capture.removeprefix(ledger.CAPTURE)


def fact_of(session: Session, attempt: PaymentAttempt) -> PaymentFact:
    """What the ledger says of an attempt."""
    row = session.scalar(ledger.ended(attempt.key))
    captures: tuple[Capture, ...] = ()
    if row is not None and row.kind == "paid":
        back = sum(one.amount for one in ledger.returned(session, attempt.key))
        captures = (Capture(capture_id(attempt.key), row.amount, row.currency, back, row.at),)
    return PaymentFact(
        provider_ref=attempt.key,
        key=attempt.key,
        reference=attempt.key.rpartition("-")[0],
        state="open" if row is None else ENDS[row.kind],
        amount=attempt.amount,
        currency=attempt.currency,
        account=COUNTER,
        livemode=True,
        captures=captures,
    )


class Counter:
    """A `PaymentProvider` that also `KeepsBooks`; every store's counter in one. A session is named by its key."""

    name = COUNTER
    account = COUNTER
    livemode = True  # what crosses a counter is real

    def __init__(self, database: Database, clock: Clock, page_origin: str) -> None:
        """`page_origin`: our own address, which is where a diner waits for the counter."""
        self._database, self._clock, self.page_origin = database, clock, page_origin

    def start(self, wanted: StartPayment, *, deadline_s: float = DINER_DEADLINE_S) -> Started:
        """Nothing need be told to our own board; the diner waits on our own page."""
        del deadline_s
        return Started(wanted.key, wanted.return_url, wanted.expires_at)

    def look_up(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.look_up`."""
        found = self.find(provider_ref, deadline_s=deadline_s)
        if found is None:
            raise PaymentRefused("unknown_session")
        return found

    def find(
        self, key: str, *, since: datetime | None = None, deadline_s: float = DINER_DEADLINE_S
    ) -> PaymentFact | None:
        """See `PaymentProvider.find`; every attempt of ours is known here."""
        del since, deadline_s
        with self._database.reading() as session:
            attempt = _attempt(session, key)
            return None if attempt is None else fact_of(session, attempt)

    def close(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.close`: whoever writes first, staff who took the money or this, is right (G6)."""
        del deadline_s

        def work(session: Session) -> PaymentFact:
            attempt = _attempt(session, provider_ref)
            if attempt is None:
                raise PaymentRefused("unknown_session")
            facts = {"amount": attempt.amount, "currency": attempt.currency}
            ledger.end(session, attempt.key, "closed", self._clock.now(), **facts)
            return fact_of(session, attempt)

        return self._database.run(work)

    def capture(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.capture`; nothing is ever only promised here."""
        del key
        return self.look_up(provider_ref, deadline_s=deadline_s)

    def void(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """See `PaymentProvider.void`."""
        del key
        return self.close(provider_ref, deadline_s=deadline_s)

    def refund(self, capture: str, amount: int, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> RefundFact:
        """Write down that the counter gives it back: staff asked for it at the refund page, which names who."""
        del deadline_s
        now = self._clock.now()
        refused = self._database.run(lambda session: ledger.give_back(session, key_of(capture), key, amount, now))
        if refused:
            raise PaymentRefused(refused)
        return next(one for one in self.refunds_of(capture) if one.key == key)

    def refunds_of(self, capture: str, *, deadline_s: float = WORKER_DEADLINE_S) -> tuple[RefundFact, ...]:
        """See `PaymentProvider.refunds_of`."""
        del deadline_s
        with self._database.reading() as session:
            rows = ledger.returned(session, key_of(capture))
        return tuple(
            RefundFact(one.name, _refund_key(one), capture, one.amount, one.currency, "succeeded", one.at)
            for one in rows
        )

    def movements(
        self, since: datetime, until: datetime, *, deadline_s: float = WORKER_DEADLINE_S
    ) -> tuple[Movement, ...]:
        """See `KeepsBooks.movements`."""
        del deadline_s
        with self._database.reading() as session:
            rows = ledger.between(session, since, until)
        return tuple(_movement(row) for row in rows)

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """Nobody calls back from a counter."""
        del headers, body, now
        raise ForgedNotice("no machine speaks for the counter")


def _attempt(session: Session, key: str) -> PaymentAttempt | None:
    query = select(PaymentAttempt).where(PaymentAttempt.key == key, PaymentAttempt.provider == COUNTER)
    return session.scalar(query)


def _refund_key(row: TillPayment) -> str:
    return row.name.partition(":")[2]


def _movement(row: TillPayment) -> Movement:
    capture = capture_id(row.key)
    reference = row.key.rpartition("-")[0]
    if row.kind == "paid":
        return Movement("capture", capture, capture, row.key, reference, row.amount, row.currency, row.at, 0)
    return Movement("refund", row.name, capture, _refund_key(row), reference, row.amount, row.currency, row.at, 0)
