"""A code by SMS: sent only when asked for, typed back in the same browser (section 3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.ground.throttle import Throttle
from webapp.nouns.customer import codes, messages
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof import prove
from webapp.nouns.merchant.models import Merchant
from webapp.usecases.proof.messages import send_one
from webapp.usecases.proof.reach import Allowed, allow
from webapp.usecases.proof.texts import code_text
from webapp.usecases.wiring import Texting, Wiring


@dataclass(frozen=True)
class Asking:
    """Who asks for a code: the customer's row, the browser's fingerprint, its network address, its language."""

    customer_id: int
    browser: str
    address: str
    language: str


@dataclass(frozen=True)
class Sent:
    """What came of asking: "sent", "later" (the worker goes on trying), "limited" or "unavailable"."""

    code: str
    retry_after_s: int = 0


@dataclass(frozen=True)
class Checked:
    """What came of typing: "proved", "wrong" (with tries left), "over" (no try left) or "gone" (ask for another)."""

    code: str
    left: int = 0


def send_code(wiring: Wiring, throttle: Throttle, asking: Asking) -> Sent:
    """Send a one-time code. Message and code are one commit; the call comes after it (G4), within the page's time."""
    texting = wiring.texting
    if texting is None:
        return Sent("unavailable")
    now, digits, key = wiring.clock.now(), wiring.draw.digits(codes.DIGITS), wiring.draw.token(16)

    def work(session: Session) -> tuple[Allowed, int]:
        customer = session.get_one(Customer, asking.customer_id)
        verdict = allow(session, texting, throttle, customer, address=asking.address, key=key, now=now)
        if verdict.code:
            return verdict, 0
        codes.keep_code(session, wiring.signer, digits, browser=asking.browser, customer_id=customer.id, now=now)
        return verdict, _put(session, wiring, texting, customer, asking.language, digits, key, now)

    verdict, row_id = wiring.db.run(work)
    if verdict.code:
        return Sent(verdict.code, verdict.retry_after_s)
    outcome = send_one(wiring, row_id, wiring.page_seconds)
    return Sent({"done": "sent", "parked": "unavailable"}.get(outcome, "later"))


def _put(
    session: Session,
    wiring: Wiring,
    texting: Texting,
    customer: Customer,
    language: str,
    digits: str,
    key: str,
    now: datetime,
) -> int:
    merchant = session.get_one(Merchant, customer.merchant_id)
    words = code_text(language, merchant.name, wiring.public_url, digits)
    return messages.put(
        session,
        key=f"code-{key}",
        merchant_id=merchant.id,
        customer_id=customer.id,
        kind="code",
        text_sealed=texting.vault.seal(words),
        now=now,
    )


def check_code(wiring: Wiring, *, customer_id: int, browser: str, typed: str) -> Checked:
    """Take a guess of six digits; it is counted before it is compared, whoever else guesses at the same time."""
    now = wiring.clock.now()

    def count(session: Session) -> int | None:
        kept = codes.live_code(session, browser, customer_id, now)
        if kept is None:
            return None
        return kept.id if codes.count_try(session, kept.id, now) else 0

    code_id = wiring.db.run(count)
    if not code_id:
        return Checked("gone" if code_id is None else "over")

    def compare(session: Session) -> Checked:
        kept = codes.live_code(session, browser, customer_id, now)
        if kept is None or kept.id != code_id:
            return Checked("gone")
        if not codes.fits(wiring.signer, kept, typed):
            left = max(0, codes.TRIES - kept.tries)
            return Checked("wrong" if left else "over", left)
        if not codes.use_code(session, kept.id, now):
            return Checked("gone")
        prove(session, browser, customer_id, "sms", now)
        return Checked("proved")

    return wiring.db.run(compare)
