"""Paid orders for the desks' tests, written as the shop writes them."""

from typing import Any

from sqlalchemy import select

from tests.shop import MERCHANT, STORE, Shop
from webapp.nouns.customer.visits import customer_of
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.box import Message, put
from webapp.nouns.outbox.models import OutboxMessage

PHONE = "+33612345678"


def paid(shop: Shop, reference: str, *, merchant: str = MERCHANT, store: str = STORE, **facts: Any) -> int:
    """A paid order; its row. `facts`: whatever differs, such as `phone=None`, `paid_at=…`, `state="refunded"`."""
    place, now = shop.store(store, merchant), facts.get("paid_at") or shop.clock.now()
    phone = facts.pop("phone", PHONE)
    with shop.database.transaction() as session:
        customer = customer_of(session, place.merchant.id, phone, now).id if phone else None
        known: dict[str, Any] = {
            "reference": reference, "number": 7, "merchant_id": place.merchant.id, "store_id": place.id,
            "state": "paid", "customer_id": customer, "phone": phone, "progress": "", "mode": "collect",
            "language": "fr", "currency": "EUR", "subtotal": 1250, "total": 1250, "vat": [], "discounts": [],
            "quote_digest": "", "name": "", "menu_stamp": 1, "consent": {}, "points_state": "none",
            "created_at": now, "expires_at": now, "paid_at": now,
        }  # fmt: skip
        order = Order(**(known | facts))
        session.add(order)
        session.flush()
        return order.id


def told(shop: Shop, order_id: int, **facts: Any) -> int:
    """What the programme is to be told of it, waiting for its store to be mapped; the message's row."""
    with shop.database.transaction() as session:
        order = session.get_one(Order, order_id)
        payload = facts.pop("payload", f'{{"amount": {order.total}}}')
        message = Message(
            "loyalty.report", order.reference, order.merchant_id, order.store_id, payload, order_id=order_id
        )
        put(session, message, shop.clock.now())
        order.points_state = "waiting"
        session.flush()
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.order_id == order_id)).one()
        for name, value in facts.items():
            setattr(row, name, value)
        return row.id
