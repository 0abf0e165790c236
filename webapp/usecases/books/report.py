"""A day of the provider's ledger against ours, per merchant; and captures nobody told us of, found there (M1, M2)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from webapp.nouns.merchant.payment_account import merchant_paid
from webapp.nouns.order.alerts import raise_alert, resolve_alert
from webapp.nouns.order.books import (
    Account,
    accounts_of,
    accounts_since,
    captures_between,
    has_report,
    keep_report,
    known_captures,
    merchant_ordered,
    merchants_selling,
    references_of,
    refunds_between,
    zone_of,
)
from webapp.nouns.order.find import attempt_named
from webapp.ports.payment.port import Movement, PaymentProvider, PaymentTrouble, books_of
from webapp.usecases.checkout.confirm import confirm_payment
from webapp.usecases.till.leaving import is_silent
from webapp.usecases.wiring import Wiring

LOOK_BACK = timedelta(hours=2)
DIFFERENCE = "payment_difference"
UNKNOWN = "payment_unknown"
NOT_COMPARED = "not_compared"
CLOSED_AT = time(2, 0)  # a day is compared once its last orders have long been settled


def find_unheard(wiring: Wiring) -> int:
    """Money in the provider's ledger that nobody told us of: its session is read again; how many were found.

    What belongs to no attempt of ours is put before the operator.
    """
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        accounts = accounts_since(session, now - timedelta(days=2))
    return sum(_unheard(wiring, account, now - LOOK_BACK, now) for account in accounts)


def _unheard(wiring: Wiring, account: Account, since: datetime, until: datetime) -> int:
    books = books_of(wiring.payments.behind(*account))
    if books is None:
        return 0
    try:
        moved = books.movements(since, until, deadline_s=wiring.worker_seconds)
    except PaymentTrouble:
        return 0  # the next round asks again
    taken = [one for one in moved if one.kind == "capture"]
    with wiring.db.reading() as session:
        known = known_captures(session, account[0], [one.id for one in taken])
    unheard = {one.key: one for one in taken if one.id not in known}  # a session is read once, whatever it took
    return sum(_look_at(wiring, account, one) for one in unheard.values())


def _look_at(wiring: Wiring, account: Account, one: Movement) -> int:
    with wiring.db.reading() as session:
        attempt = attempt_named(session, account[0], None, one.key)
    if attempt is None:
        now, subject = wiring.clock.now(), f"{account[0]}/{one.id}"[:140]
        wiring.db.run(
            lambda session: raise_alert(session, UNKNOWN, subject, now, merchant_id=_whose(session, account, one))
        )
        return 0
    try:
        confirm_payment(wiring, attempt.id, "ledger", deadline_s=wiring.worker_seconds)
    except PaymentTrouble:
        return 0
    return 1


def _whose(session: Session, account: Account, one: Movement) -> int | None:
    """The merchant such money belongs to: whose account it is at, else whose order it names; None when nobody knows."""
    return merchant_paid(session, account[1]) or merchant_ordered(session, one.reference)


def report_due(wiring: Wiring) -> int:
    """Hold yesterday against the provider's ledger, for every merchant whose day is over; how many were done."""
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        merchants = merchants_selling(session, now - timedelta(days=3))
        due = [
            (merchant_id, slug, day)
            for merchant_id, slug, zone in merchants
            if (day := _closed_day(now, zone)) is not None and not has_report(session, merchant_id, day)
        ]
    return sum(make_report(wiring, merchant_id, slug, day) is not None for merchant_id, slug, day in due)


def _closed_day(now: datetime, zone: str) -> date | None:
    local = now.astimezone(ZoneInfo(zone))
    return local.date() - timedelta(days=1) if local.time() >= CLOSED_AT else None


