"""What became of a purchase whose answer was lost, judged from the wallet alone: pure, and never by asking again (G10).

A copy that was not there before and that no other purchase has claimed is ours. "Not bought" is said only once no
request can be on its way any more. When the balance moved in some other way meanwhile (points earned, another purchase
at a till), we look again until `BEST_EVIDENCE`; then the programme's own list of copies decides, because it is all the
diner can ever use: no new copy means not bought here, and where points are missing a person is told to look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from webapp.ports.loyalty.port import OwnedReward, Wallet

# A request leaves at most `SENT_WITHIN` after its row was written, and is never in flight longer than 90 s (G10).
SENT_WITHIN = timedelta(seconds=15)
IN_FLIGHT = timedelta(seconds=90)
NOT_BEFORE = SENT_WITHIN + IN_FLIGHT
# The diner has the truth within 3 minutes (R1), a last look included.
BEST_EVIDENCE = timedelta(seconds=160)


@dataclass(frozen=True)
class Baseline:
    """What was known right before the request left. `owned`: copies held then; `points`: the balance then."""

    reward_id: str
    points: int
    owned: frozenset[str]


@dataclass(frozen=True)
class Bought:
    """It is theirs."""

    owned_id: str


@dataclass(frozen=True)
class NotBought:
    """Nothing was bought. `alert`: why a person should look all the same, else empty."""

    alert: str = ""


@dataclass(frozen=True)
class Unclear:
    """Look again later."""


Verdict = Bought | NotBought | Unclear


def candidates(before: Baseline, owned: Sequence[OwnedReward]) -> tuple[str, ...]:
    """Copies of this reward that were not held before; used ones count, they were paid for too."""
    return tuple(
        copy.owned_id
        for copy in owned
        if copy.owned_id not in before.owned and copy.reward_id in {before.reward_id, ""}
    )


def judge(before: Baseline, wallet: Wallet, claimed: frozenset[str], age: timedelta) -> Verdict:
    """The verdict on one purchase.

    Args:
        before: what was known right before the request.
        wallet: read just now.
        claimed: copies other purchases have as their own.
        age: since the purchase's row was written.
    """
    if wallet.owned is None:
        return Unclear()
    ours = [copy for copy in candidates(before, wallet.owned) if copy not in claimed]
    if ours:
        return Bought(ours[0])
    return Unclear() if age < NOT_BEFORE else _without_copy(before.points, wallet.points, age)


def _without_copy(before: int, points: int | None, age: timedelta) -> Verdict:
    if points == before:
        return NotBought()
    if age < BEST_EVIDENCE:
        return Unclear()
    if points is not None and points < before:
        return NotBought("no new copy, but points are missing")
    return NotBought("no new copy; the balance rose or could not be read, so it proves nothing")
