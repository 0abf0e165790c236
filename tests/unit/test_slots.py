"""Pick-up slots: on the grid, in time, inside hours; each moment once, also when clocks change (2.11)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.nouns.merchant.hours import Hours
from webapp.nouns.merchant.slots import Slot, SlotRules, check, read_key, remaining, slots

PARIS = ZoneInfo("Europe/Paris")
NIGHT = Hours.of({"sat": [["22:00", "04:00"]]}, [], PARIS)
LUNCH = Hours.of({day: [["11:40", "14:00"]] for day in ("mon", "tue", "wed")}, [], PARIS)
RULES = SlotRules(prep_minutes=20, slot_minutes=15, days_ahead=1)
# Monday 23 November 2026, 12:02:30 in Paris.
MONDAY = datetime(2026, 11, 23, 11, 2, 30, tzinfo=UTC)


def _times(hours: Hours, now: datetime, rules: SlotRules = RULES) -> list[str]:
    return [slot.time for slot in slots(hours, now, rules)]


def test_the_first_slot_comes_after_preparation_and_the_last_before_closing() -> None:
    today = [slot.time for slot in slots(LUNCH, MONDAY, RULES) if slot.day == MONDAY.date()]
    assert today == ["12:30", "12:45", "13:00", "13:15", "13:30", "13:45"]


def test_the_grid_is_the_clock_not_the_opening() -> None:
    assert _times(LUNCH, MONDAY - timedelta(hours=4))[:2] == ["11:45", "12:00"]


def test_closed_now_offers_the_next_opening() -> None:
    evening = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    first = slots(LUNCH, evening, RULES)[0]
    assert (first.day.isoformat(), first.time, first.minute) == ("2026-11-24", "11:45", 705)
    assert slots(LUNCH, evening, SlotRules(20, 15, 0)) == []


def test_the_doubled_hour_has_distinct_slots_and_the_skipped_one_none() -> None:
    longer = slots(NIGHT, datetime(2026, 10, 24, 23, 10, tzinfo=UTC), SlotRules(0, 30, 1))
    assert [slot.time for slot in longer] == [
        "01:30", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30"
    ]  # fmt: skip
    assert len({slot.key for slot in longer}) == len(longer)
    assert [slot.time for slot in longer if slot.repeated] == ["02:00", "02:30"]
    shorter = slots(NIGHT, datetime(2026, 3, 28, 23, 50, tzinfo=UTC), SlotRules(0, 30, 1))
    assert [slot.time for slot in shorter] == ["01:00", "01:30", "03:00", "03:30"]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("2026-11-23T11:00Z", "past"),
        ("2026-11-23T11:15Z", "too_soon"),
        ("2026-11-23T11:31Z", "not_a_slot"),
        ("2026-11-23T13:00Z", "closed"),
        ("2026-11-25T11:30Z", "too_far"),
        ("9999-12-31T23:59Z", "too_far"),
        ("1000-01-01T00:00Z", "past"),
        ("", "not_a_slot"),
        ("12:30", "not_a_slot"),
        ("2026-02-30T11:30Z", "not_a_slot"),
        ("2026-11-23T11:30+", "not_a_slot"),
        ("２026-11-23T11:30Z", "not_a_slot"),
        ("x" * 10_000, "not_a_slot"),
    ],
)
def test_a_posted_slot_that_is_none_gives_a_code(key: str, code: str) -> None:
    assert check(key, LUNCH, MONDAY, RULES) == code


def test_a_slot_offered_is_a_slot_accepted() -> None:
    found = check("2026-11-23T11:30Z", LUNCH, MONDAY, RULES)
    assert isinstance(found, Slot)
    assert found.time == "12:30"


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001 -- made aware at once
CHANGES = st.integers(-2000, 2000).map(
    lambda minutes: datetime(2026, 10, 25, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
GRID = st.sampled_from([5, 7, 10, 15, 20, 25, 30, 45, 60, 120])


@given(st.one_of(MOMENTS, CHANGES), GRID, st.integers(0, 90), st.sampled_from([NIGHT, LUNCH]))
def test_what_is_offered_and_what_is_accepted_are_the_same(now: datetime, grid: int, prep: int, hours: Hours) -> None:
    rules = SlotRules(prep, grid, 2)
    offered = slots(hours, now, rules)
    assert [slot.starts_at for slot in offered] == sorted({slot.starts_at for slot in offered})
    for slot in offered:
        assert slot.starts_at >= now + timedelta(minutes=prep)
        assert hours.open_at(slot.starts_at)
        assert slot.minute % grid == 0
        assert check(slot.key, hours, now, rules) == slot
        assert read_key(slot.key) == slot.starts_at
    accepted = now.replace(second=0, microsecond=0)
    for _ in range(60):
        accepted += timedelta(minutes=1)
        found = check(accepted.strftime("%Y-%m-%dT%H:%MZ"), hours, now, rules)
        assert isinstance(found, Slot) == (accepted in {slot.starts_at for slot in offered})


@given(st.text(max_size=20))
def test_no_posted_text_raises(key: str) -> None:
    check(key, LUNCH, MONDAY, RULES)


def test_what_remains_is_never_negative() -> None:
    assert [remaining(20, taken) for taken in (0, 20, 25)] == [20, 0, 0]
