"""Limits counted on distinct values, in the database: a restart or another worker forgets nothing (section 3).

A mark says that a subject (a browser, an address, a number) was seen with a value (a number, a browser). Both are kept
as keyed digests: without the key, a copy of the table names nobody (D4, X5).
"""

import hashlib
import hmac
import ipaddress
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Index, String, and_, delete, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from webapp.ground.db import Base
from webapp.ground.upsert import insert_into

DIGEST_BYTES = 16


class ThrottleMark(Base):
    """One subject seen with one value under one rule, first in the present window at `seen_at`."""

    __tablename__ = "throttle_mark"
    __table_args__ = (Index("ix_throttle_mark_seen_at", "seen_at"),)

    scope: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(2 * DIGEST_BYTES), primary_key=True)
    value: Mapped[str] = mapped_column(String(2 * DIGEST_BYTES), primary_key=True)
    seen_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `distinct` values per subject in any `window_s` seconds.

    `effect`: "refuse" stops the request; "strict" lets it pass but shows nothing without proof.
    """

    scope: str
    distinct: int
    window_s: int
    effect: Literal["refuse", "strict"] = "refuse"


BROWSER = Limit("identify:browser", 3, 600)
ADDRESS = Limit("identify:address", 10, 3600)
NETWORK = Limit("identify:network", 30, 3600)
NUMBER = Limit("identify:number", 10, 86_400, "strict")
TABLE_BROWSER = Limit("table:browser", 10, 600)
# A whole dining room may share an address; its tables are fewer than this.
TABLE_ADDRESS = Limit("table:address", 100, 3600)
TABLE_NETWORK = Limit("table:network", 200, 3600)
IDENTIFY_LIMITS = (BROWSER, ADDRESS, NETWORK, NUMBER)
A_MOMENT = timedelta(seconds=10)
LONGEST_WINDOW_S = max(limit.window_s for limit in IDENTIFY_LIMITS)


@dataclass(frozen=True, slots=True)
class Attempt:
    """`subject` is about to be seen with `value` under `limit`; both raw, neither is stored."""

    limit: Limit
    subject: str
    value: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`allowed`: go on. `strict`: only with proof. `retry_after_s`: whole seconds until it may be tried again."""

    allowed: bool
    retry_after_s: int = 0
    strict: bool = False


