"""Opening hours by the store's wall clock: nights, exceptions and the two nights when clocks change (2.11)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.nouns.merchant.hours import Hours, moment_at

PARIS = ZoneInfo("Europe/Paris")
LONGER, SHORTER = date(2026, 10, 25), date(2026, 3, 29)
WEEK = {
    "mon": [["11:30", "14:30"], ["19:00", "22:00"]],
    "fri": [["19:00", "02:00"]],
    "sat": [["00:00", "24:00"]],
}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = {day: [["00:00", "24:00"]] for day in DAYS}


def _hours(week: dict[str, list[list[str]]] = WEEK, *exceptions: dict[str, object], zone: ZoneInfo = PARIS) -> Hours:
    return Hours.of(week, exceptions, zone)


def _paris(day: int, clock: str, month: int = 11) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=PARIS)


def test_a_store_is_open_from_its_opening_until_just_before_its_closing() -> None:
    hours = _hours()
    opened = {clock: hours.open_at(_paris(23, clock)) for clock in ("11:29", "11:30", "14:29", "14:30", "19:00")}
    assert opened == {"11:29": False, "11:30": True, "14:29": True, "14:30": False, "19:00": True}


def test_a_span_may_pass_midnight_into_the_next_day() -> None:
    hours = _hours({"fri": [["19:00", "02:00"]]})
    assert hours.open_at(_paris(28, "01:59"))
    assert not hours.open_at(_paris(28, "02:00"))
    assert hours.closing(_paris(27, "20:00")) == _paris(28, "02:00")


def test_spans_that_touch_are_one_opening() -> None:
    assert _hours().closing(_paris(27, "20:00")) == _paris(29, "00:00")


def test_the_next_opening_is_found_over_closed_days() -> None:
    hours = _hours()
    assert hours.next_opening(_paris(23, "15:00")) == _paris(23, "19:00")
    assert hours.next_opening(_paris(23, "22:00")) == _paris(27, "19:00")
    assert hours.next_opening(_paris(23, "12:00")) == _paris(23, "12:00")
    assert hours.closing(_paris(23, "15:00")) is None


def test_a_store_without_hours_never_opens_and_one_with_all_never_closes() -> None:
    assert _hours({}).next_opening(_paris(23, "12:00")) is None
    assert _hours(ALWAYS).closing(_paris(23, "12:00")) is None
    assert _hours(ALWAYS).open_at(_paris(25, "02:30", month=10))


def test_an_exception_takes_the_place_of_the_day() -> None:
    closed = {"date": "2026-11-23", "closed": True, "note": {"fr": "Fermé", "en": "Closed"}}
    other = {"date": "2026-11-24", "closed": False, "hours": [["09:00", "10:00"]]}
    hours = _hours(WEEK, closed, other)
    assert not hours.open_at(_paris(23, "12:00"))
    assert hours.next_opening(_paris(23, "12:00")) == _paris(24, "09:00")
    assert hours.note_on(date(2026, 11, 23)) == {"fr": "Fermé", "en": "Closed"}
    assert hours.note_on(date(2026, 11, 24)) == {}


def test_a_night_that_began_before_a_closed_day_goes_on_to_its_end() -> None:
    hours = _hours({"fri": [["19:00", "02:00"]]}, {"date": "2026-11-28", "closed": True})
    assert hours.open_at(_paris(28, "01:00"))


def test_a_span_over_a_clock_change_keeps_its_written_ends() -> None:
    night = _hours({"sat": [["22:00", "04:00"]]})
    longer = night.intervals_on(LONGER - timedelta(days=1))[0]
    shorter = night.intervals_on(SHORTER - timedelta(days=1))[0]
    assert longer.closes - longer.opens == timedelta(hours=7)
    assert shorter.closes - shorter.opens == timedelta(hours=5)
    assert {i.closes.astimezone(PARIS).strftime("%H:%M") for i in (longer, shorter)} == {"04:00"}


def test_closing_at_the_doubled_time_means_its_second_coming() -> None:
    interval = _hours({"sun": [["01:00", "02:30"]]}).intervals_on(LONGER)[0]
    assert interval.closes == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert interval.opens == datetime(2026, 10, 24, 23, 0, tzinfo=UTC)


def test_the_skipped_hour_is_no_opening() -> None:
    assert _hours({"sun": [["02:00", "03:00"]]}).intervals_on(SHORTER) == []
    partly = _hours({"sun": [["02:30", "05:00"]]}).intervals_on(SHORTER)[0]
    assert partly.opens == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert partly.opens.astimezone(PARIS).strftime("%H:%M") == "03:00"


def test_a_change_of_half_an_hour_is_read_right() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    gap = moment_at(date(2026, 10, 4), 2 * 60 + 15, zone)
    assert gap.astimezone(zone).strftime("%H:%M") == "02:30"


@pytest.mark.parametrize("zone", ["Europe/Paris", "Indian/Reunion", "America/St_Johns", "Africa/Cairo"])
@given(day=st.dates(date(2024, 1, 1), date(2030, 12, 31)), minutes=st.integers(0, 2880), last=st.booleans())
def test_a_wall_time_that_exists_is_shown_again(zone: str, day: date, minutes: int, last: bool) -> None:  # noqa: FBT001 -- drawn by hypothesis
    place = ZoneInfo(zone)
    shown = moment_at(day, minutes, place, last=last).astimezone(place).replace(tzinfo=None)
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    assert shown == wall or wall < shown <= wall + timedelta(hours=1)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC)))  # noqa: DTZ001 -- made aware at once
def test_closing_and_opening_agree_with_being_open(moment: datetime) -> None:
    hours = _hours()
    closing = hours.closing(moment)
    opening = hours.next_opening(moment)
    assert opening is not None
    assert hours.open_at(opening)
    assert hours.open_at(moment) == (closing is not None) == (opening == moment)
    if closing is not None:
        assert closing > moment
        assert not hours.open_at(closing)
        assert hours.open_at(closing - timedelta(seconds=1))
