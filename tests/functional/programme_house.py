"""A shop whose merchant is connected by credentials to one of the programmes' real sandboxes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.contract import gonnaorder_calls, menu_calls, spoonity_calls
from tests.shop import MERCHANT, NOON, SECRETS, STORE, Browser, Shop, open_shop
from webapp.ground.db import Database
from webapp.ground.secrets import Vault
from webapp.sandbox.peer import Peer
from webapp.usecases.setup.loyalty import Access, connect, map_store

BASE = f"/r/{MERCHANT}/{STORE}"
CASTS: dict[str, Any] = {"gonnaorder": gonnaorder_calls, "spoonity": spoonity_calls, "menu": menu_calls}
SECRET_OF: dict[str, Any] = {
    "gonnaorder": gonnaorder_calls.ACCOUNT,
    "spoonity": spoonity_calls.CREDENTIALS,
    "menu": menu_calls.CREDENTIALS,
}


@dataclass
class House:
    """The shop and the programme beside it."""

    shop: Shop
    peer: Peer

    def diner(self, dish: str = "") -> Browser:
        """Somebody on the page that asks who they are; with a dish in the basket, if one is named."""
        browser = self.shop.browser()
        if dish:
            browser.get(f"{BASE}/t/{self.shop.code()}")
            browser.post(f"{BASE}/d/{dish}", {"quantity": "1"})
        browser.get(f"{BASE}/identify")
        return browser

    def switch(self, vendor: str) -> None:
        """The merchant connects another programme; nothing answers at its address."""
        connect_to(self.shop, vendor)

    def rows(self, question: str) -> list[dict[str, Any]]:
        """What the programme's own tables say."""
        return [dict(row) for row in self.peer.memory.rows(question)]


def connect_to(shop: Shop, vendor: str, secret: str = "") -> None:
    """Connect the first merchant by these credentials, and map its first store."""
    access = Access(vendor, "", "", secret or SECRET_OF[vendor].to_text())
    with shop.database.transaction() as session:
        connect(session, Vault(SECRETS["vault_keys"]), MERCHANT, access, NOON)
        map_store(session, MERCHANT, STORE, CASTS[vendor].STORE, NOON)
    shop.catch_up()


@contextmanager
def open_house(vendor: str, database: Database, data: Path, **changes: Any) -> Iterator[House]:
    """A house on this empty, migrated database."""
    with CASTS[vendor].sandbox() as peer:
        settings: dict[str, Any] = {
            "gonnaorder_base_url": peer.url, "gonnaorder_login_url": peer.url, "spoonity_base_url": peer.url,
            "menu_base_url": peer.url + "/api",
        }  # fmt: skip
        shop = open_shop(database, data, **(settings | changes))
        connect_to(shop, vendor)
        yield House(shop, peer)
