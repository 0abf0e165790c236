"""Moving orders along the board: one tap, one conditional update, one event on the store's feed."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.nouns.order.board import OPEN, Ticket, code_of, open_tickets, tickets_of
from webapp.nouns.order.moves import IllegalMove, acknowledge, move_progress, take_back
from webapp.usecases.wiring import Wiring


@dataclass(frozen=True)
class Hand:
    """Whose hand moves an order: at which store, and who of the staff."""

    store_id: int
    staff_id: int | None


def move(wiring: Wiring, hand: Hand, order_id: int, before: str, after: str) -> str:
    """Move an order one step on; `moved`, `moved already` (a second tap, another tablet), `refused` or `no order`.

    Args:
        wiring: the outside.
        hand: where, and whose deed it is; an order of another store is no order (A5).
        order_id: its row.
        before: how far it was on the board that was tapped: a stale board must not move it two steps.
        after: how far it is now.
    """
    now = wiring.clock.now()

    def work(session: Session) -> str:
        found = tickets_of(session, hand.store_id, [order_id])
        if not found:
            return "no order"
        try:
            moved = move_progress(session, order_id, before, after, now, hand.staff_id)
        except IllegalMove:
            return "refused"
        return "moved" if moved else "moved already" if found[0].order.progress == after else "refused"

    return wiring.db.run(work)


def undo(wiring: Wiring, hand: Hand, order_id: int, before: str, after: str) -> str:
    """Take the last move (to `before`) back to `after`; answers as `move`, and `refused` after ten minutes."""
    now = wiring.clock.now()

    def work(session: Session) -> str:
        found = tickets_of(session, hand.store_id, [order_id])
        if not found:
            return "no order"
        order = found[0].order
        if order.progress == after:
            return "moved already"
        if order.progress != before or order.progress_at is None:
            return "refused"
        try:
            back = take_back(session, order_id, before, order.progress_at, after, now, hand.staff_id)
        except IllegalMove:
            return "refused"
        return "moved" if back else "refused"

    return wiring.db.run(work)


def see(wiring: Wiring, hand: Hand, order_id: int) -> bool:
    """Somebody has seen a new order; False when there is no such order in this store."""
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        if not tickets_of(session, hand.store_id, [order_id]):
            return False
        acknowledge(session, order_id, now, hand.staff_id)
        return True

    return wiring.db.run(work)


def with_code(wiring: Wiring, store_id: int, typed: str) -> list[Ticket]:
    """The open orders to collect whose code was typed, ready ones first; usually one or none.

    Only what is open in this very store is compared, so that the four signs are enough.
    """
    wanted = "".join(sign for sign in typed.upper() if sign.isalnum())
    with wiring.db.reading() as session:
        here = open_tickets(session, store_id, wiring.clock.now())
    found = [one for one in here if one.order.mode == "collect" and code_of(one.order) == wanted]
    return sorted(found, key=lambda one: -OPEN.index(one.order.progress))
