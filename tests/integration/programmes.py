"""The café connected to each programme that prices, or takes, with the order: real sandboxes, real adapters."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select, update

from tests.contract import gonnaorder_calls, menu_calls, spoonity_calls
from tests.integration.scene import NOON, VAULT_KEY, Scene, open_cafe
from tests.peers import ADA, TOKEN, LoyaltyPeer, peer_at, programme_peer
from webapp.ground.clock import FixedClock, SystemClock
from webapp.ground.db import Database
from webapp.ground.secrets import Vault
from webapp.nouns.customer.models import Customer
from webapp.nouns.merchant.models import LoyaltyConnection, StoreMapping
from webapp.nouns.order.models import Alert, Order
from webapp.nouns.promotion.models import OrderDiscount
from webapp.ports.loyalty.gonnaorder import Credentials as GonnaOrderCredentials
from webapp.ports.loyalty.gonnaorder import GonnaOrder
from webapp.ports.loyalty.gonnaorder.credentials import Login
from webapp.ports.loyalty.menu import Menu
from webapp.ports.loyalty.port import LoyaltyProgram
from webapp.ports.loyalty.spoonity import Spoonity
from webapp.ports.loyalty.spoonity.credentials import Worth
from webapp.sandbox.faults import Fault
from webapp.sandbox.gonnaorder.programme import GonnaOrder as PretendedGonnaOrder
from webapp.sandbox.menu.programme import Menu as PretendedMenu
from webapp.sandbox.peer import Peer
from webapp.sandbox.spoonity.programme import Spoonity as PretendedSpoonity
from webapp.usecases.setup.loyalty import Access, connect
from webapp.usecases.wiring import Wiring
from webapp.wire import Connected

VAULT = Vault([VAULT_KEY])
OFFERED = {**spoonity_calls.CREDENTIALS.worths, "discount_free_coffee": Worth(skus=("CIDER",))}  # of this café's menu
SPOONITY = replace(spoonity_calls.CREDENTIALS, worths=OFFERED)


@dataclass(frozen=True)
class Kind:
    """One vendor: its sandbox, its adapter, the store's slug there, Ada's id there."""

    vendor: str
    sandbox: Callable[..., Any]
    adapter: Callable[[str], LoyaltyProgram]
    slug: str
    member_id: str
    seed: dict[str, Any]


def _gonnaorder(url: str) -> LoyaltyProgram:
    credentials = GonnaOrderCredentials("EUR", Login(token=gonnaorder_calls.FIXED))
    return GonnaOrder(peer_at(url), peer_at(url), credentials=credentials, clock=SystemClock())


def _spoonity(url: str) -> LoyaltyProgram:
    return Spoonity(peer_at(url), credentials=SPOONITY, clock=SystemClock())


def _menu(url: str) -> LoyaltyProgram:
    items = {"CREPE": "501", "CIDER": "502", "A": "501"}
    sold = replace(menu_calls.CREDENTIALS, items=items)
    return Menu(peer_at(url + "/api"), credentials=sold, clock=SystemClock(), request_id=lambda: str(uuid.uuid4()))


def _menu_seed() -> dict[str, Any]:
    brand = menu_calls.SEED["brands"][0]
    items = [{"id": 501, "name": "Crêpe", "price": 900}, {"id": 502, "name": "Cider", "price": 450}]
    return {"brands": [brand | {"items": items}]}


KINDS = {
    "gonnaorder": Kind(
        "gonnaorder", PretendedGonnaOrder, _gonnaorder, gonnaorder_calls.STORE, gonnaorder_calls.ADA_CODE,
        gonnaorder_calls.SEED,
    ),
    "spoonity": Kind(
        "spoonity", PretendedSpoonity, _spoonity, spoonity_calls.STORE, f"{spoonity_calls.STORE}||33612345678",
        spoonity_calls.SEED,
    ),
    "menu": Kind("menu", PretendedMenu, _menu, menu_calls.STORE, menu_calls.SOMEBODY, _menu_seed()),
}  # fmt: skip


@dataclass
class House(Scene):
    """The café with one of these programmes."""

    kind: Kind = KINDS["gonnaorder"]
    there: Peer | None = None

    def restart(self) -> Wiring:
        """A fresh worker."""
        bare = super().restart()
        url, kind = self.peer.url, self.kind
        programs = Connected(self.database, VAULT, {kind.vendor: lambda _token: kind.adapter(url)})
        return replace(bare, programs=programs, vault=VAULT, page_seconds=1.0, worker_seconds=1.0)

    def fault(self, route: str, kind: str, **more: Any) -> None:
        """The programme misbehaves at its next request of this route."""
        assert self.there is not None
        self.there.faults.add(Fault(route, kind, **{"seconds": 1.5} | more))

    def books(self) -> dict[str, Any]:
        """The programme's own ledger."""
        told: dict[str, Any] = peer_at(self.peer.url).request("GET", "/_ledger.json", deadline_s=5).json()
        return told

    def reports(self) -> list[dict[str, Any]]:
        """The orders the programme took."""
        return list(self.books()["orders"])

    def known(self, phone: str = ADA) -> None:
        """The programme's id of this diner was learnt before."""
        with self.database.transaction() as session:
            session.execute(
                update(Customer)
                .where(Customer.phone == phone)
                .values(member_id=self.kind.member_id, member_connection_id=self.connection)
            )

    def bought(
        self, kind: str, off: int, *, reward_id: str = "", code: str = "", total: int = 900, **about: Any
    ) -> int:
        """A paid order of a crêpe that used something of the programme's; its row."""
        order_id = self.agreed(kind, off, reward_id=reward_id, code=code, total=total, **about)
        assert self.settle(order_id) == "paid"
        return order_id

    def agreed(
        self, kind: str, off: int, *, reward_id: str = "", code: str = "", total: int = 900, **about: Any
    ) -> int:
        """The same, placed and not paid yet."""
        order_id = self.place(total=total, **about)
        row = {
            "order_id": order_id, "kind": kind, "connection_id": self.connection, "reward_id": reward_id, "code": code,
            "holder": "", "name": "Reward", "shown_name": "Reward", "amount": off, "shares": [], "state": "held",
        }  # fmt: skip
        with self.database.transaction() as session:
            if off:
                session.execute(insert(OrderDiscount), [row])
            paid = {"total": total - off, "vat": [{"rate": 1000, "gross": total - off, "net": total - off, "vat": 0}]}
            secret = VAULT.seal(self.kind.member_id) if self.kind.vendor == "menu" and about.get("phone", ADA) else ""
            session.execute(update(Order).where(Order.id == order_id).values(**paid, member_sealed=secret))
        if self.kind.vendor != "menu":
            self.known()
        return order_id

    def switch(self, client: str = "another-client") -> int:
        """The merchant connects another account; its row."""
        with self.database.transaction() as session:
            access = Access(self.kind.vendor, client, "secret", TOKEN)
            return connect(session, VAULT, self.slug, access, self.clock.now())

    def alerts(self) -> list[str]:
        """The open alerts."""
        with self.database.reading() as session:
            return list(session.scalars(select(Alert.kind).where(Alert.resolved_at.is_(None)).order_by(Alert.id)))


@contextmanager
def house(database: Database, vendor: str) -> Iterator[House]:
    """The café, its stores mapped to this vendor's running sandbox."""
    kind = KINDS[vendor]
    with programme_peer(kind.sandbox(), kind.seed) as there:
        if vendor == "menu":
            there.memory.rows("INSERT INTO token VALUES (?,?,?)", "eyJ-token", "punchh-token", menu_calls.ADA)
        connection = open_cafe(database, "cafe", TOKEN, NOON, {})
        peer = LoyaltyPeer(there.url)
        made = House(database, peer, FixedClock(NOON), connection, kind=kind, there=there)
        with database.transaction() as session:
            session.execute(update(LoyaltyConnection).values(vendor=kind.vendor))
            mapped = {"store_id": 0, "connection_id": connection, "slug": kind.slug}
        with database.transaction() as session:
            session.execute(insert(StoreMapping), [mapped | {"store_id": made.store_id("one"), "mapped_at": NOON}])
        yield made
