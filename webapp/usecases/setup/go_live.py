"""What is left before a merchant goes live, read from facts and never from somebody's tick (pongo.md section 11)."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from webapp.nouns.catalog.current import current_menu
from webapp.nouns.customer.models import ConsentEvidence
from webapp.nouns.merchant.facts import StoreFacts, stores_of
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.merchant.payment_account import active_account
from webapp.nouns.merchant.program_places import has_vanished
from webapp.nouns.order.models import PAID, Order
from webapp.nouns.outbox.deliveries import TOPIC
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.promotion.models import OrderDiscount
from webapp.nouns.staff.models import StaffDeed
from webapp.usecases.delivery.enrolment import TOPIC_ENROL

NOT_REAL = "sandbox"
NEWEST = 2000  # orders looked through for one with a reward


@dataclass(frozen=True)
class Step:
    """One line of the list. `code` names its sentence at the desk; `missing`: what is not there yet."""

    code: str
    done: bool
    missing: tuple[str, ...] = ()


def steps(session: Session, merchant_id: int, merchant_slug: str, payment_name: str) -> list[Step]:
    """The whole list, in the order in which one goes about it."""
    stores = stores_of(session, merchant_slug)
    closed = tuple(one.name for one in stores if not any(one.hours.values()))
    unmapped = tuple(one.name for one in stores if not one.loyalty_slug or _has_vanished(session, one))
    undeclared = _undeclared(session, merchant_id)
    return [
        Step("hours", bool(stores) and not closed, closed),
        Step("allergens", undeclared == (), undeclared or ()),
        Step("payment", _payable(session, merchant_id, payment_name)),
        Step("connected", _connected(session, merchant_id)),
        Step("alone", _alone(session, merchant_id)),
        Step("mapped", bool(stores) and not unmapped, unmapped),
        Step("sent", _sent(session, merchant_id)),
        Step("rewards_sent", _rewards_sent(session, merchant_id)),
        Step("consent_asked", _asked(session, merchant_id)),
        Step("consent_passed", _passed(session, merchant_id)),
    ]


def _payable(session: Session, merchant_id: int, payment_name: str) -> bool:
    account = active_account(session, merchant_id)
    return payment_name != NOT_REAL and account is not None and account.livemode


def _has_vanished(session: Session, store: StoreFacts) -> bool:
    return store.connection_id is not None and has_vanished(session, store.connection_id, store.loyalty_slug)


def _connected(session: Session, merchant_id: int) -> bool:
    return bool(
        session.scalar(
            select(exists().where(LoyaltyConnection.merchant_id == merchant_id, LoyaltyConnection.state == "connected"))
        )
    )


def _alone(session: Session, merchant_id: int) -> bool:
    """Q1: somebody of the merchant's own pressed Connect and came back with an access that works."""
    query = exists().where(StaffDeed.merchant_id == merchant_id, StaffDeed.deed == "loyalty.connect")
    return bool(session.scalar(select(query)))


def _payloads(session: Session, merchant_id: int, topic: str, limit: int = 20) -> list[dict[str, Any]]:
    query = (
        select(OutboxMessage.payload)
        .where(
            OutboxMessage.merchant_id == merchant_id,
            OutboxMessage.topic == topic,
            OutboxMessage.state == "done",
            OutboxMessage.payload != "",
        )
        .order_by(OutboxMessage.id.desc())
        .limit(limit)
    )
    return [json.loads(text) for text in session.scalars(query)]


def _sent(session: Session, merchant_id: int) -> bool:
    """Q3 to Q6: an order the programme took, after payment, with phone and lines; none leaves without a store (L7)."""
    return any(
        order.get("paid_at") and order.get("lines") and (order.get("phone") or order.get("member_id"))
        for order in _payloads(session, merchant_id, TOPIC)
    )


def _rewards_sent(session: Session, merchant_id: int) -> bool:
    """Q6, G16: an order the programme took carried a reward under the programme's own name for it."""
    carried = exists().where(
        OrderDiscount.order_id == Order.id, OrderDiscount.kind.in_(("reward", "voucher")), OrderDiscount.state == "used"
    )
    told = exists().where(
        OutboxMessage.order_id == Order.id, OutboxMessage.topic == TOPIC, OutboxMessage.state == "done"
    )
    newest = select(Order.id).where(Order.merchant_id == merchant_id, PAID).order_by(Order.id.desc()).limit(NEWEST)
    return session.scalar(select(Order.id).where(Order.id.in_(newest), carried, told).limit(1)) is not None


def _asked(session: Session, merchant_id: int) -> bool:
    return bool(session.scalar(select(exists().where(ConsentEvidence.merchant_id == merchant_id))))


def _passed(session: Session, merchant_id: int) -> bool:
    """G5: an answer about messages reached the programme, with an enrolment or with an order."""
    told = [*_payloads(session, merchant_id, TOPIC_ENROL), *_payloads(session, merchant_id, TOPIC)]
    answers = [wish.get("consent") for wish in told]
    return any(isinstance(one, dict) and any(value is not None for value in one.values()) for one in answers)


def _undeclared(session: Session, merchant_id: int) -> tuple[str, ...] | None:
    """SKUs on sale whose allergens nobody has declared; None without a menu."""
    menu = current_menu(session, merchant_id)
    if menu is None:
        return None
    return tuple(product.sku for product in menu.products if product.allergens is None)
