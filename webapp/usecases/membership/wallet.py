"""Points and rewards of the identified person at this store: the programme's word, or its last word with its time."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.ground.secrets import Unreadable, Vault
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.promotion.models import RewardPurchase
from webapp.ports.loyalty.port import AvailableReward, Balance, LoyaltyError, OwnedReward, StoredValue, Wallet
from webapp.usecases.membership.identify import forget_number
from webapp.usecases.membership.reading import Read, read_wallet, remember_member
from webapp.usecases.rewards.caution import surely_left
from webapp.usecases.rewards.result import adopt
from webapp.usecases.rewards.rows import OPEN, not_in_balance
from webapp.usecases.wiring import Wiring


@dataclass(frozen=True)
class Held:
    """A reward of the person's own. The voucher code is left out on purpose: a typed number must not show it (A1).

    `skus`, `value` and `minimum` are as in `RewardTerms`; `expires_at` is ISO 8601 text or empty; `locked`: somebody
    has reserved this copy at the programme. `kind` is "new" while the programme has not described the copy yet.
    """

    owned_id: str
    reward_id: str
    name: str
    description: str
    kind: str
    skus: tuple[str, ...] = ()
    value: int | None = None
    minimum: int = 0
    expires_at: str = ""
    locked: bool = False


@dataclass(frozen=True)
class Offer:
    """A reward points can get; `missing` = how many points are still to go (0: affordable)."""

    reward_id: str
    name: str
    description: str
    kind: str
    cost: int | None
    missing: int | None
    skus: tuple[str, ...] = ()
    value: int | None = None
    minimum: int = 0


@dataclass(frozen=True)
class Checking:
    """A purchase whose end is not known yet: `key` names it, `cost` in points."""

    key: str
    name: str
    cost: int | None


@dataclass(frozen=True)
class WalletView:
    """What the loyalty panel shows. A part that is None is hidden; `stale` says that `as_of` is not now (R3).

    `stored` is never an old figure: money is shown as it is now, or not at all.
    """

    points: int | None
    owned: tuple[Held, ...] | None
    available: tuple[Offer, ...] | None
    as_of: datetime
    stale: bool
    checking: Checking | None = None
    balances: tuple[Balance, ...] = ()
    stored: tuple[StoredValue, ...] = ()


SIGNED_OUT = "signed_out"


def secret_of(vault: Vault | None, visit: Visit | None, customer_id: int, connection_id: int) -> str | None:
    """The secret id with which this very browser signed in at the programme as this customer (R8); None otherwise."""
    if vault is None or visit is None or not visit.member_sealed:
        return None
    if visit.customer_id != customer_id or visit.member_connection_id != connection_id:
        return None
    try:
        return vault.open(visit.member_sealed)
    except Unreadable:
        return None


def wallet_of(
    wiring: Wiring, store: StoreFacts, customer_id: int, *, language: str = "", visit_id: int | None = None
) -> WalletView | None:
    """The wallet now, or the last one known for this store when the programme is slow; None when nothing is known.

    Points of purchases still on their way are not shown, and what was bought since an old answer is (R1, R3).
    `language`: of the diner, for the message to the owner should a purchase be found to have gone through.
    """
    read = fresh_wallet(wiring, store, customer_id, visit_id=visit_id)
    view = _kept(wiring, store, customer_id) if read is None else _view(read)
    if view is None or store.connection_id is None:
        return None
    if read is not None and read.owned is not None:
        _adopt_open(wiring, store.connection_id, customer_id, read, language)
    with wiring.db.reading() as session:
        since = not_in_balance(session, customer_id, store.connection_id, view.as_of)
    return _with(view, since)


def recent_wallet(
    wiring: Wiring,
    store: StoreFacts,
    customer_id: int,
    *,
    within: timedelta,
    language: str = "",
    visit_id: int | None = None,
) -> WalletView | None:
    """As `wallet_of`, without asking a programme that has answered `within` this time: for pages that come often."""
    kept = _kept(wiring, store, customer_id)
    if kept is None or store.connection_id is None or wiring.clock.now() - kept.as_of > within:
        return wallet_of(wiring, store, customer_id, language=language, visit_id=visit_id)
    with wiring.db.reading() as session:
        since = not_in_balance(session, customer_id, store.connection_id, kept.as_of)
    return _with(replace(kept, stale=False), since)


def fresh_wallet(wiring: Wiring, store: StoreFacts, customer_id: int, *, visit_id: int | None = None) -> Wallet | None:
    """The wallet as the programme says it now, voucher codes included: for the server only. None: no answer.

    `visit_id`: of the browser that asks, where it may have signed in at the programme.
    What may be kept of it is kept with the customer, for the next time the programme is slow.
    """
    with wiring.db.reading() as session:
        customer = session.get(Customer, customer_id)
        visit = session.get(Visit, visit_id) if visit_id is not None else None
    if customer is None or not store.loyalty_slug or store.connection_id is None:
        return None
    secret = secret_of(wiring.vault, visit, customer_id, store.connection_id)
    read = _ask(wiring, store, customer, store.connection_id, secret, visit_id)
    if read is None:
        return None
    connection_id, view = store.connection_id, _view(read.wallet)

    def keep(session: Session) -> None:
        if secret is None and (customer.member_id != read.member_id or customer.member_connection_id != connection_id):
            remember_member(session, customer_id, read.member_id, connection_id)
        keep_view(session, customer_id, store.id, view)

    wiring.db.run(keep)
    return read.wallet


def _ask(
    wiring: Wiring,
    store: StoreFacts,
    customer: Customer,
    connection_id: int,
    secret: str | None,
    visit_id: int | None,
) -> Read | None:
    program = wiring.programs.of(connection_id)
    if program is None:
        return None
    slug, seconds = store.loyalty_slug, wiring.page_seconds
    try:
        return wiring.patience.ask(
            connection_id,
            seconds,
            lambda: read_wallet(
                wiring,
                program,
                customer,
                connection_id=connection_id,
                store_slug=slug,
                deadline_s=seconds,
                signed_in_as=secret,
            ),
        )
    except LoyaltyError as error:
        if secret is not None and visit_id is not None and error.code == SIGNED_OUT:
            forget_number(wiring, visit_id)  # their basket stays; they sign in again
        return None


def _adopt_open(wiring: Wiring, connection_id: int, customer_id: int, wallet: Wallet, language: str) -> None:
    """A purchase whose answer was lost, and whose copy is there now, need not wait for the worker."""
    with wiring.db.reading() as session:
        waiting = [row for row in not_in_balance(session, customer_id, connection_id, wallet.as_of) if _is_open(row)]
    for row in waiting:
        adopt(wiring, row, wallet.owned or (), language)


def _is_open(row: RewardPurchase) -> bool:
    return row.state in OPEN


def _with(view: WalletView, since: Sequence[RewardPurchase]) -> WalletView:
    """The view as it may be shown, given the purchases it may not know of."""
    points = surely_left(view.points, since)
    available = None if view.available is None else tuple(
        replace(one, missing=_missing(one.cost, points)) for one in view.available
    )  # fmt: skip
    owned = view.owned
    if owned is not None:
        known = {one.owned_id for one in owned}
        bought = [row for row in since if row.state == "owned" and row.owned_id and row.owned_id not in known]
        owned += tuple(Held(row.owned_id or "", row.reward_id, row.name, "", "new") for row in bought)
    waiting = next((row for row in since if _is_open(row)), None)
    checking = Checking(waiting.key, waiting.name, waiting.cost) if waiting else None
    return replace(view, points=points, owned=owned, available=available, checking=checking)


def _missing(cost: int | None, points: int | None) -> int | None:
    return None if cost is None or points is None else max(0, cost - points)


def held(one: OwnedReward) -> Held:
    """An owned copy as pages may know it: without its code (A1)."""
    return Held(
        owned_id=one.owned_id,
        reward_id=one.reward_id,
        name=one.terms.name,
        description=one.terms.description,
        kind=one.terms.kind.value,
        skus=one.terms.skus,
        value=one.terms.value,
        minimum=one.terms.minimum_amount or 0,
        expires_at=one.expires_at.isoformat() if one.expires_at else "",
        locked=one.locked,
    )


def _offer(one: AvailableReward, points: int | None) -> Offer:
    return Offer(
        reward_id=one.reward_id,
        name=one.terms.name,
        description=one.terms.description,
        kind=one.terms.kind.value,
        cost=one.cost,
        missing=_missing(one.cost, points),
        skus=one.terms.skus,
        value=one.terms.value,
        minimum=one.terms.minimum_amount or 0,
    )


def _view(wallet: Wallet) -> WalletView:
    points = wallet.points
    owned = None if wallet.owned is None else tuple(held(one) for one in wallet.owned if not one.used)
    available = None if wallet.available is None else tuple(_offer(one, points) for one in wallet.available)
    view = WalletView(points, owned, available, wallet.as_of, stale=False)
    return replace(view, balances=wallet.balances, stored=wallet.stored)


def keep_view(session: Session, customer_id: int, store_id: int, view: WalletView) -> None:
    """What the programme said at this store is kept with the customer, for the next time it is slow."""
    kept: dict[str, Any] = {
        "points": view.points,
        "owned": None if view.owned is None else [asdict(one) for one in view.owned],
        "available": None if view.available is None else [asdict(one) for one in view.available],
        "balances": [asdict(one) for one in view.balances],
    }
    session.execute(
        update(Customer)
        .where(Customer.id == customer_id)
        .values(wallet=kept, wallet_store_id=store_id, wallet_as_of=view.as_of)
    )


def _kept(wiring: Wiring, store: StoreFacts, customer_id: int) -> WalletView | None:
    with wiring.db.reading() as session:
        customer = session.get(Customer, customer_id)
    kept = customer.wallet if customer is not None else None
    if customer is None or kept is None or customer.wallet_as_of is None or customer.wallet_store_id != store.id:
        return None
    owned, available = kept.get("owned"), kept.get("available")
    return WalletView(
        points=kept.get("points"),
        owned=None if owned is None else tuple(Held(**_row(one)) for one in owned),
        available=None if available is None else tuple(Offer(**_row(one)) for one in available),
        as_of=customer.wallet_as_of,
        stale=True,
        balances=tuple(Balance(**one) for one in kept.get("balances", ())),
    )


def _row(kept: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no tuples."""
    return kept | {"skus": tuple(kept.get("skus", ()))}
