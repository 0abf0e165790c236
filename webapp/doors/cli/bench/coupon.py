"""Five thousand checkouts over real HTTP, 256 at any moment, on a code with one use: exactly one winner (K1, K2)."""

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from webapp.doors.cli.bench.house import MERCHANT
from webapp.doors.cli.bench.load import drive
from webapp.doors.cli.bench.orders import tap
from webapp.doors.cli.bench.report import Failed, Figure
from webapp.doors.cli.bench.seats import Diner
from webapp.doors.cli.bench.servers import gunicorn
from webapp.doors.cli.bench.stage import Stage
from webapp.ground.clock import SystemClock
from webapp.nouns.basket.models import Basket
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import BasketCoupon, Coupon, OrderDiscount
from webapp.nouns.promotion.offer import Offer, store_offer

CHECKOUTS = 5000
# Each connection sends its next tap the moment the last is answered, so this many are always under way.
IN_FLIGHT = 256
PLACED, ASKED_AGAIN = 303, 409
ONCE = Offer(code="ONCE", name={"fr": "Une seule fois"}, kind="amount", value=100, max_uses=1)


def figure(stage: Stage) -> Figure:
    """Everybody has seen the price with the code before anybody confirms.

    Raises:
        Failed: an answer that is neither an order nor "please look again", or any number of winners but one.
    """
    diners = stage.seats.diners(stage.many(CHECKOUTS), lines=1)
    now = SystemClock().now()
    with stage.database.transaction() as session:
        before = session.scalar(select(func.max(Order.id))) or 0
        _give(session, diners, now)
    messages = [tap(diner, stage.seats.shown(diner)) for diner in diners]
    with gunicorn("wsgi:app", stage.environment, stage.folder, "coupon") as server:
        lines = min(IN_FLIGHT, len(messages))
        seconds = drive(server.port, messages, status={PLACED, ASKED_AGAIN}, lines=lines)
    with stage.database.reading() as session:
        winners = session.scalar(select(func.count()).where(OrderDiscount.state == "held", OrderDiscount.coupon_id > 0))
        placed = session.scalar(select(func.count()).where(Order.id > before))
        held, used = session.execute(select(Coupon.held, Coupon.used).where(Coupon.code == ONCE.code)).one()
    if (winners, placed, held, used) != (1, 1, 1, 0):
        raise Failed(f"{winners} winners, {placed} orders, {held} held and {used} used of one")
    detail = f"{len(messages)} checkouts over HTTP, {lines} at any moment, {seconds:.1f} s"
    return Figure("checkouts on a code with one use", "1 winner", "1 winner", True, detail)


def _give(session: Session, diners: list[Diner], now: datetime) -> None:
    merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == MERCHANT)) or 0
    store_offer(session, merchant_id, ONCE, now)
    coupon_id = session.scalar(select(Coupon.id).where(Coupon.code == ONCE.code))
    visits = {diner.visit_id for diner in diners}
    baskets = [row.id for row in session.execute(select(Basket.id, Basket.visit_id)) if row.visit_id in visits]
    rows = [{"basket_id": basket, "coupon_id": coupon_id, "added_at": now} for basket in baskets]
    session.execute(insert(BasketCoupon), rows)
