"""A shop with a payment page and a loyalty programme beside it, all over HTTP on this machine, and what is kept of it
to see that nothing changed.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select, text

from tests.payment_peer import PaymentPeer, payment_peer
from tests.peers import CLIENT_ID, CLIENT_SECRET, TOKEN, LoyaltyPeer, loyalty_peer
from tests.shop import MERCHANT, NOON, SECRETS, STORE, Browser, Shop, open_shop
from webapp.ground.db import Base, Database
from webapp.ground.secrets import Vault
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.proof import prove
from webapp.nouns.order.models import Order
from webapp.sandbox.payment.callbacks import SIGNATURE_HEADER, signature
from webapp.sandbox.payment.peer import Setup
from webapp.usecases.setup.loyalty import Access, connect, map_store

HOME = f"/r/{MERCHANT}/{STORE}/"
CALLBACKS = "/callbacks/payment/sandbox"
# What a request may write without having been obeyed: who was here, and how often.
COUNTING = frozenset({"throttle_mark", "visit"})


def image(database: Database, *, without: frozenset[str] = frozenset()) -> dict[str, tuple[int, str]]:
    """Every table: how many rows it holds, and a digest of all of them."""
    kept: dict[str, tuple[int, str]] = {}
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.name not in without:
                rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
                kept[table.name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return kept


def changed(before: dict[str, tuple[int, str]], after: dict[str, tuple[int, str]]) -> list[str]:
    """The tables that are no longer what they were."""
    return [name for name, content in before.items() if after[name] != content]


@dataclass
class Town:
    """The shop and its neighbours."""

    shop: Shop
    payment: PaymentPeer
    loyalty: LoyaltyPeer
    moment: list[datetime] = field(default_factory=lambda: [NOON])

    def later(self, **how_long: float) -> None:
        """Time passes, here and at the payment page."""
        self.moment[0] += timedelta(**how_long)
        self.shop.clock.set(self.moment[0])

    def image(self, *, without: frozenset[str] = frozenset()) -> dict[str, tuple[int, str]]:
        """See `image`."""
        return image(self.shop.database, without=without)

    def seated(self, language: str = "en", dish: str = "DES-FAR", quantity: str = "2") -> Browser:
        """Somebody at a table with something in the basket."""
        browser = self.shop.browser(language)
        browser.get(f"{HOME}t/{self.shop.code()}")
        browser.post(f"{HOME}d/{dish}", {"quantity": quantity})
        return browser

    def identified(self, phone: str = "", **about: str) -> Browser:
        """As `seated`, before the last page; without a number when `phone` is empty."""
        browser = self.seated(**about)
        browser.get(f"{HOME}identify")
        browser.post(f"{HOME}identify", {"phone": phone} if phone else {"skip": "1"})
        browser.get(f"{HOME}checkout")
        return browser

    def prove(self) -> None:
        """Every browser that gave a number has proved it."""
        with self.shop.database.transaction() as session:
            for visit in session.scalars(select(Visit).where(Visit.customer_id.is_not(None))):
                prove(session, visit.browser, visit.customer_id or 0, "sms", self.moment[0])

    def place(self, browser: Browser, **fields: str) -> str:
        """Confirm the last page; the order's link."""
        page = browser.get(f"{HOME}checkout")
        shown = page.root.first("input", name="shown").attributes["value"]
        form = {"csrf_token": page.token, "shown": shown, **fields}
        answer = browser.raw(f"{HOME}checkout", "POST", data=form)
        assert answer.status_code == 303, answer.text[:300]
        return urlsplit(answer.headers["Location"]).path.removeprefix("/pay/")

    def start(self, browser: Browser, link: str) -> str:
        """Go to the payment page; the provider's name of the session."""
        answer = browser.raw(f"/pay/{link}")
        assert answer.status_code == 303, answer.text[:300]
        return answer.headers["Location"].rsplit("/", 1)[1]

    def order(self) -> Order:
        """The newest order."""
        with self.shop.database.reading() as session:
            return session.scalars(select(Order).order_by(Order.id.desc())).first() or Order()

    def rows(self, question: str) -> list[Any]:
        """What the database says to a question in SQL."""
        with self.shop.database.reading() as session:
            return [tuple(row) for row in session.execute(text(question))]

    def call_back(self, body: bytes, *, at: float | None = None, headers: Mapping[str, str] | None = None) -> Any:
        """Post a callback; signed for the moment `at` (now), unless headers say otherwise."""
        moment = int(self.shop.clock.now().timestamp() if at is None else at)
        signed = {SIGNATURE_HEADER: signature(SECRETS["sandbox_payment_webhook_secrets"], moment, body)}
        sent = {"Content-Type": "application/json", **(headers or signed)}
        return self.shop.app.test_client().post(CALLBACKS, data=body, headers=sent)


@contextmanager
def open_town(database: Database, data_dir: Path, folder: Path, **changes: Any) -> Iterator[Town]:
    """A town on this empty, migrated database. `folder`: for what the programme keeps; `changes`: settings."""
    moment = [NOON]
    setup = Setup(
        api_key=str(SECRETS["sandbox_payment_api_key"]),
        webhook_secrets=tuple(SECRETS["sandbox_payment_webhook_secrets"]),
        now=lambda: moment[0].timestamp(),  # noqa: PLW0108 -- the moment is replaced while time passes
    )
    with payment_peer(setup=setup) as payment, loyalty_peer(folder) as loyalty:
        shop = open_shop(database, data_dir, sandbox_payment_url=payment.url, pongo_base_url=loyalty.api, **changes)
        with database.transaction() as session:
            vault = Vault(SECRETS["vault_keys"])
            connect(session, vault, MERCHANT, Access("pongo", CLIENT_ID, CLIENT_SECRET, TOKEN), NOON)
            map_store(session, MERCHANT, STORE, "demo-republique", NOON)
        yield Town(shop, payment, loyalty, moment)
