"""A shop with a loyalty programme and a carrier beside it, and Ada, who has points and rewards of every kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from tests.carrier import KEY, Carrier
from tests.peers import ADA, BOB, CLIENT_ID, CLIENT_SECRET, TOKEN, LoyaltyPeer, loyalty_peer, reward
from tests.shop import MERCHANT, NOON, SECRETS, STORE, Browser, Page, Shop, open_shop
from webapp.ground.db import Database
from webapp.ground.links import fingerprint
from webapp.ground.secrets import Vault
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.proof import prove
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.promotion.models import RewardPurchase
from webapp.usecases.rewards.settle import settle_due
from webapp.usecases.setup.loyalty import Access, connect, map_store

BASE = f"/r/{MERCHANT}/{STORE}"
PANEL, GET = f"{BASE}/loyalty", f"{BASE}/loyalty/get"
ELSEWHERE = "saint-denis-reunion"
# Seconds: what a busy machine needs for a few calls; a programme that hangs must hang longer.
PATIENCE, LONGER = 2.5, 4
EVIL = "<script>alert(1)</script>"
REWARDS = [
    reward("rew_cafe", "free_product", "Un espresso offert", 20, external_id=" CHA-ESPRESSO ,,0012, CHA-ESPRESSO,"),
    reward("rew_two", "free_product", "Dessert au choix", 60, external_id="DES-FAR,DES-RIZ"),
    reward("rew_eur", "voucher_amount", "5 € offerts", 100, value=500),
    reward("rew_pct", "voucher_percentage", "10 % offerts", 150, value=10),
    reward("rew_mute", "voucher_percentage", "Remise surprise", 15),
    reward("rew_odd", "tombola", "Tombola", 10),
    reward("rew_none", "free_product", "Chez un partenaire", 25, external_id="POS-1,POS-2"),
    reward("rew_fish", "free_product", "Une Saint-Jacques", 30, external_id="GAL-SAINTJACQUES"),
    reward("rew_dear", "free_product", "Un banquet", 5000, external_id="GAL-SUPER"),
    reward("rew_mine", "voucher_amount", "Étudiants", 5, value=100, segment="student"),
    reward("rew_there", "voucher_amount", "Bastille", 5, value=100, stores=["demo-bastille"]),
    reward("rew_evil", "free_product", EVIL, 12, external_id=EVIL),
]
OWNED = ["rew_cafe", "rew_eur", "rew_mute", "rew_odd", "rew_none", "rew_fish"]
SEED: dict[str, Any] = {
    "merchants": [
        {
            "id": "mer_demo", "name": "Demo", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "token": TOKEN,
            "redirect_uris": [],
            "stores": [{"slug": slug, "name": slug} for slug in ("demo-republique", "demo-bastille")],
            "rewards": REWARDS,
            "customers": [
                {"phone": ADA[1:], "public_id": "cus_ada", "points": 400, "owned": OWNED},
                {"phone": BOB[1:], "public_id": "cus_bob", "points": 90, "pin": "4711"},
            ],
        }
    ]
}  # fmt: skip


@dataclass
class House:
    """The shop, the programme and the carrier."""

    shop: Shop
    programme: LoyaltyPeer
    carrier: Carrier

    def diner(self, phone: str = ADA, language: str = "en", *, proved: bool = False, at: str = STORE) -> Browser:
        """Somebody who gave a number here; `proved`: long ago, in this browser."""
        browser = self.shop.browser(language)
        home = f"/r/{MERCHANT}/{at}"
        browser.get(f"{home}/identify")
        browser.post(f"{home}/identify", {"phone": phone, "country": "FR"})
        if proved:
            self.prove(browser, phone)
        return browser

    def prove(self, browser: Browser, phone: str = ADA) -> None:
        """This browser proved this number a day ago."""
        with browser.client.session_transaction() as kept:
            known = fingerprint(kept["b"])
        with self.shop.database.transaction() as session:
            prove(session, known, self.customer(phone).id, "sms", self.shop.clock.now() - timedelta(days=1))

    def confirm(self, browser: Browser, reward_id: str = "rew_cafe") -> Page:
        """The page that asks before points are spent."""
        return browser.get(f"{GET}?reward={reward_id}")

    def buy(self, browser: Browser, reward_id: str = "rew_cafe") -> Page:
        """Confirm and press."""
        self.confirm(browser, reward_id)
        return browser.submit(form=browser.page.form("/loyalty/get"))

    def demand(self, **changes: str) -> None:
        """The merchant wants it otherwise: `spend_proof`, `loyalty_display`."""
        with self.shop.database.transaction() as session:
            session.execute(update(Merchant).where(Merchant.slug == MERCHANT).values(**changes))
        self.shop.catch_up()

    def hide(self) -> None:
        """Too many strangers asked for the number."""
        with self.shop.database.transaction() as session:
            session.execute(update(Visit).values(strict=True))

    def customer(self, phone: str = ADA) -> Customer:
        """The customer of a number."""
        with self.shop.database.reading() as session:
            return session.scalars(select(Customer).where(Customer.phone == phone)).one()

    def purchases(self) -> list[RewardPurchase]:
        """Every purchase, oldest first."""
        with self.shop.database.reading() as session:
            return list(session.scalars(select(RewardPurchase).order_by(RewardPurchase.id)))

    def debits(self, phone: str = ADA) -> list[int]:
        """What the programme took."""
        return [-move["points"] for move in self.programme.customer(phone)["movements"] if move["points"] < 0]

    def codes(self, phone: str = ADA) -> list[str]:
        """The voucher codes and hashes nobody may read off a page without proof, or at all."""
        return [copy["coupon_code"] for copy in self.programme.customer(phone)["owned"] if copy["coupon_code"]]

    def later(self, seconds: int) -> None:
        """Time passes and a worker lives in it: it wakes whenever a purchase is to be looked at."""
        ends = self.shop.clock.now() + timedelta(seconds=seconds)
        while self.shop.clock.now() < ends:
            due = [row.settle_at for row in self.purchases() if row.settle_at is not None]
            self.shop.clock.set(min([*due, ends]))
            settle_due(self.shop.wiring)


@contextmanager
def open_house(database: Database, data: Path, folder: Path, carrier: Carrier, **changes: Any) -> Iterator[House]:
    """A house on this empty, migrated database. `changes`: settings that differ."""
    with loyalty_peer(folder, SEED) as programme:
        settings: dict[str, Any] = {
            "pongo_base_url": programme.api, "loyalty_page_seconds": PATIENCE, "sms_provider": "sandbox",
            "sms_url": carrier.url, "sms_api_key": KEY,
        }  # fmt: skip
        shop = open_shop(database, data, **(settings | changes))
        with database.transaction() as session:
            vault = Vault(SECRETS["vault_keys"])
            connect(session, vault, MERCHANT, Access("pongo", CLIENT_ID, CLIENT_SECRET, TOKEN), NOON)
            map_store(session, MERCHANT, STORE, "demo-republique", NOON)
            map_store(session, MERCHANT, ELSEWHERE, "demo-bastille", NOON)
        yield House(shop, programme, carrier)
