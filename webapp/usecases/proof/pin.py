"""The programme's own PIN: passed through with the call it belongs to, never kept, five tries a number a day."""

import unicodedata

from webapp.ground.throttle import Attempt, Limit, Throttle
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof import prove
from webapp.usecases.wiring import Wiring

DIGITS = 4
PER_NUMBER = Limit("pin:number", 5, 86_400)


class PinRefused(Exception):
    """Nothing was sent. `code`: "format" (not four digits) or "over" (no try left, `retry_after_s` seconds long)."""

    def __init__(self, code: str, retry_after_s: int = 0) -> None:
        """See the class; the PIN itself is never repeated."""
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s


def take_pin(wiring: Wiring, throttle: Throttle, customer: Customer, typed: str) -> str:
    """The four digits to pass on, one try counted and committed before they are.

    Counted per number over all browsers and addresses: 13 bits bear no more. Counted per member too: whoever is known
    by a number and by a card has one PIN, and not twice the tries. Hand the result to the programme in this
    request and forget it; after the programme has accepted it, call `accept_pin`.

    Raises:
        PinRefused: see the class.
    """
    digits = "".join(str(unicodedata.decimal(char, "x")) for char in typed[:40] if not char.isspace())
    if len(digits) != DIGITS or not digits.isdecimal():
        raise PinRefused("format")
    now, once = wiring.clock.now(), wiring.draw.token(16)
    attempts = [Attempt(PER_NUMBER, f"{customer.merchant_id}:{customer.phone}", once)]
    if customer.member_id is not None:
        member = f"{customer.merchant_id}:{customer.member_connection_id}:{customer.member_id}"
        attempts.append(Attempt(PER_NUMBER, member, once))
    verdict = wiring.db.run(lambda session: throttle.check(session, attempts, now))
    if not verdict.allowed:
        raise PinRefused("over", verdict.retry_after_s)
    return digits


def accept_pin(wiring: Wiring, *, browser: str, customer_id: int) -> None:
    """The programme took the PIN: this browser has proved the number."""
    now = wiring.clock.now()
    wiring.db.run(lambda session: prove(session, browser, customer_id, "pin", now))
