"""Prices, VAT and discounts of whole baskets (P1 to P5, K7)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pricing_cases import ANYTHING, FORMULA, SMALL, baskets, menu, wanted
from webapp.nouns.pricing import Adjustment, Choice, Wanted, quote
from webapp.nouns.pricing.discount import Kind

MENU = menu()


def _codes(*lines: Wanted, mode: str = "table", at: int | None = None) -> list[str]:
    return [problem.code for problem in quote(MENU, mode, lines, at).problems]


def test_a_line_costs_its_price_and_paid_options_times_its_quantity() -> None:
    priced = quote(MENU, "table", [wanted("coffee", Choice("size", "large"), quantity=3)])
    assert (priced.lines[0].unit_price, priced.total, priced.problems) == (450, 1350, ())
    assert priced.lines[0].details[0].sku == "LARGE"


def test_a_set_menu_charges_supplements_and_options_of_its_dishes() -> None:
    priced = quote(MENU, "table", [wanted("formula", courses=FORMULA)])
    assert priced.total == 1290 + 100
    assert [(part.kind, part.name["en"], part.unit_price, part.included) for part in priced.lines[0].details] == [
        ("dish", "fries", 100, False),
        ("option", "curry", 0, True),
        ("dish", "coffee", 0, True),
        ("option", "small", 0, False),
    ]


def test_vat_follows_the_mode() -> None:
    at_table = quote(MENU, "table", [wanted("plain")])
    to_go = quote(MENU, "collect", [wanted("plain")])
    assert [(share.rate, share.gross, share.vat) for share in at_table.vat] == [(1000, 450, 41)]
    assert [(share.rate, share.gross, share.vat) for share in to_go.vat] == [(550, 450, 23)]


@pytest.mark.parametrize("quantity", [0, -1, 100, 1000, True, 1.0, "2", None])
def test_only_whole_quantities_from_1_to_99_are_sold(quantity: object) -> None:
    line = replace(wanted("plain"), quantity=quantity)  # type: ignore[arg-type]  # a hostile caller ignores types
    assert _codes(line) == ["quantity_out_of_range"]


def test_what_cannot_be_sold_is_named_and_costs_nothing() -> None:
    assert _codes(wanted("no such")) == ["unknown_product"]
    assert _codes(wanted("elsewhere")) == ["not_sold_here"]
    assert _codes(wanted("gone")) == ["sold_out"]
    assert _codes(wanted("wine"), mode="collect") == ["not_in_this_mode"]
    assert _codes(wanted("plain"), mode="delivery") == ["not_in_this_mode"]
    assert _codes(wanted("brunch"), at=12 * 60) == ["not_at_this_hour"]
    assert _codes(wanted("brunch"), at=9 * 60) == []
    assert _codes(wanted("brunch")) == []
    assert quote(MENU, "table", [wanted("gone"), wanted("plain", line_id="2")]).total == 450


def test_every_problem_of_a_line_is_found_at_once() -> None:
    line = wanted("gone", Choice("x", "y"), quantity=0)
    assert _codes(line) == ["quantity_out_of_range", "sold_out", "option_unknown"]


@given(baskets())
def test_the_total_is_the_sum_of_the_lines_and_vat_adds_up(lines: list[Wanted]) -> None:
    priced = quote(MENU, "table", lines)
    assert priced.problems == ()
    assert priced.total == priced.subtotal == sum(line.total for line in priced.lines)
    assert all(
        line.unit_price == line.base_price + sum(part.unit_price * part.quantity for part in line.details)
        for line in priced.lines
    )
    assert sum(share.gross for share in priced.vat) == priced.total
    assert all(share.net + share.vat == share.gross and 0 <= share.vat <= share.gross for share in priced.vat)


@given(st.lists(ANYTHING, max_size=4), st.sampled_from(["table", "collect", "", "x"]), st.integers(0, 1439))
def test_no_wish_however_absurd_raises_or_prices_a_refused_line(lines: list[Wanted], mode: str, at: int) -> None:
    priced = quote(MENU, mode, lines, at)
    refused = {problem.line_id for problem in priced.problems}
    assert refused.isdisjoint(line.line_id for line in priced.lines)
    assert refused | {line.line_id for line in priced.lines} == {line.line_id for line in lines}
    assert priced.total == sum(line.total for line in priced.lines) >= 0


KINDS: list[Kind] = ["free_item", "percent", "amount"]


@st.composite
def _adjustments(draw: st.DrawFn) -> list[Adjustment]:
    found = []
    for place in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(KINDS))
        lines = tuple(draw(st.sets(st.sampled_from([f"l{n}" for n in range(6)]), min_size=1)))
        value = draw(st.integers(0, {"free_item": 3, "percent": 10_000, "amount": 60_000}[kind]))
        scope = lines[:1] if kind == "free_item" else draw(st.sampled_from([None, lines]))
        found.append(Adjustment(f"a{place}", kind, value, scope, draw(st.one_of(st.none(), st.integers(0, 5000)))))
    return found


@given(st.data(), baskets(), _adjustments())
def test_discounts_never_go_below_zero_and_do_not_depend_on_any_order(
    data: st.DataObject, lines: list[Wanted], adjustments: list[Adjustment]
) -> None:
    priced = quote(MENU, "table", lines, None, adjustments)
    again = quote(MENU, "table", data.draw(st.permutations(lines)), None, data.draw(st.permutations(adjustments)))
    assert priced.total == priced.subtotal - sum(discount.amount for discount in priced.discounts) >= 0
    assert (again.total, again.vat, again.discounts, again.digest) == (
        priced.total,
        priced.vat,
        priced.discounts,
        priced.digest,
    )
    assert sum(share.gross for share in priced.vat) == priced.total
    assert all(share.gross >= 0 for share in priced.vat)
    for discount in priced.discounts:
        assert discount.amount == sum(share.amount for share in discount.shares)
    for line in priced.lines:
        taken = [s.amount for d in priced.discounts for s in d.shares if s.line_id == line.line_id]
        assert 0 <= sum(taken) <= line.total


@given(baskets(3), baskets(3))
def test_the_digest_is_equal_exactly_when_the_quote_is(first: list[Wanted], second: list[Wanted]) -> None:
    one, two = quote(MENU, "table", first), quote(MENU, "table", second)
    assert (one.digest == two.digest) == (one == two)


def test_the_digest_changes_with_a_price_a_name_or_a_problem() -> None:
    lines = [wanted("coffee", SMALL)]
    item = MENU.items["coffee"]
    dearer = replace(MENU, items={**MENU.items, "coffee": replace(item, price=251)})
    renamed = replace(MENU, items={**MENU.items, "coffee": replace(item, name={"fr": "Café"})})
    digests = {
        quote(one, "table", lines).digest for one in (MENU, dearer, renamed, menu(sold_out=frozenset({"coffee"})))
    }
    assert len(digests) == 4


def test_a_free_item_frees_the_base_price_of_one_unit_and_charges_its_options() -> None:
    line = wanted("coffee", Choice("size", "large"), quantity=2)
    priced = quote(MENU, "table", [line], None, [Adjustment("r", "free_item", 1, ("1",))])
    assert (priced.subtotal, priced.discounts[0].amount, priced.total) == (900, 250, 650)


def test_two_free_items_never_free_more_units_than_the_line_has() -> None:
    gifts = [Adjustment(f"r{n}", "free_item", 1, ("1",)) for n in range(3)]
    priced = quote(MENU, "table", [wanted("coffee", Choice("size", "large"), quantity=2)], None, gifts)
    assert [discount.amount for discount in priced.discounts] == [250, 250, 0]


def test_percentages_add_up_after_free_items_and_amounts_take_what_is_left() -> None:
    lines = [wanted("plain", quantity=2), wanted("wine", line_id="2")]
    codes = [
        Adjustment("z", "amount", 100_000),
        Adjustment("b", "percent", 2000),
        Adjustment("a", "percent", 1000),
        Adjustment("g", "free_item", 1, ("1",)),
    ]
    priced = quote(MENU, "table", lines, None, codes)
    assert [(one.id, one.amount) for one in priced.discounts] == [("g", 450), ("a", 105), ("b", 210), ("z", 735)]
    assert priced.total == 0
    assert [(share.rate, share.gross, share.vat) for share in priced.vat] == [(1000, 0, 0), (2000, 0, 0)]


def test_an_amount_is_spread_over_vat_rates_in_proportion() -> None:
    lines = [wanted("plain", quantity=2), wanted("wine", line_id="2")]
    priced = quote(MENU, "table", lines, None, [Adjustment("c", "amount", 100)])
    assert [(share.vat_rate, share.amount) for share in priced.discounts[0].shares] == [(1000, 60), (2000, 40)]
    assert [(share.rate, share.gross) for share in priced.vat] == [(1000, 840), (2000, 560)]


@pytest.mark.parametrize(
    "values", [("percent", 10_001), ("amount", -1), ("free_item", 1), ("percent", True), ("amount", 1.5)]
)
def test_an_adjustment_no_rule_describes_is_refused(values: tuple[Kind, int]) -> None:
    with pytest.raises(ValueError, match=r"adjustment|100 %|free item"):
        Adjustment("x", *values)
