"""Limits on distinct values, in both databases: they outlive restarts and races, and name nobody (section 3)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from webapp.ground.db import Database
from webapp.ground.throttle import Attempt, Limit, Throttle, ThrottleMark, Verdict, identify_attempts, purge

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
THREE = Limit("test:three", 3, 600)
KEY = "a throttle key of the tests"


def _check(database: Database, *attempts: Attempt, now: datetime = NOW) -> Verdict:
    return database.run(lambda session: Throttle(KEY).check(session, attempts, now))


def _identify(database: Database, number: str, browser: str, address: str = "192.0.2.1") -> Verdict:
    return _check(database, *identify_attempts(browser=browser, address=address, number=number))


def _marks(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(ThrottleMark)) or 0


def test_the_fourth_distinct_number_of_a_browser_waits(database: Database) -> None:
    assert all(_identify(database, number, "b").allowed for number in ("1", "2", "3", "1", "3", "1"))
    refused = _identify(database, "4", "b")
    assert (refused.allowed, refused.retry_after_s) == (False, 600)
    assert _identify(database, "1", "b").allowed
    assert _identify(database, "4", "another").allowed


def test_a_refused_value_stays_refused_and_counts_against_nothing(database: Database) -> None:
    for number in ("1", "2", "3"):
        _identify(database, number, "b")
    before = _marks(database)
    assert not any(_identify(database, "4", "b").allowed for _ in range(3))
    assert _marks(database) == before


def test_room_comes_back_as_the_oldest_mark_grows_old(database: Database) -> None:
    for minute, value in enumerate("abc"):
        _check(database, Attempt(THREE, "s", value), now=NOW + timedelta(minutes=minute))
    assert _check(database, Attempt(THREE, "s", "d"), now=NOW + timedelta(minutes=3)).retry_after_s == 420
    later = NOW + timedelta(minutes=10)
    assert _check(database, Attempt(THREE, "s", "d"), now=later).allowed
    assert not _check(database, Attempt(THREE, "s", "e"), now=later).allowed
    assert not _check(database, Attempt(THREE, "s", "a"), now=later).allowed
    assert _check(database, Attempt(THREE, "s", "a"), now=later + timedelta(minutes=1)).allowed


def test_an_address_and_its_network_are_counted_over_browsers(database: Database) -> None:
    allowed = [_identify(database, str(n), f"b{n}").allowed for n in range(12)]
    assert allowed == [True] * 10 + [False] * 2
    around = [_identify(database, str(n), f"b{n}", f"192.0.2.{n}").allowed for n in range(100, 125)]
    assert around == [True] * 20 + [False] * 5


def test_a_number_asked_for_by_ten_strangers_becomes_strict_not_refused(database: Database) -> None:
    asked = [_identify(database, "1", f"b{n}", f"198.51.{n}.1") for n in range(12)]
    assert all(verdict.allowed for verdict in asked)
    assert [verdict.strict for verdict in asked] == [False] * 10 + [True] * 2


def test_neither_number_browser_nor_address_is_kept(database: Database) -> None:
    _identify(database, "33612345678", "browser-canary", "192.0.2.77")
    with database.reading() as session:
        kept = " ".join(f"{mark.scope} {mark.subject} {mark.value}" for mark in session.scalars(select(ThrottleMark)))
    assert not any(raw in kept for raw in ("33612345678", "612345678", "canary", "192.0.2"))


def test_another_process_on_the_same_database_goes_on_counting(database: Database, database_url: str) -> None:
    for number in ("1", "2", "3"):
        _identify(database, number, "b")
    other = Database(database_url)
    refused = _identify(other, "4", "b")
    other.close()
    assert not refused.allowed


def test_of_many_at_once_only_as_many_pass_as_there_is_room(database: Database) -> None:
    with ThreadPoolExecutor(8) as crowd:
        verdicts = list(crowd.map(lambda n: _check(database, Attempt(THREE, "s", str(n))), range(24)))
    assert sum(verdict.allowed for verdict in verdicts) == 3


def test_purging_takes_only_what_no_limit_can_count(database: Database) -> None:
    _check(database, Attempt(THREE, "s", "old"), now=NOW - timedelta(days=1))
    _check(database, Attempt(THREE, "s", "new"), now=NOW - timedelta(hours=23))
    assert database.run(lambda session: purge(session, NOW)) == 1
    assert _marks(database) == 1


def test_no_attempt_is_always_allowed(database: Database) -> None:
    assert _check(database).allowed


def _open(database: Database, value: str, *, still: tuple[str, ...] = (), now: datetime = NOW) -> bool:
    """Counted in a process of its own, which remembers nothing."""
    attempts = [Attempt(THREE, "s", value)]
    return database.run(lambda session: Throttle(KEY).check_open(session, attempts, still, now))


def test_what_is_still_open_counts_and_what_has_ended_makes_room_at_once(database: Database) -> None:
    assert [_open(database, value) for value in "abcd"] == [True, True, True, False], "all at once"
    later = NOW + timedelta(minutes=1)
    assert not _open(database, "d", still=("a", "b", "c", "x", "y"), now=later)
    assert _open(database, "a", still=("a", "b", "c"), now=later), "its own place is no reason to refuse it"
    assert _open(database, "d", still=("b", "c"), now=later + timedelta(minutes=1))


def test_a_crowd_that_comes_at_once_gets_no_more_than_the_open_places(database: Database) -> None:
    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(lambda number: _open(database, str(number)), range(12))) == 3
