"""A code typed into a basket: accepted, or refused in a way that tells a stranger nothing (K5).

A code that this very basket could not use is refused in the same words, with the same status and after the same
questions to the database, whether it is unknown, over, used up, another store's or below its minimum.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.ground.throttle import Attempt, Limit, Throttle
from webapp.ground.upsert import insert_into
from webapp.nouns.basket.lines import lines, lock_basket, touch
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.customer.models import Visit
from webapp.nouns.promotion.basket import Asked, asked_by, known_customer, usable
from webapp.nouns.promotion.find import coupon_of_code
from webapp.nouns.promotion.free import choices
from webapp.nouns.promotion.models import BasketCoupon, Coupon
from webapp.nouns.promotion.rule import Reason
from webapp.nouns.promotion.stacking import MOST_CODES
from webapp.usecases.promotion.asking import program_of
from webapp.usecases.promotion.leave import take_from_basket
from webapp.usecases.promotion.rewards import NotUsable, copy_of_code, use
from webapp.usecases.promotion.theirs import try_code
from webapp.usecases.wiring import Wiring

# Distinct codes: typing the same one again, or a whole room typing the one on the poster, costs nothing.
BROWSER = Limit("code:browser", 10, 600)
ADDRESS = Limit("code:address", 60, 3600)
MERCHANT = Limit("code:merchant", 3000, 3600)

Outcome = Literal["accepted", "already", "refused", "full", "empty", "throttled", "own", "yours", "silent"]
# Priced in place of a code that nobody has, so that it costs the same work as one that is over; never stored.
NOBODYS = Coupon(
    id=0, code="", kind="amount", value=1, skus=[], minimum=0, store_slugs=[], modes=[], hours=[], weekdays=[],
    first_order_only=False, stacks=False, active=False, held=0, used=0,
)  # fmt: skip


@dataclass(frozen=True)
class Guesser:
    """Who types, as far as limits count: fingerprint of the browser, address of the request."""

    browser: str
    address: str


@dataclass(frozen=True)
class Typed:
    """What became of a code.

    `yours`: the programme has made it one of this person's offers; `silent`: the programme did not answer.
    `empty`: there is no basket yet; `throttled`: wait `retry_after_s` seconds; `own`: a voucher of this very diner's
    that cannot go on this order, `reason` as in `NotUsable`.
    """

    outcome: Outcome
    retry_after_s: int = 0
    reason: str = ""


def budget(wiring: Wiring, throttle: Throttle, merchant_id: int, code: str, guesser: Guesser) -> int:
    """Count one guess; seconds to wait when there were too many different ones, else 0."""
    now = wiring.clock.now()
    attempts = (
        Attempt(BROWSER, guesser.browser, code),
        Attempt(ADDRESS, guesser.address, code),
        Attempt(MERCHANT, str(merchant_id), code),
    )
    verdict = wiring.db.run(lambda session: throttle.check(session, attempts, now))
    return 0 if verdict.allowed else verdict.retry_after_s


def type_code(
    wiring: Wiring, throttle: Throttle, *, visit_id: int, store_id: int, code: str, guesser: Guesser, typed: str = ""
) -> Typed:
    """Put a code into this visit's basket when the basket can use it now.

    Args:
        wiring: the outside.
        throttle: counts guesses.
        visit_id: whose basket.
        store_id: in which store.
        code: in canonical form.
        guesser: whose budget of guesses this is.
        typed: as typed, blanks around it left out: a programme may tell small letters from capitals.
    """
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        on_sale = wiring.shelf.exactly(session, store_id, now)
    theirs = program_of(wiring, on_sale) is not None
    # To us all spellings are one code, to a programme each may be another: there each is a guess.
    guess = (typed or code) if theirs else code
    wait = budget(wiring, throttle, on_sale.store.merchant.id, guess, guesser)
    if wait:
        return Typed("throttled", wait)
    said = apply_code(wiring, visit_id=visit_id, on_sale=on_sale, code=code)
    if said.outcome != "refused":
        return said
    if theirs:
        return _theirs(wiring, on_sale, visit_id, typed or code)
    return _own(wiring, on_sale, visit_id, code)


def _theirs(wiring: Wiring, on_sale: OnSale, visit_id: int, typed: str) -> Typed:
    """A code no coupon has may be one of a programme that prices baskets itself, also for a guest."""
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        visit = session.get_one(Visit, visit_id)
        asked = asked_by(session, on_sale, visit, known_customer(session, visit, now), now)
        wanted = [line.wanted for line in lines(session, visit_id, on_sale.store.id)]
    outcomes: dict[str, Outcome] = {"accepted": "accepted", "yours": "yours", "silent": "silent"}
    return Typed(outcomes.get(try_code(wiring, asked, wanted, typed), "refused"))


def _own(wiring: Wiring, on_sale: OnSale, visit_id: int, code: str) -> Typed:
    """A code no coupon has may be a voucher its owner bought (K6): put on the order like a tap on "add to this order".

    Only the wallet of whoever has proved the number of this visit is looked into; to everybody else the code of
    another reads like one that nobody has.
    """
    now = wiring.clock.now()
    with wiring.db.reading() as session:
        visit = session.get_one(Visit, visit_id)
        asked = asked_by(session, on_sale, visit, known_customer(session, visit, now), now)
    owned_id = copy_of_code(wiring, asked, code)
    if owned_id is None:
        return Typed("refused")
    try:
        use(wiring, asked, owned_id)
    except NotUsable as refusal:
        return Typed("own", reason=refusal.code)
    return Typed("accepted")


def apply_code(wiring: Wiring, *, visit_id: int, on_sale: OnSale, code: str) -> Typed:
    """As `type_code`, for a code whose guess was counted before."""
    now = wiring.clock.now()
    return Typed(wiring.db.run(lambda session: _apply(session, on_sale, visit_id, code, now)))


def _apply(session: Session, on_sale: OnSale, visit_id: int, code: str, now: datetime) -> Outcome:
    store = on_sale.store
    visit = session.get(Visit, visit_id)
    basket_id = lock_basket(session, visit_id, store.id)
    if visit is None or basket_id is None:
        return "empty"
    asked = asked_by(session, on_sale, visit, known_customer(session, visit, now), now)
    coupon = coupon_of_code(session, store.merchant.id, code)
    reason = _reason(session, asked, coupon)
    there = set(session.scalars(select(BasketCoupon.coupon_id).where(BasketCoupon.basket_id == basket_id)))
    if coupon is None or (reason is not None and coupon.id not in there):
        return "refused"
    if coupon.id in there:
        return "already"
    if len(there) >= MOST_CODES:
        return "full"
    row = {"basket_id": basket_id, "coupon_id": coupon.id, "added_at": now}
    session.execute(insert_into(session, BasketCoupon).values(row).on_conflict_do_nothing())
    touch(session, basket_id, now)
    return "accepted"


def _reason(session: Session, asked: Asked, coupon: Coupon | None) -> Reason | None:
    """Why not; a code nobody has costs the same questions as one that is not for this order."""
    visit_id = asked.diner.visit.id if asked.diner.visit is not None else 0
    wanted = [line.wanted for line in lines(session, visit_id, asked.on_sale.store.id)]
    if coupon is None:
        usable(session, asked, wanted, NOBODYS)
        return Reason("over")
    reason = usable(session, asked, wanted, coupon)
    # A free product need not be in the basket yet: the code may come first, if it can be had here now.
    if reason is not None and reason.code == "no_dish" and coupon.kind == "free_product":
        found = choices(asked.on_sale.menu, coupon.skus, asked.mode, asked.minute)
        return None if found else reason
    return reason


def take_out_code(wiring: Wiring, *, visit_id: int, store_id: int, coupon_id: int) -> bool:
    """Take a code out of this visit's basket; False when it was not in it."""

    def take(session: Session, basket_id: int) -> bool:
        gone = session.connection().execute(
            delete(BasketCoupon).where(BasketCoupon.basket_id == basket_id, BasketCoupon.coupon_id == coupon_id)
        )
        return bool(gone.rowcount)

    return take_from_basket(wiring, visit_id, store_id, take)
