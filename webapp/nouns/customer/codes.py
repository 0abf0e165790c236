"""One-time codes: kept as a keyed digest, ten minutes, five tries, once, for the browser that asked (section 3)."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from webapp.ground.links import Signer
from webapp.nouns.customer.proof_models import OneTimeCode

DIGITS = 6
LIFE = timedelta(minutes=10)
TRIES = 5
PURPOSE = "one-time code"


def _bound(code: str, browser: str, customer_id: int) -> str:
    return f"{customer_id} {browser} {code}"


def keep_code(session: Session, signer: Signer, code: str, *, browser: str, customer_id: int, now: datetime) -> None:
    """Keep the digest of a code about to be sent; codes sent to this browser before it work no more."""
    session.execute(
        update(OneTimeCode)
        .where(OneTimeCode.browser == browser, OneTimeCode.customer_id == customer_id, OneTimeCode.expires_at > now)
        .values(expires_at=now)
    )
    digest = signer.sign(PURPOSE, _bound(code, browser, customer_id)).rpartition(".")[2]
    row = {
        "browser": browser, "customer_id": customer_id, "digest": digest, "tries": 0,
        "sent_at": now, "expires_at": now + LIFE,
    }  # fmt: skip
    session.execute(insert(OneTimeCode), [row])


def live_code(session: Session, browser: str, customer_id: int, now: datetime) -> OneTimeCode | None:
    """The code this browser may still type for this number."""
    query = select(OneTimeCode).where(
        OneTimeCode.browser == browser,
        OneTimeCode.customer_id == customer_id,
        OneTimeCode.expires_at > now,
        OneTimeCode.used_at.is_(None),
    )
    return session.scalars(query.order_by(OneTimeCode.id.desc()).limit(1)).first()


def count_try(session: Session, code_id: int, now: datetime) -> bool:
    """Count one guess before it is looked at; False when none is left. One conditional update: a crowd gets five."""
    counted = session.connection().execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.id == code_id,
            OneTimeCode.tries < TRIES,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .values(tries=OneTimeCode.tries + 1)
    )
    return counted.rowcount == 1


def fits(signer: Signer, kept: OneTimeCode, typed: str) -> bool:
    """Whether these digits are the code; compared in constant time (X6)."""
    word = _bound(typed, kept.browser, kept.customer_id)
    return signer.read(PURPOSE, f"{word}.{kept.digest}") is not None


def use_code(session: Session, code_id: int, now: datetime) -> bool:
    """Use it up; False when somebody was faster."""
    used = session.connection().execute(
        update(OneTimeCode).where(OneTimeCode.id == code_id, OneTimeCode.used_at.is_(None)).values(used_at=now)
    )
    return used.rowcount == 1