def make_report(wiring: Wiring, merchant_id: int, slug: str, day: date) -> list[dict[str, Any]] | None:
    """Compare one local day; its rows, one an account, written down too. None when a provider does not answer now."""
    with wiring.db.reading() as session:
        zone = ZoneInfo(zone_of(session, merchant_id))
        since = datetime.combine(day, time(), zone)
        until = datetime.combine(day + timedelta(days=1), time(), zone)
        accounts = accounts_of(session, merchant_id, since - timedelta(days=1), until + timedelta(days=1))
    found: list[dict[str, Any]] = []
    for account in accounts:
        provider = wiring.payments.behind(*account)
        books = books_of(provider)
        moved: Sequence[Movement] | None = None
        if books is not None:
            try:
                moved = books.movements(since, until, deadline_s=wiring.worker_seconds)
            except PaymentTrouble:
                return None
            _unheard(wiring, account, since, until)
        with wiring.db.reading() as session:
            found.append(_compared(session, merchant_id, account, (since, until), moved, _why(provider)))
    now = wiring.clock.now()
    rows = [{"merchant_id": merchant_id, "day": day, "made_at": now, **row} for row in _by_provider(found)]
    wiring.db.run(lambda session: _keep(session, rows, merchant_id, f"{slug}/{day}", now))
    return rows


def _why(provider: PaymentProvider | None) -> str:
    """Why a provider's day cannot be compared: not set up any more, a till that says nothing, or shows no books."""
    if provider is None:
        return "gone"
    return "silent" if is_silent(provider) else "no_books"


def _keep(session: Session, rows: Sequence[Mapping[str, Any]], merchant_id: int, subject: str, now: datetime) -> None:
    for row in rows:
        keep_report(session, row)
    if any(one["what"] != NOT_COMPARED for row in rows for one in row["differences"]):
        raise_alert(session, DIFFERENCE, subject, now, merchant_id=merchant_id)
    else:
        resolve_alert(session, DIFFERENCE, subject, now)


def _by_provider(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Accounts of one provider, as after a change of keys, are one row."""
    merged: dict[str, dict[str, Any]] = {}
    for row in rows:
        kept = merged.setdefault(row["provider"], row)
        if kept is not row:
            for name in ("orders", "captured", "refunded", "provider_captured", "provider_refunded", "differences"):
                kept[name] += row[name]
            kept["fees"] = None
    return list(merged.values())


def _compared(
    session: Session, merchant_id: int, account: Account, span: tuple[datetime, datetime],
    moved: Sequence[Movement] | None, why: str = "",
) -> dict[str, Any]:  # fmt: skip
    captures = captures_between(session, merchant_id, account, *span)
    refunds = refunds_between(session, merchant_id, account, *span)
    ours = references_of(session, merchant_id, [one.reference for one in moved or ()])
    # An account of the merchant's own holds nothing but theirs; one for all holds what names their orders.
    theirs = [one for one in moved or () if account[1] is not None or one.reference in ours]
    taken = {one.id: one for one in theirs if one.kind == "capture"}
    given = {one.key or one.id: one for one in theirs if one.kind == "refund"}
    differences = [*_differ("capture", captures, taken), *_differ("refund", refunds, given)]
    fees = [one.fee for one in theirs]
    return {
        "provider": account[0],
        "currency": next((one.currency for one in theirs), "EUR"),
        "orders": len(captures),
        "captured": sum(amount for amount, _ in captures.values()),
        "refunded": sum(amount for amount, _ in refunds.values()),
        "provider_captured": sum(one.amount for one in taken.values()),
        "provider_refunded": sum(one.amount for one in given.values()),
        "fees": None if not fees or None in fees else sum(fee or 0 for fee in fees),
        "differences": differences if moved is not None else [{"what": NOT_COMPARED, "why": why}],
    }


def _differ(kind: str, ours: Mapping[str, tuple[int, str]], theirs: Mapping[str, Movement]) -> list[dict[str, Any]]:
    """What only one side has, or both with different sums; `reference` is the order's."""
    found: list[dict[str, Any]] = []
    for name in sorted({*ours, *theirs}):
        mine, other = ours.get(name), theirs.get(name)
        if mine is not None and other is not None and mine[0] == other.amount:
            continue
        what = "unknown" if mine is None else "missing" if other is None else "amount"
        reference = mine[1] if mine is not None else other.reference if other is not None else ""
        found.append(
            {"what": f"{kind}_{what}", "id": name, "reference": reference, "ours": mine[0] if mine else None,
             "theirs": other.amount if other else None}
        )  # fmt: skip
    return found
