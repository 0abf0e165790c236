"""Codes and rewards together: one written rule, whatever the order, never below zero (K7, P2)."""

from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.pricing_cases import baskets, menu
from webapp.nouns.pricing import Adjustment, Wanted, quote
from webapp.nouns.promotion.free import choices, wished
from webapp.nouns.promotion.models import Coupon
from webapp.nouns.promotion.offer import Offer
from webapp.nouns.promotion.rule import Occasion, Past, adjustment, why_not
from webapp.nouns.promotion.stacking import counted, saving

MENU = menu()
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # a Friday, 12:00 in Paris
HERE = Occasion("here", ZoneInfo("Europe/Paris"), "table", NOON, NOON)


def coupon(number: int = 1, **facts: Any) -> Coupon:
    """A coupon that nothing limits."""
    plain: dict[str, Any] = {
        "id": number, "code": f"C{number}", "name": {"en": "C"}, "kind": "percent", "value": 1000, "at_most": None,
        "skus": [], "minimum": 0, "store_slugs": [], "modes": [], "hours": [], "weekdays": [], "starts_at": None,
        "ends_at": None, "max_uses": None, "max_per_customer": None, "first_order_only": False, "stacks": False,
        "active": True, "held": 0, "used": 0,
    }  # fmt: skip
    return Coupon(**(plain | facts))


KINDS = st.one_of(
    st.fixed_dictionaries({"kind": st.just("percent"), "value": st.integers(0, 10_000)}),
    st.fixed_dictionaries({"kind": st.just("amount"), "value": st.integers(0, 100_000)}),
    st.fixed_dictionaries({"kind": st.just("free_product"), "value": st.integers(0, 5)}),
)
SKUS = st.lists(st.sampled_from(["plain", "fries", "coffee", "wine", "formula", "nobody"]), max_size=3, unique=True)


@st.composite
def coupons(draw: st.DrawFn) -> list[Coupon]:
    """Up to five codes in a basket."""
    return [
        coupon(
            number,
            **draw(KINDS),
            skus=draw(SKUS),
            stacks=draw(st.booleans()),
            at_most=draw(st.one_of(st.none(), st.integers(0, 2000))),
        )
        for number in range(1, draw(st.integers(0, 5)) + 1)
    ]


def taken(lines: list[Wanted], codes: list[Coupon], reward: Adjustment | None) -> Any:
    """The quote with what counts of these codes beside this reward."""
    plain = quote(MENU, "table", lines)
    rewards = [reward] if reward else []
    given_lines = frozenset(reward.line_ids or ()) if reward and reward.kind == "free_item" else frozenset()
    found = {one.id: (each, one) for each in codes if (one := adjustment(each, plain.lines, given_lines))}
    counts = counted(plain.lines, rewards, found)
    return quote(MENU, "table", lines, None, [*rewards, *(one for _c, one in found.values() if one.id in counts)])


@settings(max_examples=300)
@given(baskets(), coupons(), st.integers(0, 3), st.integers(0, 20_000), st.randoms())
def test_the_total_is_the_lines_less_the_discounts_in_any_order_and_never_negative(
    lines: list[Wanted], codes: list[Coupon], reward: int, value: int, chance: Any
) -> None:
    made = {
        1: Adjustment("r:1", "amount", value),
        2: Adjustment("r:1", "percent", value % 10_001),
        3: Adjustment("r:1", "free_item", 1, (lines[0].line_id,)) if lines else None,
    }.get(reward)
    priced = taken(lines, codes, made)
    assert priced.total == sum(line.total for line in priced.lines) - sum(one.amount for one in priced.discounts) >= 0
    assert sum(share.gross for share in priced.vat) == priced.total
    assert all(one.amount == sum(share.amount for share in one.shares) >= 0 for one in priced.discounts)
    chance.shuffle(lines)
    chance.shuffle(codes)
    again = taken(lines, codes, made)
    assert (again.total, again.vat) == (priced.total, priced.vat)
    assert sorted((one.id, one.amount) for one in again.discounts) == sorted(
        (one.id, one.amount) for one in priced.discounts
    )


