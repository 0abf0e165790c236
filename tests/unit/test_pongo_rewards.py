"""What a reward's type, SKUs and value mean."""

from typing import Any

import pytest

from webapp.ports.loyalty.pongo import DEFAULT, rewards
from webapp.ports.loyalty.port import RewardKind


@pytest.mark.parametrize(
    ("external_id", "expected"),
    [
        (" 0012 ,,0012, x ,", ("0012", "x")),
        ("SKU-COFFEE,POS-4411", ("SKU-COFFEE", "POS-4411")),
        ("b,a,b", ("b", "a")),
        ("12,012,0012", ("12", "012", "0012")),
        ("A,a", ("A", "a")),
        (12, ("12",)),
        ("", ()),
        (" , ", ()),
        (None, ()),
        (True, ()),
        (["a"], ()),
        (1.5, ()),
    ],
)
def test_skus_are_trimmed_without_empties_or_repeats_in_order_as_text(
    external_id: Any, expected: tuple[str, ...]
) -> None:
    assert rewards.skus(external_id) == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("free_product", RewardKind.FREE_PRODUCT),
        ("voucher_percentage", RewardKind.PERCENT),
        ("voucher_PERCENT_off", RewardKind.PERCENT),
        ("voucher_amount", RewardKind.AMOUNT),
        ("voucher_fixed", RewardKind.AMOUNT),
        ("voucher_euro", RewardKind.AMOUNT),
        ("voucher_cashback", RewardKind.AMOUNT),
        ("voucher_", RewardKind.UNKNOWN),
        ("voucher_mystery", RewardKind.UNKNOWN),
        ("percentage", RewardKind.UNKNOWN),
        ("free_products", RewardKind.UNKNOWN),
        ("", RewardKind.UNKNOWN),
    ],
)
def test_a_type_means_what_the_contract_says_and_nothing_else(name: str, kind: RewardKind) -> None:
    assert rewards.kind(name, DEFAULT) is kind


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"type": "voucher_amount", "value": 500}, 500),
        ({"type": "voucher_amount", "value": "500"}, 500),
        ({"type": "voucher_amount", "value": None, "amount": 300}, 300),
        ({"type": "voucher_amount", "discount": 250.0}, 250),
        ({"type": "voucher_amount", "value": 5.5}, None),
        ({"type": "voucher_amount", "value": -500}, None),
        ({"type": "voucher_amount", "value": 0}, None),
        ({"type": "voucher_amount", "value": "5 EUR"}, None),
        ({"type": "voucher_amount"}, None),
        ({"type": "voucher_percentage", "value": 10}, 1000),
        ({"type": "voucher_percentage", "percentage": "12.5"}, 1250),
        ({"type": "voucher_percentage", "value": 100}, 10000),
        ({"type": "voucher_percentage", "value": 101}, None),
        ({"type": "voucher_percentage", "value": "NaN"}, None),
        ({"type": "voucher_percentage", "value": "Infinity"}, None),
        ({"type": "voucher_percentage", "value": True}, None),
        ({"type": "voucher_mystery", "value": 500}, None),
        ({"type": "free_product", "value": 500}, None),
    ],
)
def test_a_value_is_read_exactly_or_not_at_all(fields: dict[str, Any], value: int | None) -> None:
    assert rewards.terms(fields, DEFAULT).value == value


def test_a_copy_that_does_not_say_which_reward_it_is_stays_visible_but_unusable() -> None:
    copy = rewards.owned_one({"hash": "h1", "type": "free_product", "name": "Coffee", "external_id": "A"}, DEFAULT)
    assert copy is not None
    assert (copy.terms.kind, copy.terms.name, copy.terms.skus) == (RewardKind.UNKNOWN, "Coffee", ())


def test_a_copy_used_at_some_time_is_used_and_text_is_cleaned() -> None:
    fields = {"hash": "h1", "reward_id": "r", "used_at": "2026-04-23T12:00:00+02:00", "name": "A\x00\nB" + "x" * 500}
    copy = rewards.owned_one(fields, DEFAULT)
    assert copy is not None
    assert copy.used
    assert copy.terms.name.startswith("A B")
    assert len(copy.terms.name) == 200


@pytest.mark.parametrize(
    ("said", "used"),
    [
        (True, True),
        (1, True),
        ("true", True),
        (False, False),
        (0, False),
        ("0", False),
        (None, False),
        ("maybe", False),
    ],
)
def test_used_is_read_from_any_spelling_of_yes(said: Any, *, used: bool) -> None:
    copy = rewards.owned_one({"hash": "h", "reward_id": "r", "is_used": said}, DEFAULT)
    assert copy is not None
    assert copy.used is used


def test_two_copies_of_one_reward_are_two_and_the_same_copy_twice_is_one() -> None:
    first, second = {"hash": "h1", "reward_id": "r"}, {"hash": "h2", "reward_id": "r"}
    assert [copy.owned_id for copy in rewards.owned([first, second, first, {"reward_id": "r"}], DEFAULT)] == [
        "h1",
        "h2",
    ]
