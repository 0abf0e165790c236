"""How long diners wait for a programme that hangs: a few of them their whole deadline, the others not at all (O1).

Kept in this process only: a worker that has just started finds out for itself, at the price of three waits.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from webapp.ports.loyalty.port import LoyaltyError, Unavailable

SILENCES = 3  # in a row, before a programme is no longer waited for
PAUSE_S = 15.0
WAITED = 0.8  # a failure that took this part of its deadline was a wait, a quicker one cost nobody anything

T = TypeVar("T")


@dataclass
class _Silence:
    times: int = 0
    until: float = 0.0


@dataclass
class Patience:
    """Asks programmes on behalf of pages. `monotonic`: seconds, never going back."""

    monotonic: Callable[[], float] = time.monotonic
    _silent: dict[int, _Silence] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, connection_id: int, deadline_s: float, question: Callable[[], T]) -> T:
        """The programme's answer; after three silences in a row only one page in 15 s still waits for it.

        Args:
            connection_id: whose programme.
            deadline_s: what `question` may take in all, seconds.
            question: one call, or several within the deadline.

        Raises:
            Unavailable: it has been silent and is not asked now.
            LoyaltyError: as `question` does.
        """
        began = self.monotonic()
        if not self._may_ask(connection_id, began):
            raise Unavailable("silent just now")
        try:
            answer = question()
        except LoyaltyError:
            self._learn(connection_id, silent=self.monotonic() - began >= WAITED * deadline_s)
            raise
        self._learn(connection_id, silent=False)
        return answer

    def _may_ask(self, connection_id: int, now: float) -> bool:
        with self._lock:
            known = self._silent.get(connection_id)
            if known is None or known.times < SILENCES:
                return True
            if now < known.until:
                return False
            known.until = now + PAUSE_S  # this one asks, whoever comes meanwhile does not
            return True

    def _learn(self, connection_id: int, *, silent: bool) -> None:
        with self._lock:
            if not silent:
                self._silent.pop(connection_id, None)
                return
            known = self._silent.setdefault(connection_id, _Silence())
            known.times += 1
            known.until = self.monotonic() + PAUSE_S
