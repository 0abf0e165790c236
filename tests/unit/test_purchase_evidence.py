"""What a wallet proves about a purchase whose answer was lost, and what may be shown meanwhile (G10, R3)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.nouns.promotion.models import RewardPurchase
from webapp.ports.loyalty.port import OwnedReward, RewardKind, RewardTerms, Wallet
from webapp.usecases.rewards.caution import surely_left
from webapp.usecases.rewards.evidence import (
    BEST_EVIDENCE,
    IN_FLIGHT,
    NOT_BEFORE,
    Baseline,
    Bought,
    NotBought,
    Unclear,
    judge,
)
from webapp.usecases.rewards.settle import next_look

BEFORE = Baseline("cafe", 400, frozenset({"old"}))
YOUNG, RIPE, OLD = timedelta(seconds=5), NOT_BEFORE, BEST_EVIDENCE


def copy(owned_id: str, reward_id: str = "cafe", *, used: bool = False) -> OwnedReward:
    return OwnedReward(owned_id, reward_id, RewardTerms(RewardKind.FREE_PRODUCT), used=used)


def wallet(points: int | None, *copies: OwnedReward) -> Wallet:
    return Wallet(points, (copy("old"), *copies), (), datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize("age", [YOUNG, RIPE, OLD])
@pytest.mark.parametrize("points", [350, 400, 0, None])
@pytest.mark.parametrize("used", [True, False])
def test_a_new_copy_of_it_is_ours_whatever_the_balance_says(age: timedelta, points: int | None, *, used: bool) -> None:
    assert judge(BEFORE, wallet(points, copy("new", used=used)), frozenset(), age) == Bought("new")


def test_a_copy_without_a_reward_id_may_be_ours() -> None:
    assert judge(BEFORE, wallet(350, copy("new", "")), frozenset(), YOUNG) == Bought("new")


@pytest.mark.parametrize("stranger", [copy("old"), copy("new", "tea"), copy("taken")])
def test_a_copy_held_before_of_another_reward_or_claimed_is_not_ours(stranger: OwnedReward) -> None:
    assert judge(BEFORE, wallet(400, stranger), frozenset({"taken"}), RIPE) == NotBought()


def test_nothing_is_given_up_while_a_request_may_be_on_its_way() -> None:
    assert NOT_BEFORE > IN_FLIGHT
    assert judge(BEFORE, wallet(400), frozenset(), NOT_BEFORE - timedelta(seconds=1)) == Unclear()
    assert judge(BEFORE, wallet(400), frozenset(), NOT_BEFORE) == NotBought()


@pytest.mark.parametrize("points", [350, 442, None])
def test_a_balance_that_moved_otherwise_is_looked_at_again_and_then_told_to_a_person(points: int | None) -> None:
    assert judge(BEFORE, wallet(points), frozenset(), RIPE) == Unclear()
    verdict = judge(BEFORE, wallet(points), frozenset(), OLD)
    assert isinstance(verdict, NotBought)
    assert verdict.alert


def test_without_the_list_nothing_is_said_however_old() -> None:
    unreadable = Wallet(400, None, (), datetime(2026, 11, 22, tzinfo=UTC))
    assert judge(BEFORE, unreadable, frozenset(), timedelta(days=2)) == Unclear()


@given(st.floats(0, 400))
def test_looks_come_soon_and_the_last_one_within_three_minutes(age: float) -> None:
    wait = next_look(timedelta(seconds=age))
    assert timedelta(0) < wait <= timedelta(seconds=30)
    if age < BEST_EVIDENCE.total_seconds():
        assert age + wait.total_seconds() <= 175


def purchase(cost: int | None, before: int | None) -> RewardPurchase:
    return RewardPurchase(cost=cost, points_before=before)


whole = st.integers(0, 10_000)


@given(whole, whole, whole)
def test_what_is_shown_is_surely_left_whether_it_was_debited_or_not(before: int, cost: int, earned: int) -> None:
    cost = min(cost, before)
    for truth in (before + earned, before - cost + earned):
        shown = surely_left(truth, [purchase(cost, before)])
        assert shown is not None
        assert 0 <= shown <= before - cost


@given(st.lists(st.tuples(whole, st.one_of(st.none(), whole)), max_size=4), whole)
def test_it_is_never_more_than_read_and_never_negative(rows: list[tuple[int, int | None]], points: int) -> None:
    shown = surely_left(points, [purchase(*row) for row in rows])
    assert shown is not None
    assert 0 <= shown <= points


def test_a_balance_nobody_knows_stays_unknown() -> None:
    assert surely_left(None, [purchase(5, 10)]) is None
