"""Tips: outside VAT and discounts, never more than the goods, nothing unless asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pricing_cases import baskets, menu
from webapp.ground.money import shown, typed_amount
from webapp.nouns.pricing import Adjustment, Wanted, quote
from webapp.nouns.pricing.tip import NO_TIP, Tip, most, tip_of, with_tip

MENU = menu()
PERCENTS = (5, 10, 15)
WISHES = st.one_of(
    st.builds(Tip, percent=st.integers(-5, 200)), st.builds(Tip, amount=st.integers(-1000, 10_000_000)), st.just(NO_TIP)
)
TAKEN = st.lists(
    st.sampled_from([Adjustment("a", "percent", 1000), Adjustment("b", "amount", 700)]),
    unique_by=lambda one: one.id,
    max_size=2,
)


@given(baskets(), TAKEN, WISHES)
def test_a_tip_moves_the_total_and_nothing_else(wanted: list[Wanted], taken: list[Adjustment], wish: Tip) -> None:
    goods = quote(MENU, "table", wanted, adjustments=taken)
    tip = tip_of(goods, wish, PERCENTS)
    whole = with_tip(goods, tip)
    assert 0 <= tip <= most(goods)
    assert whole.total == goods.total + tip
    assert (whole.vat, whole.discounts, whole.subtotal, whole.lines) == (
        goods.vat, goods.discounts, goods.subtotal, goods.lines,
    )  # fmt: skip
    assert (whole.digest == goods.digest) == (tip == 0)
    assert with_tip(whole, 0) == goods
    assert tip_of(whole, wish, PERCENTS) == tip, "the same again once it is on the total"


@given(baskets(), WISHES)
def test_a_store_that_takes_no_tips_charges_none(wanted: list[Wanted], wish: Tip) -> None:
    assert tip_of(quote(MENU, "table", wanted), wish, ()) == 0


@given(baskets(), st.sampled_from(PERCENTS))
def test_a_share_is_of_the_discounted_sum_rounded_half_up(wanted: list[Wanted], percent: int) -> None:
    goods = quote(MENU, "table", wanted, adjustments=[Adjustment("a", "percent", 2500)])
    tip = tip_of(goods, Tip(percent=percent), PERCENTS)
    assert 2 * abs(100 * tip - goods.total * percent) <= 100
    assert tip_of(goods, Tip(percent=percent + 1), PERCENTS) == 0, "a share the store does not offer is no tip"


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("2", "EUR", 200), ("2,5", "EUR", 250), (" 2.50 € ", "EUR", 250), ("€2.50", "EUR", 250), ("0", "EUR", 0),
        ("2.505", "EUR", None), ("-2", "EUR", None), ("", "EUR", None), ("1e3", "EUR", None), ("٣", "EUR", None),
        ("1,000.50", "EUR", None), ("x" * 1000, "EUR", None), ("500", "JPY", 500), ("5.5", "JPY", None),
        ("1.234", "KWD", 1234), ("99999999", "EUR", None), ("2..5", "EUR", None), ("NaN", "EUR", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_it_was_meant_or_not_at_all(text: str, currency: str, amount: int | None) -> None:
    assert typed_amount(text, currency) == amount


@given(st.integers(0, 99_999_99), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_an_amount_below_a_thousand_is_read_back_as_it_is_shown(amount: int, currency: str) -> None:
    small = amount % (1000 if currency == "JPY" else 100_000)
    for language in ("en", "fr"):
        assert typed_amount(shown(small, currency, language), currency) == small
