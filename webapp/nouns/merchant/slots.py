"""Pick-up slots: moments on the store's grid, inside its hours, after its preparation time (invariants 2.11).

The grid follows the wall clock: quarter-hour slots of a store that opens at 11:40 begin at 11:45. Slots are moments in
UTC, so the two 02:30s of the longer night are two slots and the skipped 02:30 is none.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import gcd
from typing import Literal

from webapp.nouns.merchant.hours import Hours, Interval

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SlotCode = Literal["not_a_slot", "past", "too_soon", "closed", "too_far"]


@dataclass(frozen=True, slots=True)
class SlotRules:
    """A store's rules: minutes of preparation, minutes between slots, local days ahead (0: today only)."""

    prep_minutes: int
    slot_minutes: int
    days_ahead: int


@dataclass(frozen=True, slots=True)
class Slot:
    """A pick-up time: `starts_at` in UTC, `local` the same moment as the store's clocks show it."""

    starts_at: datetime
    local: datetime

    @property
    def key(self) -> str:
        """What a form posts: the UTC moment, "2026-11-22T11:45Z"."""
        return self.starts_at.strftime("%Y-%m-%dT%H:%MZ")

    @property
    def day(self) -> date:
        """The local date."""
        return self.local.date()

    @property
    def time(self) -> str:
        """The local time, "12:45"."""
        return self.local.strftime("%H:%M")

    @property
    def repeated(self) -> bool:
        """Whether clocks show this time for the second time that night."""
        return self.local.fold == 1

    @property
    def minute(self) -> int:
        """The local minute of the day, as pricing asks for it."""
        return self.local.hour * 60 + self.local.minute


def slots(hours: Hours, now: datetime, rules: SlotRules) -> list[Slot]:
    """Every slot a diner may choose at `now` (aware), in order, full ones included (capacity is not known here)."""
    first = now + timedelta(minutes=rules.prep_minutes)
    last_day = _last_day(hours, now, rules)
    found: list[Slot] = []
    for interval in hours.between(first, _end(hours, last_day)):
        found += _within(interval, first, hours, rules)
    return [slot for slot in found if slot.day <= last_day]


def check(key: str, hours: Hours, now: datetime, rules: SlotRules) -> Slot | SlotCode:
    """The slot a form posted, or why it cannot be: the client's word is checked against the same rules."""
    moment = read_key(key)
    return "not_a_slot" if moment is None else check_moment(moment, hours, now, rules)


def check_moment(moment: datetime, hours: Hours, now: datetime, rules: SlotRules) -> Slot | SlotCode:
    """As `check`, for a moment in UTC, a whole minute."""
    if moment < now:
        return "past"
    # Looked at before any conversion: the last hours of year 9999 exist in no other zone.
    beyond = now + timedelta(days=rules.days_ahead + 2)
    if moment > beyond or moment.astimezone(hours.zone).date() > _last_day(hours, now, rules):
        return "too_far"
    if moment < now + timedelta(minutes=rules.prep_minutes):
        return "too_soon"
    slot = Slot(moment, moment.astimezone(hours.zone))
    if hours.open_at(moment):
        return "not_a_slot" if slot.minute % rules.slot_minutes else slot
    return "closed"


def read_key(key: str) -> datetime | None:
    """The UTC moment of a slot's key; None for any other text."""
    if len(key) != len("2026-11-22T11:45Z") or not key.isascii():
        return None
    try:
        moment = datetime.strptime(key, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment.strftime("%Y-%m-%dT%H:%MZ") == key else None


def remaining(capacity: int, taken: int) -> int:
    """Items the kitchen can still hand over in a slot, never below 0."""
    return max(0, capacity - taken)


def _last_day(hours: Hours, now: datetime, rules: SlotRules) -> date:
    return now.astimezone(hours.zone).date() + timedelta(days=rules.days_ahead)


def _end(hours: Hours, last_day: date) -> datetime:
    return datetime.combine(last_day + timedelta(days=1), datetime.min.time(), hours.zone).astimezone(UTC)


def _within(interval: Interval, first: datetime, hours: Hours, rules: SlotRules) -> list[Slot]:
    """Slots of one interval from `first` on; the last one lies before closing, so that somebody is there."""
    # Every zone is a whole number of quarter hours from UTC, so this step meets every point of the local grid.
    step = timedelta(minutes=gcd(rules.slot_minutes, 15))
    begin = max(interval.opens, first)
    moment = begin - (begin - EPOCH) % -step
    found = []
    while moment < interval.closes:
        slot = Slot(moment, moment.astimezone(hours.zone))
        if slot.minute % rules.slot_minutes == 0:
            found.append(slot)
        moment += step
    return found
