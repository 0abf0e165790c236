"""What is typed in a form of settings is what is stored, and what cannot be read is never guessed."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from webapp.doors.backoffice.setting_forms import Unreadable, fill, read
from webapp.nouns.merchant.hours import DAYS
from webapp.nouns.merchant.hours_text import parse_spans, written

CLOCK = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
SPANS = st.lists(st.tuples(CLOCK, st.one_of(CLOCK, st.just("24:00"))).map(list), max_size=5)
WEEKS = st.fixed_dictionaries(dict.fromkeys(DAYS, SPANS))
PLAIN = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20).filter(str.strip)
NOTES = st.dictionaries(st.sampled_from(["fr", "en"]), PLAIN)


@st.composite
def exceptions(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Days as they are stored."""
    dates = draw(st.lists(st.dates(), unique=True, max_size=6))
    rows = []
    for day in sorted(dates):
        spans = draw(SPANS)
        rows.append({"date": day.isoformat(), "closed": not spans, "hours": spans or None, "note": draw(NOTES)})
    return rows


@given(SPANS)
def test_hours_read_back_as_they_were_written(spans: list[list[str]]) -> None:
    assert parse_spans(written(spans)) == spans


@given(WEEKS, exceptions(), st.lists(st.integers(0, 99), min_size=3, max_size=3), NOTES)
def test_a_form_reads_back_as_what_it_was_filled_with(
    week: dict[str, Any], days: list[dict[str, Any]], percents: list[int], texts: dict[str, str]
) -> None:
    values = {"hours": week, "exceptions": days, "tip_percents": percents, "tips_on": bool(texts), "terms": texts,
              "modes": ["table"], "name": "Chez Zoé", "slot_items": 12}  # fmt: skip
    assert read(fill(values), tuple(values)) == values


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("", []),
        ("11h30–14h30 , 18h30-1h", [["11:30", "14:30"], ["18:30", "01:00"]]),
        ("9 - 12; 14-18", [["09:00", "12:00"], ["14:00", "18:00"]]),
        ("0-24", [["00:00", "24:00"]]),
        ("8.15-9.45 et 10-11", [["08:15", "09:45"], ["10:00", "11:00"]]),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, spans: list[list[str]]) -> None:
    assert parse_spans(typed) == spans


@pytest.mark.parametrize(
    "typed", ["closed", "11-", "25-26", "24-25", "11:60-12", "11:30", "11-12,,13-14", "٩-١٢", "x" * 999]
)
def test_hours_that_cannot_be_read_are_not_guessed(typed: str) -> None:
    assert parse_spans(typed) is None
    with pytest.raises(Unreadable):
        read(MultiDict({"mon": typed}), ("hours",))


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=30), max_size=8))
def test_no_posted_form_fails_otherwise_than_with_a_field_to_correct(posted: dict[str, str]) -> None:
    for fields in (("hours",), ("exceptions",), ("tip_percents", "tips_on"), ("slot_items",), ("terms", "languages")):
        with suppress(Unreadable):
            assert set(read(MultiDict(posted), fields)) == set(fields)
