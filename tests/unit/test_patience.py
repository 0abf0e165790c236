"""A programme that hangs costs a few diners their patience, not all of them."""

import pytest

from webapp.ports.loyalty.port import Disconnected, LoyaltyError, OutcomeUnknown, Unavailable
from webapp.usecases.membership.patience import PAUSE_S, SILENCES, Patience

DEADLINE = 2.5


class Moments:
    """A clock that a hanging question moves on."""

    def __init__(self) -> None:
        self.now = 100.0
        self.asked = 0

    def hang(self) -> str:
        self.asked += 1
        self.now += DEADLINE
        raise OutcomeUnknown("no whole answer")

    def answer(self) -> str:
        self.asked += 1
        return "42 points"


def silenced(moments: Moments, connection: int = 1) -> Patience:
    patience = Patience(lambda: moments.now)
    for _ in range(SILENCES):
        with pytest.raises(OutcomeUnknown):
            patience.ask(connection, DEADLINE, moments.hang)
    return patience


def test_after_three_silences_nobody_waits() -> None:
    moments = Moments()
    patience = silenced(moments)
    for _ in range(5):
        with pytest.raises(Unavailable):
            patience.ask(1, DEADLINE, moments.hang)
    assert moments.asked == SILENCES


def test_one_diner_in_fifteen_seconds_finds_out_whether_it_speaks_again() -> None:
    moments = Moments()
    patience = silenced(moments)
    moments.now += PAUSE_S
    with pytest.raises(OutcomeUnknown):
        patience.ask(1, DEADLINE, moments.hang)
    with pytest.raises(Unavailable):
        patience.ask(1, DEADLINE, moments.answer)
    moments.now += PAUSE_S
    assert patience.ask(1, DEADLINE, moments.answer) == "42 points"
    assert patience.ask(1, DEADLINE, moments.answer) == "42 points"


def test_another_merchants_programme_is_asked_as_ever() -> None:
    moments = Moments()
    assert silenced(moments, connection=1).ask(2, DEADLINE, moments.answer) == "42 points"


@pytest.mark.parametrize("error", [Disconnected("401"), Unavailable("refused"), OutcomeUnknown("500")])
def test_a_quick_failure_is_no_silence(error: LoyaltyError) -> None:
    moments = Moments()
    patience = Patience(lambda: moments.now)

    def fail() -> str:
        raise error

    for _ in range(2 * SILENCES):
        with pytest.raises(type(error)):
            patience.ask(1, DEADLINE, fail)
    assert patience.ask(1, DEADLINE, moments.answer) == "42 points"


def test_an_answer_in_between_starts_the_count_again() -> None:
    moments = Moments()
    patience = Patience(lambda: moments.now)
    for _ in range(3):
        for _ in range(SILENCES - 1):
            with pytest.raises(OutcomeUnknown):
                patience.ask(1, DEADLINE, moments.hang)
        assert patience.ask(1, DEADLINE, moments.answer) == "42 points"
