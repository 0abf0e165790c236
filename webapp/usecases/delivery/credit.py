"""Looking for the points an order has earned: read from the programme, never computed by us."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.ground.secrets import Unreadable, Vault
from webapp.nouns.order.models import Order
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import Disconnected, Identity, LoyaltyError, LoyaltyProgram, Member, PaidOrder
from webapp.usecases.checkout.tell import TOPIC_CREDIT
from webapp.usecases.delivery.outcome import Done, Later, Outcome
from webapp.usecases.delivery.person import snapshot

FIRST_LOOK = timedelta(seconds=2)
LOOK_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Looked:
    """What a look found, and the member it found it for."""

    outcome: Outcome
    points: int | None = None


def look_soon(session: Session, row: OutboxMessage, now: datetime) -> None:
    """After an order was told, plan to read the balance again."""
    if row.order_id is None:
        return
    message = box.Message(
        topic=TOPIC_CREDIT,
        key=row.key,
        merchant_id=row.merchant_id,
        store_id=row.store_id,
        order_id=row.order_id,
        payload=row.payload,
        connection_id=row.connection_id,
        member_sealed=row.member_sealed,
    )
    box.put(session, message, now, wait=FIRST_LOOK)


def look(
    program: LoyaltyProgram,
    row: OutboxMessage,
    before: int | None,
    now: datetime,
    deadline_s: float,
    vault: Vault | None = None,
    who: Identity | None = None,
) -> Looked:
    """Read the balance; done when it rose, or when a day has passed without news.

    The difference is what the programme added since just before our report. Somebody else may have added points in
    that moment too: the page says "points credited", not "for this order only". Without a balance from before there
    is no difference to tell, and nothing is claimed. `who`: as in `person.named`.
    """
    if before is None:
        return Looked(Done({"points": None}))
    try:
        member = _member(program, snapshot(row, vault), who, deadline_s)
    except Unreadable:
        return Looked(Done({"points": None}))
    except Disconnected as error:
        return Looked(Later(error.code, disconnected=True))
    except LoyaltyError as error:
        again = Later(error.code, retry_after_s=error.retry_after_s, answered=error.permanent)
        return Looked(_unless_late(row, now, again))
    if member is None or member.points is None or member.points <= before:
        why = "no balance to read" if member is None or member.points is None else "not credited yet"
        return Looked(_unless_late(row, now, Later(why, answered=True)))
    return Looked(Done({"points": member.points - before}), member.points - before)


def _member(program: LoyaltyProgram, order: PaidOrder, who: Identity | None, deadline_s: float) -> Member | None:
    if order.member_id is not None:
        return program.member(order.member_id, deadline_s=deadline_s)
    who = Identity.phone(order.phone) if order.phone is not None else who
    if who is None:
        return None
    return program.find_member(who, store_slug=order.store_slug, deadline_s=deadline_s)


def _unless_late(row: OutboxMessage, now: datetime, again: Later) -> Outcome:
    if now - row.created_at > LOOK_FOR:
        return Done({"points": None})  # the points may still come; we merely stop asking
    return again


def credited(session: Session, order_id: int, points: int, now: datetime) -> None:
    """Show the points on the order, once."""
    session.execute(
        update(Order)
        .where(Order.id == order_id, Order.points_state.in_(("waiting", "sent")))
        .values(points_state="credited", points_credited=points, points_at=now)
    )