def network_of(address: str) -> str:
    """The /24 (IPv4) or /48 (IPv6) an address belongs to; "unknown" for text that is no address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


def identify_attempts(*, browser: str, address: str, number: str, stranger: bool = True) -> tuple[Attempt, ...]:
    """What one typed number counts against.

    Args:
        browser: the visit's own unguessable id.
        address: IP address of the request.
        number: the number's digits, with country code.
        stranger: False when this browser is already proved for this number.
    """
    attempts = (
        Attempt(BROWSER, browser, number),
        Attempt(ADDRESS, address, number),
        Attempt(NETWORK, network_of(address), number),
    )
    return (*attempts, Attempt(NUMBER, number, browser)) if stranger else attempts


def table_attempts(*, browser: str, address: str, code: str) -> tuple[Attempt, ...]:
    """What one typed table code counts against; `code`: whatever was typed, right or wrong."""
    return (
        Attempt(TABLE_BROWSER, browser, code),
        Attempt(TABLE_ADDRESS, address, code),
        Attempt(TABLE_NETWORK, network_of(address), code),
    )


def judge(limit: Limit, others: Sequence[datetime], now: datetime) -> int:
    """Seconds to wait before one more value, 0 when it may pass; `others`: when each other value was first seen."""
    window = timedelta(seconds=limit.window_s)
    live = sorted(moment for moment in others if moment > now - window)
    if len(live) < limit.distinct:
        return 0
    frees = live[len(live) - limit.distinct] + window
    return max(1, math.ceil((frees - now).total_seconds()))


class Throttle:
    """Counts attempts inside a write transaction of the caller's."""

    def __init__(self, key: str) -> None:
        """`key`: an application secret; changing it starts every count anew."""
        self._key = hmac.digest(key.encode(), b"passe-plat:throttle", hashlib.sha256)

    def _digest(self, word: str) -> str:
        return hmac.digest(self._key, word.encode(), hashlib.sha256)[:DIGEST_BYTES].hex()

    def check(self, session: Session, attempts: Iterable[Attempt], now: datetime) -> Verdict:
        """Count `attempts` unless one of their limits refuses; a refused attempt counts against nothing.

        Seeing the same value again within the window is free: limits are on distinct values.
        """
        asked = [(one.limit, self._digest(one.subject), self._digest(one.value)) for one in attempts]
        _lock(session, [f"{limit.scope}:{subject}" for limit, subject, _ in asked])
        seen = _seen(session, asked, now)
        wait, strict, counted = 0, False, []
        for limit, subject, value in asked:
            marks = seen.get((limit.scope, subject), {})
            if value in marks:
                continue
            late = judge(limit, list(marks.values()), now)
            if not late:
                counted.append({"scope": limit.scope, "subject": subject, "value": value, "seen_at": now})
            elif limit.effect == "strict":
                strict = True
            else:
                wait = max(wait, late)
        if wait:
            return Verdict(allowed=False, retry_after_s=wait, strict=strict)
        if counted:
            _record(session, counted)
        return Verdict(allowed=True, strict=strict)

    def check_open(self, session: Session, attempts: Iterable[Attempt], still: Iterable[str], now: datetime) -> bool:
        """As `check`, where a value counts only as long as it is among `still`, or was counted a moment ago.

        `still`: raw values. The moment lets requests that come at once see each other before their values are there.
        """
        asked = [(one.limit, self._digest(one.subject), self._digest(one.value)) for one in attempts]
        _lock(session, [f"{limit.scope}:{subject}" for limit, subject, _ in asked])
        seen, there = _seen(session, asked, now), {self._digest(value) for value in still}
        for limit, subject, value in asked:
            marks = seen.get((limit.scope, subject), {})
            live = {one for one, when in marks.items() if one in there or now - when < A_MOMENT}
            if len(live - {value}) >= limit.distinct:
                return False
        _record(
            session,
            [{"scope": limit.scope, "subject": at, "value": value, "seen_at": now} for limit, at, value in asked],
        )
        return True

    def wait_for(self, session: Session, limit: Limit, subject: str, now: datetime) -> int:
        """Seconds until one more value would pass, 0 when there is room; counts nothing."""
        place = self._digest(subject)
        marks = _seen(session, [(limit, place, "")], now).get((limit.scope, place), {})
        return judge(limit, list(marks.values()), now)


Asked = Sequence[tuple[Limit, str, str]]


def _lock(session: Session, places: Iterable[str]) -> None:
    # SQLite's write transaction is alone already. On PostgreSQL two requests would each miss the other's mark and
    # both pass the last free place; sorted, so that two of them never wait for each other.
    if session.get_bind().dialect.name != "postgresql":
        return
    for number in sorted(hashlib.sha256(place.encode()).digest()[:8] for place in places):
        session.execute(
            text("SELECT pg_advisory_xact_lock(:number)"), {"number": int.from_bytes(number, "big", signed=True)}
        )


def _seen(session: Session, asked: Asked, now: datetime) -> dict[tuple[str, str], dict[str, datetime]]:
    places = [
        and_(
            ThrottleMark.scope == limit.scope,
            ThrottleMark.subject == subject,
            ThrottleMark.seen_at > now - timedelta(seconds=limit.window_s),
        )
        for limit, subject, _ in asked
    ]
    found: dict[tuple[str, str], dict[str, datetime]] = {}
    if not places:
        return found
    columns = (ThrottleMark.scope, ThrottleMark.subject, ThrottleMark.value, ThrottleMark.seen_at)
    for scope, subject, value, seen_at in session.execute(select(*columns).where(or_(*places))):
        found.setdefault((scope, subject), {})[value] = seen_at
    return found


def _record(session: Session, marks: list[dict[str, object]]) -> None:
    # A mark of an earlier window begins a new one.
    statement = insert_into(session, ThrottleMark).values(marks)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["scope", "subject", "value"], set_={"seen_at": statement.excluded.seen_at}
        )
    )


def purge(session: Session, now: datetime) -> int:
    """Delete the marks no limit can count any more; the number deleted (D6)."""
    old = now - timedelta(seconds=LONGEST_WINDOW_S)
    return len(
        session.execute(delete(ThrottleMark).where(ThrottleMark.seen_at <= old).returning(ThrottleMark.scope)).all()
    )
