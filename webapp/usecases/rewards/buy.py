"""Getting a reward for points: intent → call → result, at most one debit for one click (G4, G10, R2).

The row is written first and is the only one this customer may have open; the wallet is read after it, so that what was
held before is known for certain; only then is the programme asked, once. Whatever is not a clear answer is settled by
reading back (`settle`), never by asking again.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session

from webapp.ground.upsert import insert_into
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.proof import is_proved
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.promotion.models import RewardPurchase
from webapp.ports.loyalty.port import (
    AvailableReward,
    Disconnected,
    LoyaltyError,
    LoyaltyProgram,
    NotFound,
    OwnedReward,
    Refused,
    Wallet,
)
from webapp.usecases.delivery.report import mark_disconnected
from webapp.usecases.membership.reading import Read, read_wallet, remember_member
from webapp.usecases.proof.limits import may_spend
from webapp.usecases.proof.pin import accept_pin
from webapp.usecases.rewards import rows
from webapp.usecases.rewards.evidence import SENT_WITHIN
from webapp.usecases.rewards.result import became_owned, nothing_bought
from webapp.usecases.wiring import Wiring

# The process that wrote the row has sent its request by then, or never will.
FIRST_LOOK = SENT_WITHIN + timedelta(seconds=5)
LOOK_SOON = timedelta(seconds=5)


@dataclass(frozen=True)
class Wish:
    """One press of the button.

    Attributes:
        key: drawn by the confirmation page, see `rows.key_of`.
        cost: in points, as that page showed it; anything else is asked again.
        language: of the diner, for the message to the owner.
        pin: the programme's own PIN for this one call, never kept.
    """

    store: StoreFacts
    customer_id: int
    visit_id: int
    reward_id: str
    key: str
    cost: int
    language: str
    pin: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Answered:
    """What came of a press: the state of its purchase, or why there is none.

    `code`: `owned`, `checking`, `refused`, `void`; or without a purchase `stale` (the page is older than the last
    purchase), `busy` (another one is being checked), `unproved`, and what `may_spend` refuses.
    """

    code: str
    reason: str = ""


def answered(row: RewardPurchase) -> Answered:
    """The state of a purchase as diners know it."""
    return Answered("checking" if row.state in rows.OPEN else row.state, row.reason)


def get_reward(wiring: Wiring, wish: Wish) -> Answered:
    """Buy, once per key. Every press of the same button, in whatever tab, gets the answer of the one purchase."""
    begun = wiring.db.run(lambda session: _intend(session, wiring, wish))
    if isinstance(begun, Answered):
        return begun
    row = begun
    program = wiring.programs.of(row.connection_id)
    if program is None:
        return _refuse(wiring, row, "unavailable")
    read = _read(wiring, program, wish, row)
    if isinstance(read, str):
        return _refuse(wiring, row, read)
    offer = _offer(read.wallet, wish)
    if isinstance(offer, str):
        return _refuse(wiring, row, offer)
    if not wiring.db.run(lambda session: _send(session, wiring, row, read, offer)):
        return _now(wiring, row)
    _ask(wiring, program, wish, row, read)
    return _now(wiring, row)


def _intend(session: Session, wiring: Wiring, wish: Wish) -> RewardPurchase | Answered:
    # Locked: presses of one customer are looked at one after the other, and limits count what was written before.
    customer = session.get_one(Customer, wish.customer_id, with_for_update=True)
    before = rows.by_key(session, wish.key, customer.id)
    if before is not None:
        return answered(before)
    visit = session.get(Visit, wish.visit_id)
    refusal = _refusal(session, wiring, wish, customer, visit)
    if refusal or visit is None or wish.store.connection_id is None:
        return Answered(refusal or "stale")
    now = wiring.clock.now()
    row = {
        "key": wish.key, "merchant_id": wish.store.merchant.id, "store_id": wish.store.id, "customer_id": customer.id,
        "connection_id": wish.store.connection_id, "visit_id": visit.id, "reward_id": wish.reward_id, "name": "",
        "cost": wish.cost, "owned_before": [], "state": "intended", "reason": "", "settle_at": now + FIRST_LOOK,
        "proof": "pin" if wish.pin else "proved", "created_at": now,
    }  # fmt: skip
    session.execute(insert_into(session, RewardPurchase).values(row).on_conflict_do_nothing())
    written = rows.by_key(session, wish.key, customer.id)
    return written if written is not None else Answered("busy")


def _refusal(session: Session, wiring: Wiring, wish: Wish, customer: Customer, visit: Visit | None) -> str:
    now = wiring.clock.now()
    if visit is None or visit.customer_id != customer.id or visit.merchant_id != wish.store.merchant.id:
        return "stale"
    if rows.open_one(session, customer.id) is not None:
        return "busy"
    if wish.key != rows.key_of(session, customer.id, wish.reward_id):
        return "stale"
    # A PIN stands for proof only where the merchant says that its programme insists on one from everybody.
    pin_proves = wish.pin is not None and session.get_one(Merchant, customer.merchant_id).spend_proof == "pin"
    if not pin_proves and not is_proved(session, visit, customer, now):
        return "unproved"
    return may_spend(session, customer, now, browser=visit.browser, cost=wish.cost, given_at=visit.identified_at)


def _read(wiring: Wiring, program: LoyaltyProgram, wish: Wish, row: RewardPurchase) -> Read | str:
    with wiring.db.reading() as session:
        customer = session.get_one(Customer, row.customer_id)
    try:
        return read_wallet(
            wiring,
            program,
            customer,
            connection_id=row.connection_id,
            store_slug=wish.store.loyalty_slug,
            deadline_s=wiring.page_seconds,
        )
    except NotFound:
        return "no_member"
    except LoyaltyError:
        return "unavailable"


def _offer(wallet: Wallet, wish: Wish) -> AvailableReward | str:
    """The reward as the programme offers it to this person in this store now, or why it cannot be bought."""
    if wallet.points is None or wallet.owned is None or wallet.available is None:
        return "unavailable"  # without them a lost answer could not be settled afterwards
    offer = next((one for one in wallet.available if one.reward_id == wish.reward_id), None)
    if offer is None:
        return "gone"
    if offer.cost is None or offer.cost != wish.cost:
        return "changed"
    return "points" if wallet.points < offer.cost else offer


def _send(session: Session, wiring: Wiring, row: RewardPurchase, read: Read, offer: AvailableReward) -> bool:
    """Commit that we are about to ask; False when this took so long that somebody may have given the row up."""
    now = wiring.clock.now()
    if now - row.created_at > SENT_WITHIN:
        return False
    remember_member(session, row.customer_id, read.member_id, row.connection_id)
    held = sorted(copy.owned_id for copy in read.wallet.owned or ())
    return rows.move(
        session,
        row.id,
        ("intended",),
        "sent",
        name=offer.terms.name[:200],
        points_before=read.wallet.points,
        owned_before=held,
        settle_at=now + LOOK_SOON,
    )


def _ask(wiring: Wiring, program: LoyaltyProgram, wish: Wish, row: RewardPurchase, read: Read) -> None:
    """The one call, and its answer as far as there is one; every other answer leaves the row to be settled."""
    try:
        copy = program.buy_reward(
            wish.reward_id,
            member_id=read.member_id,
            store_slug=wish.store.loyalty_slug,
            pin=wish.pin,
            deadline_s=wiring.page_seconds,
        )
    except LoyaltyError as error:
        if error.may_have_acted:
            _unknown(wiring, row, error.code)
        else:
            nothing_bought(wiring, row, rows.ASKED, "refused", _reason(error))
        if isinstance(error, Disconnected):
            now = wiring.clock.now()
            wiring.db.run(lambda session: mark_disconnected(session, row.connection_id, now))
        return
    held = {one.owned_id for one in read.wallet.owned or ()}
    if not _theirs(wiring, row, copy, held, wish.language):
        _unknown(wiring, row, "not described")
        return
    if wish.pin is not None:
        with wiring.db.reading() as session:
            visit = session.get(Visit, wish.visit_id)
        if visit is not None:
            accept_pin(wiring, browser=visit.browser, customer_id=row.customer_id)


def _theirs(wiring: Wiring, row: RewardPurchase, copy: OwnedReward | None, held: set[str], language: str) -> bool:
    """Whether the answer names a copy that can be the one just bought: new, and of this reward."""
    if copy is None or copy.owned_id in held or copy.reward_id not in {row.reward_id, ""}:
        return False
    return became_owned(wiring, row, copy.owned_id, language)


def _reason(error: LoyaltyError) -> str:
    if isinstance(error, Refused) and error.pin_wanted:
        return "pin"
    return error.code


def _unknown(wiring: Wiring, row: RewardPurchase, reason: str) -> None:
    wiring.db.run(lambda session: rows.move(session, row.id, ("sent",), "unknown", reason=reason[:120]))


def _refuse(wiring: Wiring, row: RewardPurchase, reason: str) -> Answered:
    """Nothing was sent."""
    nothing_bought(wiring, row, ("intended",), "refused", reason)
    return _now(wiring, row)


def _now(wiring: Wiring, row: RewardPurchase) -> Answered:
    with wiring.db.reading() as session:
        return answered(session.get_one(RewardPurchase, row.id))
