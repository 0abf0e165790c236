"""Codes people type, runs of table names, and the drawn QR code."""

import re

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from webapp.doors.qr import QUIET, qr_path
from webapp.ground.randomness import SeededRandomness
from webapp.nouns.merchant.typed_code import LENGTH, SIGNS, draw_code, printed, read_typed
from webapp.usecases.setup.tables import NotDone, read_label, run_of

LOOK_ALIKES = ("B8", "DOQ0", "G6", "I1", "S5", "UV", "Z2")


@given(st.text(max_size=30))
def test_a_drawn_code_is_read_back_however_it_is_spaced_or_cased(seed: str) -> None:
    code = draw_code(SeededRandomness(seed))
    assert len(code) == LENGTH
    for typed in (code, printed(code), code.lower(), f"  {code[:2]}-{code[2:]} ", " ".join(code)):
        assert read_typed(typed) == code


@given(st.text(max_size=60))
def test_nothing_typed_fails_and_only_codes_are_read(typed: str) -> None:
    found = read_typed(typed)
    assert found is None or (len(found) == LENGTH and set(found) <= set(SIGNS))


def test_of_signs_that_look_alike_at_most_one_is_printed() -> None:
    for group in LOOK_ALIKES:
        assert sum(sign in SIGNS for sign in group) <= 1, group
    assert len(set(SIGNS)) == len(SIGNS)


@given(st.integers(0, 9999), st.integers(0, 199))
def test_a_run_names_every_number_once(first: int, more: int) -> None:
    last = min(first + more, 9999)
    labels = run_of("Terrasse", str(first), str(last))
    assert labels == [f"Terrasse {number}" for number in range(first, last + 1)]
    assert run_of("", str(first), str(first)) == [str(first)]


@pytest.mark.parametrize(
    ("first", "last"),
    [("", "3"), ("3", "1"), ("1", "201"), ("-1", "2"), ("1.5", "2"), ("١", "٢"), ("1", "99999"), ("a", "b")],
)
def test_a_run_that_makes_no_sense_is_refused_whole(first: str, last: str) -> None:
    with pytest.raises(NotDone) as refused:
        run_of("Table", first, last)
    assert refused.value.code == "run"


@pytest.mark.parametrize("typed", ["", "   ", "x" * 41, "a\u202eb", "a\x00b"])
def test_a_label_nobody_can_read_is_refused(typed: str) -> None:
    with pytest.raises(NotDone):
        read_label(typed)


@given(st.text(min_size=1, max_size=120))
def test_the_path_draws_exactly_the_modules_of_the_code(address: str) -> None:
    side, path = qr_path(address)
    drawn = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        drawn |= {(int(x) + step - QUIET, int(y) - QUIET) for step in range(int(width))}
    matrix = segno.make(address, error="m", micro=False).matrix
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
    assert side == len(matrix) + 2 * QUIET
