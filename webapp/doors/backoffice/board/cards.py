"""An order as its card shows it, readable from two metres."""

from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_date, format_time

from webapp.doors.speech import _, language, table_words
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.board import Ticket
from webapp.nouns.order.models import AT_TILL, ON_BOARD, Order, OrderLine
from webapp.nouns.order.moves import can_take_back

COLUMNS = {"accepted": "new", "preparing": "preparing", "ready": "ready", "collected": "done"}
BACK = {"preparing": "accepted", "ready": "preparing", "collected": "ready"}


def clock(moment: datetime, store: StoreFacts) -> str:
    """The store's local time of day, with its day where that is not today's."""
    return str(format_time(moment.astimezone(store.zone), "HH:mm", locale=language()))


def place_words(order: Order, store: StoreFacts, now: datetime) -> str:
    """Where it goes: "Table 12", "12:45 Ada", "Wed 25 · 12:45 Ada"."""
    if order.mode == "table" or order.slot_at is None:
        return table_words(order.table_label)
    local = order.slot_at.astimezone(store.zone)
    words = f"{clock(order.slot_at, store)} {order.name}".strip()
    if local.date() == now.astimezone(store.zone).date():
        return words
    return f"{format_date(local.date(), 'EEE d', locale=language())} · {words}"


def due_at(order: Order, store: StoreFacts) -> datetime:
    """When it is to be handed over: its slot, else the preparation time after the payment."""
    if order.slot_at is not None:
        return order.slot_at
    return (order.paid_at or order.created_at) + timedelta(minutes=store.prep_minutes + store.busy_minutes)


def age(order: Order, store: StoreFacts, now: datetime) -> dict[str, str]:
    """How pressing it is: `calm`, `soon` (half of the preparation time is left) or `late`, and the same in words."""
    left = int((due_at(order, store) - now).total_seconds() // 60)
    if left < 0:
        return {"kind": "late", "words": _("%(num)s min late", num=-left)}
    kind = "soon" if left * 2 <= store.prep_minutes + store.busy_minutes else "calm"
    if order.slot_at is None:
        waited = int((now - (order.paid_at or order.created_at)).total_seconds() // 60)
        return {"kind": kind, "words": _("%(num)s min", num=waited)}
    return {"kind": kind, "words": _("in %(num)s min", num=left) if left < 120 else ""}


def line(one: OrderLine) -> dict[str, Any]:
    """A line in the kitchen's own language."""
    details = [row["name"] if row["quantity"] == 1 else f"{row['quantity']} × {row['name']}" for row in one.details]
    return {"quantity": one.quantity, "name": one.name, "details": details, "note": one.note}


def _steps(order: Order) -> dict[str, str] | None:
    served = _("Served") if order.mode == "table" else _("Handed over")
    labels = {"accepted": ("preparing", _("Prepare")), "preparing": ("ready", _("Ready")),
              "ready": ("collected", served)}  # fmt: skip
    found = labels.get(order.progress)
    return {"move": f"{order.progress} {found[0]}", "label": found[1]} if found else None


def column_of(order: Order) -> str:
    """Which column it stands in; "gone" when the board shows it no more (refunded, closed)."""
    return COLUMNS.get(order.progress, "gone") if order.state in ON_BOARD else "gone"


def check_words(order: Order) -> str:
    """What staff must look at before a reward is handed over; "" when there is nothing to check (section 3, d)."""
    if order.number_check != "wanted" or order.state != "paid" or not order.phone:
        return ""
    return _("Reward: check phone ending %(digits)s", digits=order.phone[-2:])


def till_words(order: Order) -> str:
    """What staff must know before they make an order that was left to the till; "" for any other."""
    return _("To be paid at the till: only the till knows whether it was") if order.state == AT_TILL else ""


def card(ticket: Ticket, store: StoreFacts, now: datetime) -> dict[str, Any]:
    """What templates/backoffice/board_card.html asks for."""
    order = ticket.order
    back = can_take_back(order.progress_at, order.progress, now)
    return {
        "id": order.id,
        "number": order.number,
        "column": column_of(order),
        "place": place_words(order, store, now),
        "collect": order.mode == "collect",
        "due": int(due_at(order, store).timestamp()),
        "age": age(order, store, now),
        "is_new": order.progress == "accepted" and order.seen_at is None,
        "lines": [line(one) for one in ticket.lines],
        "note": order.note,
        "check": check_words(order) or till_words(order),
        "step": _steps(order),
        "back": f"{order.progress} {BACK[order.progress]}" if back else None,
    }


def done_row(order: Order, store: StoreFacts, now: datetime) -> dict[str, Any]:
    """A line of what was handed over today."""
    back = can_take_back(order.progress_at, order.progress, now)
    return {
        "id": order.id,
        "number": order.number,
        "place": place_words(order, store, now),
        "at": clock(order.progress_at, store) if order.progress_at else "",
        "back": "collected ready" if back else None,
    }
