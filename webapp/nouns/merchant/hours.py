"""Opening hours: a week, its exceptions, and what the clocks do to them (invariants 2.11).

Hours are wall-clock times of the store's own zone. A span whose end is not after its start passes midnight. Each wall
time is turned into a moment on its own, so a span keeps its written ends when the clocks change within it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
LOOK_AHEAD_DAYS = 60

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """Open from `opens` until just before `closes`; both aware, in UTC."""

    opens: datetime
    closes: datetime


def minute_of(text: str) -> int:
    """Minutes since midnight of "HH:MM", 0 to 1440."""
    return int(text[:2]) * 60 + int(text[3:5])


def _spans(rows: Iterable[Sequence[str]]) -> Spans:
    return tuple(sorted((minute_of(row[0]), minute_of(row[1])) for row in rows))


def moment_at(day: date, minutes: int, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """The moment when clocks of `zone` show `minutes` after midnight of `day`, in UTC.

    A time the clocks skip is read as the moment they jump. Of a time shown twice, the first is meant, or the second
    with `last`: a span that ends at 02:30 of the longer night ends when 02:30 comes for the second time.
    """
    day += timedelta(days=minutes // DAY_MINUTES)
    wall = datetime.combine(day, time(*divmod(minutes % DAY_MINUTES, 60)))
    early = wall.replace(tzinfo=zone, fold=0)
    late = wall.replace(tzinfo=zone, fold=1)
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall:
        return (late if last else early).astimezone(UTC)
    # In the gap: fold 0 counts with the offset before the jump, fold 1 with the one after; the jump lies between.
    return _jump(late.astimezone(UTC), early.astimezone(UTC), zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        same = (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset
        low, high = (middle, high) if same else (low, middle)
    return before + timedelta(seconds=high)


@dataclass(frozen=True, slots=True)
class Day:
    """An exception: the spans of one date (none: closed) in place of the week's, and a note per language."""

    spans: Spans = ()
    note: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hours:
    """A store's opening hours: `week` from Monday, `exceptions` by date, in `zone`."""

    week: tuple[Spans, ...]
    exceptions: Mapping[date, Day]
    zone: ZoneInfo

    @classmethod
    def of(cls, hours: Mapping[str, Any], exceptions: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> Self:
        """Hours as the merchant document and the store's row keep them (checked when they were imported).

        Args:
            hours: "mon" … "sun" → list of ["HH:MM", "HH:MM"].
            exceptions: rows with `date` (ISO or a date), `closed` or `hours`, and `note`.
            zone: the store's time zone.
        """
        days: dict[date, Day] = {}
        for row in exceptions:
            day = row["date"] if isinstance(row["date"], date) else date.fromisoformat(row["date"])
            spans = () if row.get("closed") else _spans(row.get("hours") or ())
            days[day] = Day(spans, dict(row.get("note") or {}))
        return cls(tuple(_spans(hours.get(day) or ()) for day in DAYS), days, zone)

    def note_on(self, day: date) -> Mapping[str, str]:
        """What the exception of that date says, per language; empty without one."""
        found = self.exceptions.get(day)
        return found.note if found else {}

    def spans_on(self, day: date) -> Spans:
        """The spans that begin on `day`, in minutes since its midnight, as written."""
        found = self.exceptions.get(day)
        return found.spans if found else self.week[day.weekday()]

    def intervals_on(self, day: date) -> list[Interval]:
        """The intervals that begin on local date `day`; those the clocks skip entirely are left out."""
        found = []
        for start, end in self.spans_on(day):
            until = end if end > start else end + DAY_MINUTES
            interval = Interval(moment_at(day, start, self.zone), moment_at(day, until, self.zone, last=True))
            if interval.opens < interval.closes:
                found.append(interval)
        return found

    def between(self, start: datetime, end: datetime) -> list[Interval]:
        """Intervals that touch `start` … `end` (aware), in order, touching ones joined (24 h a day is one)."""
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        last = end.astimezone(self.zone).date()
        joined: list[Interval] = []
        while day <= last:
            for interval in self.intervals_on(day):
                if interval.closes <= start or interval.opens >= end:
                    continue
                if joined and interval.opens <= joined[-1].closes:
                    joined[-1] = Interval(joined[-1].opens, max(joined[-1].closes, interval.closes))
                else:
                    joined.append(interval)
            day += timedelta(days=1)
        return joined

    def open_at(self, moment: datetime) -> bool:
        """Whether the store is open at `moment` (aware)."""
        return self._around(moment) is not None

    def closing(self, moment: datetime) -> datetime | None:
        """When it closes, in UTC; None when it is closed at `moment`, or never closes in the days looked at."""
        interval = self._around(moment)
        horizon = moment + timedelta(days=LOOK_AHEAD_DAYS)
        closes = None
        while interval is not None:
            closes = interval.closes
            if closes >= horizon:
                return None
            interval = self._around(closes)
        return closes

    def next_opening(self, moment: datetime) -> datetime | None:
        """`moment` itself when open, else the next opening, in UTC; None when none comes within 60 days."""
        if self.open_at(moment):
            return moment.astimezone(UTC)
        day = moment.astimezone(self.zone).date()
        for ahead in range(LOOK_AHEAD_DAYS):
            later = [i.opens for i in self.intervals_on(day + timedelta(days=ahead)) if i.opens > moment]
            if later:
                return min(later)
        return None

    def _around(self, moment: datetime) -> Interval | None:
        near = self.between(moment, moment + timedelta(seconds=1))
        return near[0] if near and near[0].opens <= moment else None
