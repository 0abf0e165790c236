"""Writing down how a purchase ended, once, with what follows from it in the same transaction."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.ground import logs
from webapp.nouns.customer.models import Customer
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.order.alerts import raise_alert, resolve_alert
from webapp.nouns.promotion.models import RewardPurchase
from webapp.ports.loyalty.port import OwnedReward
from webapp.usecases.proof.notice import tell_owner_spent
from webapp.usecases.rewards.evidence import Baseline, candidates
from webapp.usecases.rewards.rows import ASKED, claimed, move
from webapp.usecases.wiring import Wiring

UNSETTLED = "purchase_unsettled"
UNCLEAR = "purchase_unclear"


def became_owned(wiring: Wiring, row: RewardPurchase, owned_id: str, language: str = "") -> bool:
    """The copy is this purchase's; the owner is told in the same commit. False: another purchase has that copy.

    `language`: of the diner who stands there; the merchant's own when nobody does.
    """
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        if not move(session, row.id, ASKED, "owned", owned_id=owned_id, reason="", settle_at=None, settled_at=now):
            return session.get_one(RewardPurchase, row.id).state == "owned"
        customer = session.get_one(Customer, row.customer_id)
        spoken = language or session.get_one(Merchant, row.merchant_id).default_language
        tell_owner_spent(session, wiring, customer=customer, points=row.cost, language=spoken)
        resolve_alert(session, UNSETTLED, str(row.id), now)
        return True

    try:
        done = wiring.db.run(work)
    except IntegrityError:  # unique(connection, owned_id): one copy, one purchase
        return False
    if done:
        logs.get().info("a reward was bought", row=row.id, outcome="owned")
    return done


def adopt(wiring: Wiring, row: RewardPurchase, owned: Sequence[OwnedReward], language: str = "") -> bool:
    """Make a new copy that nobody claims this purchase's, at whatever moment it is seen."""
    before = baseline(row)
    if before is None:
        return False
    found = candidates(before, owned)
    with wiring.db.reading() as session:
        taken = claimed(session, row.connection_id, found)
    return any(became_owned(wiring, row, copy, language) for copy in found if copy not in taken)


def baseline(row: RewardPurchase) -> Baseline | None:
    """What was known before the request; None when nothing was sent."""
    if row.state not in ASKED or row.points_before is None:
        return None
    return Baseline(row.reward_id, row.points_before, frozenset(row.owned_before))


def nothing_bought(wiring: Wiring, row: RewardPurchase, before: Sequence[str], after: str, reason: str) -> bool:
    """The purchase ended without a reward: `refused` by the programme or by us, or `void` after looking."""
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        moved = move(session, row.id, before, after, reason=reason[:120], settle_at=None, settled_at=now)
        if moved:
            resolve_alert(session, UNSETTLED, str(row.id), now)
        return moved

    moved = wiring.db.run(work)
    if moved:
        logs.get().info("a reward was not bought", row=row.id, outcome=after, reason=reason)
    return moved


def alert(wiring: Wiring, row: RewardPurchase, kind: str, detail: str) -> None:
    """A person must look; no number, no code in it (D4)."""
    now = wiring.clock.now()
    wiring.db.run(
        lambda session: raise_alert(session, kind, str(row.id), now, merchant_id=row.merchant_id, detail=detail)
    )
