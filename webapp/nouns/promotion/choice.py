"""What a basket carries of a programme that alone can price it: which basket its word was for, and whether it counts.

The programme's figure is the only one: a choice whose figure was said of another basket, of another person or by
another account takes nothing off until the programme is asked again (menu.md M1, gonnaorder.md R3).
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from webapp.nouns.customer.proof import is_proved
from webapp.nouns.customer.visits import Guest, Patron, signed_in_at
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.pricing import Quote
from webapp.nouns.promotion.models import BasketChoice, OrderDiscount
from webapp.nouns.promotion.rule import Reason, ReasonCode
from webapp.ports.loyalty.port import Cart, CartLine, CartOption, Chosen, ChosenKind

KINDS = {"reward": "taken", "owned": "owned", "code": "code", "credit": "credit"}  # ours, once it is on an order
CODE = ChosenKind.CODE.value


@dataclass(frozen=True)
class ChoiceHere:
    """A choice in the basket: what it takes off, or why it takes nothing off now."""

    row: BasketChoice
    adjustment_id: str
    amount: int
    reason: Reason | None


@dataclass(frozen=True)
class Party:
    """Whose choices are priced where. `named`: the basket, the place and the person, in one word."""

    store: StoreFacts
    visit: Guest | None
    customer: Patron | None
    now: datetime
    basket_id: int | None


def chosen_of(row: BasketChoice) -> Chosen:
    """The choice as the port names it."""
    return Chosen(ChosenKind(row.kind), row.programme_id, row.code, row.wished)


def cart_of(plain: Quote, languages: Sequence[str], table_label: str) -> Cart:
    """The undiscounted basket as programmes price it. `languages`: the menu's, the merchant's own first."""
    own = languages[0]
    lines = tuple(
        CartLine(
            line.sku,
            line.name.get(own, line.sku),
            line.unit_price,
            line.quantity,
            tuple(CartOption(one.name.get(own, ""), one.unit_price, one.quantity, one.sku) for one in line.details),
        )
        for line in plain.lines
    )
    return Cart(plain.currency, "table" if plain.mode == "table" else "collect", lines, table_label)


def named(plain: Quote, party: Party) -> str:
    """The name of what a price is said of: this basket, in this place, for this person."""
    lines = sorted([line.sku, line.quantity, line.unit_price, line.line_id] for line in plain.lines)
    visit = party.visit
    who = [party.customer.id if party.customer else 0, visit.member_sealed if visit else ""]
    table = visit.table_id if visit is not None and plain.mode == "table" else None
    whole = [party.store.connection_id, party.store.loyalty_slug, plain.mode, table, plain.currency, lines, who]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def key_of(row: BasketChoice) -> str | None:
    """What two orders must not be paying with at once; None for typed codes, which may be everybody's."""
    if row.kind == CODE:
        return None
    if row.kind == ChosenKind.OWNED.value:
        return f"owned:{row.programme_id}"
    return points_key(row.customer_id)


def points_key(customer_id: int | None) -> str:
    """One person's points: no two orders may count on the same ones."""
    return f"points:{customer_id}"


def choices_in(session: Session, basket_id: int) -> Sequence[BasketChoice]:
    """What of the programme's lowers this basket's price, in the order it was chosen."""
    query = select(BasketChoice).where(BasketChoice.basket_id == basket_id, BasketChoice.kind.in_(KINDS))
    query = query.order_by(BasketChoice.id)
    return list(session.scalars(query))


def may_spend(session: Session, party: Party) -> bool:
    """Whether this browser has proved whose these are: to us, or to the programme itself (A1)."""
    if signed_in_at(party.visit, party.store.connection_id, party.now):
        return True
    return is_proved(session, party.visit, party.customer, party.now)


def reasons(
    session: Session, rows: Sequence[BasketChoice], party: Party, *, name: str | None = None
) -> dict[int, Reason]:
    """Why each of `rows` takes nothing off now. `name`: of the basket its figure must be for; None: not asked."""
    spends = [row for row in rows if row.kind != CODE]
    proved = may_spend(session, party) if spends else False
    held = busy(session, party, [key for row in spends if (key := key_of(row))]) if spends else frozenset()
    found: dict[int, Reason] = {}
    for row in rows:
        code = whose(row, party, proved=proved) if row.kind != CODE else None
        if row.connection_id != party.store.connection_id:
            code = "other_number"
        elif code is None and key_of(row) in held:
            code = "held"
        if code is None and name is not None and row.priced_for != name:
            code = "unpriced"
        if code is not None:
            found[row.id] = Reason(code)
    return found


def whose(row: BasketChoice, party: Party, *, proved: bool) -> ReasonCode | None:
    """Why this person may not spend this here now; None when they may."""
    if party.customer is None or party.customer.id != row.customer_id:
        return "other_number"
    if party.customer.spending_locked_at is not None:
        return "locked"
    return None if proved else "unproved"


def busy(session: Session, party: Party, keys: Collection[str]) -> frozenset[str]:
    """Keys another order is being paid with, or was paid with while the programme does not know it yet."""
    untold = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.order_id == OrderDiscount.order_id,
            OutboxMessage.topic == "loyalty.report",
            OutboxMessage.state.in_(("new", "leased")),
        )
        .exists()
    )
    query = (
        select(OrderDiscount.choice_key)
        .join(Order, Order.id == OrderDiscount.order_id)
        .where(
            OrderDiscount.connection_id == party.store.connection_id,
            OrderDiscount.choice_key.in_(keys),
            (OrderDiscount.state == "held") | ((OrderDiscount.state == "used") & untold),
            (Order.basket_id.is_(None)) | (Order.basket_id != party.basket_id) | (Order.state != "pending"),
        )
    )
    return frozenset(str(key) for key in session.scalars(query))


def put_choice(
    session: Session, basket_id: int, connection_id: int, customer_id: int | None, chosen: Chosen, name: str,
    now: datetime, *, most: int | None,
) -> int:  # fmt: skip
    """Put one into the basket; those there are no room for beside it, the oldest first, give way. Its row.

    `most`: how many one order may carry; None for no limit.
    """
    same = (BasketChoice.basket_id == basket_id, BasketChoice.kind == chosen.kind.value)
    session.execute(
        delete(BasketChoice).where(
            *same, BasketChoice.programme_id == chosen.id, BasketChoice.code == chosen.code[:120]
        )
    )
    there = [row.id for row in choices_in(session, basket_id)]
    if most is not None and len(there) >= most:
        gone = there[: len(there) - most + 1]
        session.execute(delete(BasketChoice).where(BasketChoice.id.in_(gone)))
    row = BasketChoice(
        basket_id=basket_id, connection_id=connection_id, customer_id=customer_id, kind=chosen.kind.value,
        programme_id=chosen.id[:120], code=chosen.code[:120], name=name[:200], wished=chosen.amount, amount=0,
        priced_for="", added_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def take_choice_out(session: Session, basket_id: int, choice_id: int) -> bool:
    """Take one out again; False when it was not in this basket."""
    gone = session.connection().execute(
        delete(BasketChoice).where(BasketChoice.id == choice_id, BasketChoice.basket_id == basket_id)
    )
    return bool(gone.rowcount)
