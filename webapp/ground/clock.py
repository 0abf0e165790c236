"""Time is passed in, never read where a decision is taken."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Whatever tells the present moment."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The wall clock of this machine."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock for tests: stands still until it is moved."""

    def __init__(self, moment: datetime) -> None:
        """`moment`: an aware datetime."""
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        """The moment last set."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Move to `moment` (aware)."""
        self._moment = moment.astimezone(UTC)
