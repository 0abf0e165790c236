"""Whole minor units: rounding, VAT, sharing out and showing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.ground.money import half_up, share_out, shown, vat_within


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(5, 10, 1), (4, 10, 0), (-5, 10, -1), (15, 10, 2), (-4, 10, 0), (0, 7, 0), (10**30 + 1, 2, 5 * 10**29 + 1)],
)
def test_halves_go_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


@pytest.mark.parametrize(("gross", "rate", "vat"), [(1100, 1000, 100), (450, 550, 23), (100, 0, 0), (0, 2000, 0)])
def test_vat_is_what_the_price_holds(gross: int, rate: int, vat: int) -> None:
    assert vat_within(gross, rate) == vat


@given(st.integers(0, 10**9), st.integers(0, 10_000))
def test_vat_is_never_negative_nor_more_than_half(gross: int, rate: int) -> None:
    assert 0 <= vat_within(gross, rate) <= (gross + 1) // 2


WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)


@given(st.integers(-(10**9), 10**9), WEIGHTS)
def test_shares_add_up_exactly_and_stay_within_a_unit(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    if not whole:
        return
    shares = share_out(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * whole - total * weight) < whole
        assert weight or not share


@given(WEIGHTS)
def test_sharing_what_is_there_never_takes_more_than_there_is(weights: list[int]) -> None:
    for total in {0, sum(weights) // 3, sum(weights)}:
        if sum(weights):
            assert all(0 <= share <= weight for share, weight in zip(share_out(total, weights), weights, strict=True))


def test_nothing_to_share_over_is_said() -> None:
    assert share_out(0, [0, 0]) == [0, 0]
    assert share_out(0, []) == []
    with pytest.raises(ValueError, match="nothing to share out"):
        share_out(1, [0, 0])


def test_money_is_written_for_its_readers() -> None:
    assert shown(123_456, "EUR", "fr").replace("\u202f", " ").replace("\xa0", " ") == "1 234,56 €"
    assert shown(123_456, "EUR", "en") == "€1,234.56"
    assert shown(500, "JPY", "en") == "¥500"
    assert shown(-5, "EUR", "en") == "−€0.05"


@given(st.integers(-(10**15), 10**15))
def test_every_cent_is_shown(amount: int) -> None:
    written = shown(amount, "EUR", "en")
    digits = int("".join(char for char in written if char.isdigit()))
    assert digits == abs(amount)
