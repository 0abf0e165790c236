"""A shop whose merchants can connect a loyalty programme themselves, with that programme beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.functional.desk_cast import OTHER, owner
from tests.http import CLIENT
from tests.peers import CLIENT_ID, CLIENT_SECRET, LoyaltyPeer, loyalty_peer, reward
from tests.shop import MERCHANT, Browser, Shop, open_shop
from webapp.ground.db import Database

SITE = "http://127.0.0.1:8000"
PLACES = {
    MERCHANT: [
        {
            "public_id": "s1",
            "slug": "sarrasin-republique",
            "name": "République",
            "address": "14 rue Béranger 75003 Paris",
        },
        {"public_id": "s2", "slug": "sarrasin-terreaux", "name": "Terreaux", "address": "6 rue d'Algérie, 69001 Lyon"},
        {"public_id": "s3", "slug": "elsewhere", "name": "Bordeaux", "address": "1 quai, 33000 Bordeaux"},
    ],
    OTHER: [
        {"public_id": "m1", "slug": "mistral-panier", "name": "Le Panier", "address": "9 place de Lenche, Marseille"}
    ],
}
REWARDS = [
    reward("r1", "free_product", "Un espresso", 20, external_id="CHA-ESPRESSO,POS-77"),
    reward("r2", "free_product", "Une pizza", 90, external_id="PIZZA"),
    reward("r3", "voucher_percentage", "10 %", 50, value=10),
]


def way_back(merchant: str) -> str:
    """Where the programme sends the owner of a merchant back to."""
    return f"{SITE}/desk/{merchant}/loyalty/callback"


def seed() -> dict[str, Any]:
    """Both merchants under the platform's one client, as a real vendor has them."""
    return {
        "merchants": [
            {
                "id": f"mer_{slug}",
                "name": slug,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "redirect_uris": [way_back(slug)],
                "token": f"token-{slug}",
                "stores": places,
                "customers": [],
                "rewards": REWARDS if slug == MERCHANT else [],
            }
            for slug, places in PLACES.items()
        ]
    }


@dataclass
class House:
    """The shop, the programme, and the owner signed in."""

    shop: Shop
    loyalty: LoyaltyPeer
    owner: Browser

    def press_connect(self, browser: Browser | None = None, merchant: str = MERCHANT) -> str:
        """Press Connect; the address of the programme's form."""
        browser = browser or self.owner
        token = browser.get(f"/desk/{merchant}/loyalty").token
        answer = browser.raw(f"/desk/{merchant}/loyalty/connect", "POST", data={"csrf_token": token})
        assert answer.status_code == 303, answer.text
        return answer.location

    def answer(self, form: str, answer: str = "allow", merchant: str = MERCHANT) -> str:
        """Answer the programme's form; the path of the redirect back to us."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(form).query).items()}
        posted = CLIENT.post(form, data={**asked, "merchant": f"mer_{merchant}", "answer": answer})
        assert posted.status_code in {302, 303}, posted.text
        return posted.headers["location"].removeprefix(SITE)

    def connect(self) -> None:
        """The whole way."""
        self.owner.get(self.answer(self.press_connect()))
        assert self.owner.page.path == f"/desk/{MERCHANT}/stores", self.owner.page.text


@contextmanager
def open_house(database: Database, data: Path, folder: Path, **settings: Any) -> Iterator[House]:
    """Everything started, the owner signed in."""
    with loyalty_peer(folder, seed()) as peer:
        given: dict[str, Any] = {
            "pongo_client_id": CLIENT_ID,
            "pongo_client_secret": CLIENT_SECRET,
            "loyalty_worker_seconds": 2.0,
        }
        shop = open_shop(database, data, pongo_base_url=peer.api, **(given | settings))
        yield House(shop, peer, owner(shop))
