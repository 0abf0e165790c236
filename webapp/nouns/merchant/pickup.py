"""When a store sells: open now for its tables, and the pick-up slots it offers with what is left in each."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.slots import Slot, SlotRules, check, check_moment, remaining, slots
from webapp.nouns.order.slots import taken_between

DAYS_AHEAD = 2


def rules_of(store: StoreFacts) -> SlotRules:
    """The store's slot rules."""
    return SlotRules(store.prep_minutes + store.busy_minutes, store.slot_minutes, DAYS_AHEAD)


def minutes_of_day(store: StoreFacts, moment: datetime) -> int:
    """The store's local minute of the day at this moment, 0 to 1439."""
    local = moment.astimezone(store.zone)
    return local.hour * 60 + local.minute


def open_now(store: StoreFacts, now: datetime) -> bool:
    """Whether the store is open at this moment."""
    return store.opening.open_at(now)


def offered(store: StoreFacts, mode: str, moment: datetime, now: datetime) -> bool:
    """Whether an order for `moment` may be taken now: at the table while open, to collect in a slot of the grid."""
    if mode not in store.modes:
        return False
    if mode == "table":
        return open_now(store, moment)
    minute = moment.replace(second=0, microsecond=0)
    return isinstance(check_moment(minute, store.opening, now, rules_of(store)), Slot)


def posted_slot(store: StoreFacts, key: str, now: datetime) -> Slot | str:
    """The slot a form posted, or the code of why it cannot be."""
    return check(key, store.opening, now, rules_of(store))


@dataclass(frozen=True)
class SlotLeft:
    """A slot and how many items still fit."""

    slot: Slot
    left: int


def slots_left(session: Session, store: StoreFacts, now: datetime) -> list[SlotLeft]:
    """Every slot on offer now, with what is left in it; in order."""
    every = slots(store.opening, now, rules_of(store))
    if not every:
        return []
    taken = taken_between(session, store.id, every[0].starts_at, every[-1].starts_at)
    return [SlotLeft(slot, remaining(store.slot_items, taken.get(slot.starts_at, 0))) for slot in every]


def next_slot(store: StoreFacts, now: datetime) -> Slot | None:
    """The first slot on offer, capacity aside; None when nothing opens soon."""
    # Mostly it is today, and then the coming days need not be laid out.
    for days in (0, DAYS_AHEAD):
        every = slots(store.opening, now, replace(rules_of(store), days_ahead=days))
        if every:
            return every[0]
    return None
