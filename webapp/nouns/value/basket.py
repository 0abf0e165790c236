"""What a diner wants to pay a basket with, beside the card: chosen once, counted while it is surely theirs to spend.

Kept among the basket's choices, so that a basket without any costs no further question. `amount` is the balance the
programme said at `priced_at`; it is asked again right before the order is placed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from webapp.nouns.customer.visits import Patron
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.choice import Party, busy, may_spend, points_key, whose
from webapp.nouns.promotion.models import BasketChoice
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.parts import GIFT_CARD, ORDER_OF_USE, POINTS, Part, divide
from webapp.nouns.value.rows import DEBIT, OPEN, PLANNED, Purse

KEPT = {GIFT_CARD: "gift", POINTS: "points"}  # what a basket's row calls each source
_KIND = {name: kind for kind, name in KEPT.items()}


@dataclass(frozen=True)
class Tender:
    """A source of the diner's own. `reason`: why it pays nothing now, "" when it does; see `tenders_here`."""

    row: BasketChoice
    reason: str

    @property
    def kind(self) -> str:
        """`gift_card` or `points`."""
        return kind_of(self.row)


def tenders_in(session: Session, basket_id: int) -> Sequence[BasketChoice]:
    """What this basket is to be paid with, in the order of use."""
    query = select(BasketChoice).where(BasketChoice.basket_id == basket_id, BasketChoice.kind.in_(_KIND))
    return sorted(session.scalars(query), key=lambda row: ORDER_OF_USE.index(_KIND[row.kind]))


def tenders_here(session: Session, party: Party, *, points_taken: bool = False) -> tuple[Tender, ...]:
    """The sources chosen, each with its reason not to count. `points_taken`: a reward on the order spends them.

    `other_number`, `locked`, `unproved` (as for rewards, A1), `busy` (a movement of theirs is not settled yet),
    `reward` (the points are spent on one), `unknown` (the programme's name of this person is not known), `empty`.
    """
    if party.basket_id is None:
        return ()
    rows = tenders_in(session, party.basket_id)
    if not rows:
        return ()
    proved = may_spend(session, party)
    held = busy_kinds(session, party)
    found = []
    for row in rows:
        reason = _reason(row, party, proved=proved, busy=kind_of(row) in held)
        found.append(Tender(row, reason or ("reward" if points_taken and kind_of(row) == POINTS else "")))
    return tuple(found)


def _reason(row: BasketChoice, party: Party, *, proved: bool, busy: bool) -> str:
    store, customer = party.store, party.customer
    code = "other_number" if row.connection_id != store.connection_id else whose(row, party, proved=proved)
    if code is not None or customer is None:
        return code or "other_number"
    if customer.member_id is None or customer.member_connection_id != store.connection_id:
        return "unknown"
    if busy:
        return "busy"
    return "" if row.amount > 0 else "empty"


def busy_kinds(session: Session, party: Party) -> frozenset[str]:
    """Sources of a person that no further order may count on now.

    None of them while a movement is on its way; points while another order is to be paid with them, for they are
    taken only after its payment, or spends them on a reward once it is paid.
    """
    customer_id = party.customer.id if party.customer else 0
    promised = (ValueMovement.state == PLANNED) & (ValueMovement.way == DEBIT) & (ValueMovement.kind == POINTS)
    own = (Order.basket_id == party.basket_id) & (Order.state == "pending")
    query = (
        select(ValueMovement.state)
        .join(Order, Order.id == ValueMovement.order_id)
        .where(ValueMovement.customer_id == customer_id, ValueMovement.state.in_(OPEN) | (promised & ~own))
    )
    states = set(session.scalars(query))
    if states & set(OPEN):
        return frozenset(KEPT)
    return frozenset({POINTS}) if states or busy(session, party, [points_key(customer_id)]) else frozenset()


def parts_of(total: int, tip: int, tenders: Sequence[Tender]) -> tuple[Part, ...]:
    """What each source that counts pays of `total`, minor units; `tip`: within it."""
    return divide(total, tip, {one.kind: one.row.amount for one in tenders if not one.reason})


def purse_of(store: StoreFacts, customer: Patron | None) -> Purse | None:
    """Whose value it is, by the programme's own name; None where that is not known."""
    if customer is None or store.connection_id is None or customer.member_id is None:
        return None
    return Purse(store.connection_id, customer.id, customer.member_id, store.loyalty_slug)


def put_tender(
    session: Session, basket_id: int, purse: tuple[int, int], kind: str, balance: int, now: datetime, points: int = 0
) -> None:
    """Choose a source, or note what is on it now: minor units. `purse`: rows of connection and customer.

    `points`: what that balance is in points, kept as `wished`; 0 for a gift card and where nobody says.
    """
    take_tender_out(session, basket_id, kind)
    row = {
        "basket_id": basket_id, "connection_id": purse[0], "customer_id": purse[1], "kind": KEPT[kind],
        "programme_id": "", "code": "", "name": "", "wished": points, "amount": balance, "priced_for": "",
        "priced_at": now, "added_at": now,
    }  # fmt: skip
    session.execute(insert(BasketChoice).values(row))


def rate_of(tenders: Sequence[Tender]) -> Fraction | None:
    """Points per minor unit, as the balance was said in both; None where it was not."""
    row = next((one.row for one in tenders if one.kind == POINTS), None)
    return Fraction(row.wished, row.amount) if row is not None and row.wished and row.amount else None


def kind_of(row: BasketChoice) -> str:
    """`gift_card` or `points`."""
    return _KIND[row.kind]


def take_tender_out(session: Session, basket_id: int, kind: str) -> None:
    """Pay without it."""
    session.execute(delete(BasketChoice).where(BasketChoice.basket_id == basket_id, BasketChoice.kind == KEPT[kind]))


def take_tenders_out(session: Session, basket_id: int | None) -> None:
    """The basket was paid: the next one is paid as its diner says then."""
    if basket_id is not None:
        theirs = (BasketChoice.basket_id == basket_id, BasketChoice.kind.in_(_KIND))
        session.execute(delete(BasketChoice).where(*theirs))
