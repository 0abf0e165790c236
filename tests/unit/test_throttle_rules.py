"""The limits themselves, without a database (section 3)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.ground.throttle import IDENTIFY_LIMITS, Limit, identify_attempts, judge, network_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
THREE = Limit("x", 3, 600)


def _ago(*seconds: int) -> list[datetime]:
    return [NOW - timedelta(seconds=ago) for ago in seconds]


def test_the_limits_are_those_of_the_invariants() -> None:
    assert [(limit.scope, limit.distinct, limit.window_s, limit.effect) for limit in IDENTIFY_LIMITS] == [
        ("identify:browser", 3, 600, "refuse"),
        ("identify:address", 10, 3600, "refuse"),
        ("identify:network", 30, 3600, "refuse"),
        ("identify:number", 10, 86_400, "strict"),
    ]


def test_another_value_passes_while_there_is_room_and_waits_for_the_oldest_after() -> None:
    assert judge(THREE, _ago(1, 2), NOW) == 0
    assert judge(THREE, _ago(500, 2, 1), NOW) == 100
    assert judge(THREE, _ago(600, 2, 1), NOW) == 0
    assert judge(THREE, _ago(599, 500, 2, 1), NOW) == 100


@given(st.lists(st.integers(0, 1200), max_size=8))
def test_after_the_wait_there_is_room(ages: list[int]) -> None:
    wait = judge(THREE, _ago(*ages), NOW)
    assert 0 <= wait <= 600
    assert judge(THREE, _ago(*ages), NOW + timedelta(seconds=wait)) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("", "unknown"),
        ("x" * 10_000, "unknown"),
        ("192.0.2.77:80", "unknown"),
    ],
)
def test_neighbours_share_a_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_proved_browser_is_no_stranger_to_its_number() -> None:
    met = identify_attempts(browser="b", address="192.0.2.1", number="33612345678")
    proved = identify_attempts(browser="b", address="192.0.2.1", number="33612345678", stranger=False)
    assert {one.limit.scope for one in met} - {one.limit.scope for one in proved} == {"identify:number"}
