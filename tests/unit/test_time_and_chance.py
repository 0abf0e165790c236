"""Clocks and randomness that are passed in."""

from datetime import UTC, datetime, timedelta, timezone

from webapp.ground.clock import FixedClock, SystemClock
from webapp.ground.randomness import SeededRandomness, SystemRandomness

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_system_clock_tells_utc_now() -> None:
    before = datetime.now(UTC)
    assert before <= SystemClock().now() <= datetime.now(UTC)
    assert SystemClock().now().tzinfo is UTC


def test_a_fixed_clock_stands_until_moved() -> None:
    clock = FixedClock(NOON.astimezone(timezone(timedelta(hours=5))))
    assert (clock.now(), clock.now().tzinfo) == (NOON, UTC)
    clock.set(NOON + timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)


def test_tokens_hold_their_bytes_and_fit_an_address() -> None:
    drawn = {SystemRandomness().token() for _ in range(100)}
    assert len(drawn) == 100
    assert all(len(token) == 26 and token.isalnum() and token == token.lower() for token in drawn)
    assert len(SystemRandomness().token(32)) == 52


def test_digits_are_digits() -> None:
    drawn = [SystemRandomness().digits(6) for _ in range(50)]
    assert all(len(code) == 6 and code.isdigit() for code in drawn)
    assert len(set(drawn)) > 40


def test_a_seed_repeats_and_its_draws_differ() -> None:
    one, two = SeededRandomness("s"), SeededRandomness("s")
    first = [one.token(), one.token(), one.digits(6)]
    assert first == [two.token(), two.token(), two.digits(6)]
    assert first[0] != first[1]
    assert SeededRandomness("t").token() != first[0]
