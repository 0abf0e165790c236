"""Starts the pretend outside services inside a test, each on a free port of its own."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.http import CLIENT
from webapp.ground.clock import Clock, SystemClock
from webapp.ground.http import HttpPeer
from webapp.ports.loyalty.pongo import Pongo, PongoConnector
from webapp.sandbox.peer import Peer, Programme
from webapp.sandbox.pongo.server import start

TOKEN = "token-of-the-demo-merchant"
CLIENT_ID, CLIENT_SECRET = "demo-client", "demo-secret"
REDIRECT = "https://shop.example/loyalty/pongo/callback"
ADA, BOB = "+33612345678", "+33698765432"
ADA_ID = "cus_0000000001"


def reward(reward_id: str, kind: str, name: str, points: int, **more: Any) -> dict[str, Any]:
    """One reward of a seed."""
    return {"id": reward_id, "type": kind, "name": name, "points": points, **more}


LOYALTY_SEED: dict[str, Any] = {
    "merchants": [
        {
            "id": "mer_demo",
            "name": "Demo merchant",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [REDIRECT],
            "token": TOKEN,
            "stores": [
                {"public_id": "sto_1", "slug": "demo-republique", "name": "Demo République", "address": "1 rue Un"},
                {"public_id": "sto_2", "slug": "demo-bastille", "name": "Demo Bastille", "address": "2 rue Deux"},
            ],
            "customers": [{"phone": ADA[1:], "public_id": ADA_ID, "points": 400, "first_name": "Ada"}],
            "rewards": [
                reward("rew_1", "free_product", "Free coffee", 50, external_id=" SKU-COFFEE,,POS-4411, SKU-COFFEE "),
                reward("rew_2", "voucher_amount", "5 EUR off", 100, value=500),
                reward("rew_3", "voucher_percentage", "10 % off", 150, value=10),
                reward("rew_4", "tombola", "A surprise", 10),
                reward("rew_5", "voucher_amount", "Students only", 5, value=100, segment="student"),
                reward("rew_6", "voucher_amount", "Bastille only", 5, value=100, stores=["demo-bastille"]),
            ],
        }
    ]
}


@dataclass
class LoyaltyPeer:
    """A Pongo sandbox that runs in this process. `url` is its front page, `api` the base address of the contract."""

    url: str

    @property
    def api(self) -> str:
        """Base address, prefix included."""
        return self.url + "/v1"

    def ledger(self) -> dict[str, Any]:
        """What it has recorded about the (first) merchant."""
        merchant: dict[str, Any] = CLIENT.get(f"{self.url}/_ledger.json").json()["merchants"][0]
        return merchant

    def customer(self, phone: str) -> dict[str, Any]:
        """Its record of one customer. `phone`: E.164."""
        digits = phone.removeprefix("+")
        return next(entry for entry in self.ledger()["customers"] if entry["international_phone_number"] == digits)

    def fault(self, **fields: Any) -> None:
        """Misbehave: `route`, `kind` and so on, see `webapp.sandbox.pongo.faults.Fault`."""
        CLIENT.post(f"{self.url}/_faults", json=fields).raise_for_status()

    def behave(self) -> None:
        """Forget all faults."""
        CLIENT.delete(f"{self.url}/_faults").raise_for_status()


@contextmanager
def loyalty_peer(folder: Path, seed: Mapping[str, Any] = LOYALTY_SEED) -> Iterator[LoyaltyPeer]:
    """A seeded Pongo sandbox, with its state in `folder`."""
    (folder / "pongo-seed.json").write_text(json.dumps(seed), "utf-8")
    running = start(folder / "pongo.sqlite3", folder / "pongo-seed.json")
    try:
        yield LoyaltyPeer(running.url)
    finally:
        running.stop()


@contextmanager
def programme_peer(programme: Programme, seed: dict[str, Any]) -> Iterator[Peer]:
    """A pretend programme, sown with `seed`, for the length of the block."""
    peer = Peer(programme)
    programme.sow(peer.memory, seed)
    peer.start()
    try:
        yield peer
    finally:
        peer.stop()


def peer_at(base_url: str) -> HttpPeer:
    """The one door, opened towards a peer on this machine."""
    return HttpPeer(base_url, allowed_hosts=frozenset({urlsplit(base_url).netloc}))


def pongo_at(base_url: str, token: str = TOKEN, clock: Clock | None = None) -> Pongo:
    """The adapter, speaking to a peer on this machine."""
    return Pongo(peer_at(base_url), token=token, clock=clock or SystemClock())


def connector_at(base_url: str, clock: Clock | None = None) -> PongoConnector:
    """The OAuth side of the adapter."""
    return PongoConnector(
        peer_at(base_url), client_id=CLIENT_ID, client_secret=CLIENT_SECRET, clock=clock or SystemClock()
    )
