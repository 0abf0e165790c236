"""Points and rewards of the identified person at this store: the programme's word, or its last word with its time."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.nouns.customer.models import Customer
from webapp.nouns.merchant.facts import StoreFacts
from webapp.ports.loyalty.port import Identity, LoyaltyError, LoyaltyProgram, Wallet
from webapp.usecases.wiring import Wiring


@dataclass(frozen=True)
class Held:
    """A reward of the person's own. The voucher code is left out on purpose: a typed number must not show it (A1)."""

    owned_id: str
    reward_id: str
    name: str
    description: str
    kind: str


@dataclass(frozen=True)
class Offer:
    """A reward points can get; `missing` = how many points are still to go (0: affordable)."""

    reward_id: str
    name: str
    description: str
    kind: str
    cost: int | None
    missing: int | None


@dataclass(frozen=True)
class WalletView:
    """What the loyalty panel shows. A part that is None is hidden; `stale` says that `as_of` is not now (R3)."""

    points: int | None
    owned: tuple[Held, ...] | None
    available: tuple[Offer, ...] | None
    as_of: datetime
    stale: bool


def wallet_of(wiring: Wiring, store: StoreFacts, customer_id: int) -> WalletView | None:
    """The wallet now, or the last one known for this store when the programme is slow; None when nothing is known."""
    with wiring.db.reading() as session:
        customer = session.get(Customer, customer_id)
    if customer is None or not store.loyalty_slug or store.connection_id is None:
        return None
    program = wiring.programs.of(store.connection_id)
    fresh = _ask(wiring, program, store, customer) if program is not None else None
    if fresh is None:
        return _kept(customer, store)
    view = _view(fresh)
    wiring.db.run(lambda session: _keep(session, customer_id, store.id, view))
    return view


def _ask(wiring: Wiring, program: LoyaltyProgram, store: StoreFacts, customer: Customer) -> Wallet | None:
    try:
        member_id = customer.member_id if customer.member_connection_id == store.connection_id else None
        if member_id is None:
            who = Identity.phone(customer.phone)
            member = program.find_member(who, store_slug=store.loyalty_slug, deadline_s=wiring.page_seconds)
            if member is None:
                return None
            member_id = member.member_id
        return program.wallet(member_id, store_slug=store.loyalty_slug, deadline_s=wiring.page_seconds)
    except LoyaltyError:
        return None


def _view(wallet: Wallet) -> WalletView:
    points = wallet.points
    owned = None if wallet.owned is None else tuple(
        Held(one.owned_id, one.reward_id, one.terms.name, one.terms.description, one.terms.kind.value)
        for one in wallet.owned
        if not one.used
    )  # fmt: skip
    available = None if wallet.available is None else tuple(
        Offer(
            one.reward_id,
            one.terms.name,
            one.terms.description,
            one.terms.kind.value,
            one.cost,
            None if one.cost is None or points is None else max(0, one.cost - points),
        )
        for one in wallet.available
    )  # fmt: skip
    return WalletView(points, owned, available, wallet.as_of, stale=False)


def _keep(session: Session, customer_id: int, store_id: int, view: WalletView) -> None:
    kept: dict[str, Any] = {
        "points": view.points,
        "owned": None if view.owned is None else [asdict(one) for one in view.owned],
        "available": None if view.available is None else [asdict(one) for one in view.available],
    }
    session.execute(
        update(Customer)
        .where(Customer.id == customer_id)
        .values(wallet=kept, wallet_store_id=store_id, wallet_as_of=view.as_of)
    )


def _kept(customer: Customer, store: StoreFacts) -> WalletView | None:
    kept = customer.wallet
    if kept is None or customer.wallet_as_of is None or customer.wallet_store_id != store.id:
        return None
    owned, available = kept.get("owned"), kept.get("available")
    return WalletView(
        points=kept.get("points"),
        owned=None if owned is None else tuple(Held(**one) for one in owned),
        available=None if available is None else tuple(Offer(**one) for one in available),
        as_of=customer.wallet_as_of,
        stale=True,
    )