@settings(max_examples=200)
@given(baskets(), coupons())
def test_no_single_code_that_was_set_aside_would_have_saved_more(lines: list[Wanted], codes: list[Coupon]) -> None:
    plain = quote(MENU, "table", lines)
    found = {one.id: (each, one) for each in codes if (one := adjustment(each, plain.lines, frozenset()))}
    counts = counted(plain.lines, [], found)
    best = saving(plain.lines, [one for _c, one in found.values() if one.id in counts])
    assert all(best >= saving(plain.lines, [one]) for _c, one in found.values())
    assert len([1 for each, one in found.values() if one.id in counts and not each.stacks]) <= 1


def test_a_tie_goes_to_the_codes_that_stack_then_to_the_alphabet() -> None:
    lines = quote(MENU, "table", [Wanted("l", "plain", 1)]).lines
    three = [coupon(number, kind="amount", value=100, stacks=number == 3) for number in (1, 2, 3)]
    for order in permutations(three):
        found = {one.id: (each, one) for each in order if (one := adjustment(each, lines, frozenset()))}
        assert counted(lines, [], found) == {"c:3"}
        found.pop("c:3")
        assert counted(lines, [], found) == {"c:1"}


@pytest.mark.parametrize(
    ("facts", "past", "code"),
    [
        ({}, Past(), None),
        ({"active": False}, Past(), "stopped"),
        ({"max_uses": 2, "held": 1, "used": 1}, Past(), "used_up"),
        ({"max_uses": 2, "held": 1, "used": 1}, Past(mine=1), None),
        ({"max_per_customer": 1}, Past(uses=1), "used_by_you"),
        ({"first_order_only": True}, Past(ordered=True), "not_first"),
        ({"minimum": 1001}, Past(), "minimum"),
        ({"hours": [["22:00", "02:00"]]}, Past(), "other_hour"),
        ({"hours": [["12:00", "12:01"]]}, Past(), None),
        ({"weekdays": [5, 6]}, Past(), "other_day"),
    ],
)
def test_each_rule_has_its_reason(facts: dict[str, Any], past: Past, code: str | None) -> None:
    reason = why_not(coupon(**facts), HERE, past, 1000)
    assert (reason.code if reason else None) == code


def test_a_free_product_is_not_the_dish_a_reward_already_gives() -> None:
    lines = quote(MENU, "table", [Wanted("a", "plain", 1), Wanted("b", "plain", 1)]).lines
    free = coupon(kind="free_product", value=1, skus=["plain"])
    assert adjustment(free, lines, frozenset({"a"})) == Adjustment("c:1", "free_item", 1, ("b",), None, {"en": "C"})
    assert adjustment(free, lines, frozenset({"a", "b"})) is None


def test_a_list_of_skus_is_read_as_text_and_kept_to_what_is_sold() -> None:
    assert wished([" 0012 ", "", "0012", " x ", "12"]) == ("0012", "x", "12")
    found = choices(MENU, [" plain", "plain", "formula", "gone", "elsewhere", "nobody", "brunch"], "table", 720)
    assert [item.sku for item in found] == ["plain", "formula"]
    assert choices(MENU, ["wine"], "collect", None) == ()


@pytest.mark.parametrize(
    "facts",
    [
        {"code": "small"},
        {"code": "A B"},
        {"value": 0},
        {"value": 10_001},
        {"kind": "gift"},
        {"kind": "free_product"},
        {"modes": ("drone",)},
        {"weekdays": (7,)},
        {"hours": (("9", "10"),)},
        {"starts_at": "2026-01-01T00:00:00"},
        {"starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"},
        {"name": {}},
        {"secret": 1},
    ],
)
def test_a_coupon_nobody_could_explain_is_not_made(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Offer.model_validate({"code": "TEN", "name": {"en": "Ten"}, "kind": "percent", "value": 1000} | facts)
