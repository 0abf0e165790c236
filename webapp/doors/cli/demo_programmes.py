"""The demo's further loyalty programmes: one small house at each, and what its pretended server begins with."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webapp.ground.links import Signer
from webapp.ports.loyalty.gonnaorder import Credentials as GonnaOrderCredentials
from webapp.ports.loyalty.gonnaorder.credentials import Login
from webapp.ports.loyalty.menu import Credentials as MenuCredentials
from webapp.ports.loyalty.menu import Venue
from webapp.ports.loyalty.spoonity import Credentials as SpoonityCredentials
from webapp.ports.loyalty.spoonity.credentials import Worth

FOLDER = Path(__file__).resolve().parents[2] / "demo" / "programmes"
VENDORS = ("gonnaorder", "spoonity", "menu")
SECRETS = "programmes.json"
ADA, ADA_MAIL = "+33612345678", "ada@example.org"
PLACE, VENUE, BRAND = "155", "a9d6d0c8-1689-4114-b1ec-6da9c33f0384", "salon"


@dataclass(frozen=True)
class Connected:
    """A house and its access. `place`: the programme's name of its store; `secret`: the credentials' one text."""

    vendor: str
    name: str
    merchant: str
    store: str
    place: str
    secret: str = field(repr=False)


def kept(data: Path) -> dict[str, str]:
    """The secrets written by `write_seeds`; none where the demo's servers were never started."""
    path = data / SECRETS
    found: dict[str, str] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def _menu_of(slug: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FOLDER / slug / "menu.json").read_text("utf-8"))["products"]
    return found


def connected(secrets: dict[str, str]) -> list[Connected]:
    """The three houses with their credentials; nobody's without secrets."""
    if not secrets:
        return []
    keys = {"nantes-feydeau": secrets["spoonity"]}
    worths = {"discount_tea": Worth(skus=("CHA-THE",)), "5_off": Worth(amount=500)}
    tables = {str(number): f"salon-table-{number}" for number in range(1, 7)}
    venue = Venue(VENUE, "11", "2809", "salon-takeout", "salon-counter", tables)
    items = {product["sku"]: str(501 + place) for place, product in enumerate(_menu_of("salon-breton"))}
    gonnaorder = GonnaOrderCredentials("EUR", Login("halte", secrets["gonnaorder"]))
    spoonity = SpoonityCredentials("1", "EUR", keys, worths, point_value=5)
    menu = MenuCredentials(secrets["menu"], BRAND, "EUR", {"brest-siam": venue}, items)
    return [
        Connected("gonnaorder", "GonnaOrder", "halte-cidre", "rennes-lices", PLACE, gonnaorder.to_text()),
        Connected("spoonity", "Spoonity", "jardin-bols", "nantes-feydeau", "nantes-feydeau", spoonity.to_text()),
        Connected("menu", "MENU", "salon-breton", "brest-siam", "brest-siam", menu.to_text()),
    ]


def seeds(secrets: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What each server knows at its first start: Ada everywhere, with points, money and rewards."""
    ada = {"first_name": "Ada", "last_name": "Lovelace", "email": ADA_MAIL}
    gonnaorder = {
        "accounts": [{"username": "halte", "password": secrets["gonnaorder"], "stores": [1, int(PLACE)]}],
        "stores": [{"id": 1, "name": "Halte"}, {"id": int(PLACE), "name": "Les Lices"}],
        "members": [{"code": "HALTE-ADA", "phone": ADA, "name": "Ada", "email": ADA_MAIL, "wallet": 550}],
        "vouchers": [{"code": "BIENVENUE", "type": "PERCENTILE", "discount": 1000, "description": "Bienvenue"}],
    }
    rewards = [
        {"id": 5001, "name": "Un thé offert", "summary": "100 points", "cost": 100, "identifier": "discount_tea"},
        {"id": 5002, "name": "5 € de remise", "summary": "300 points", "cost": 300, "identifier": "5_off"},
    ]
    person = ada | {"phone": ADA[1:], "token": "99990001", "points": 180, "gift": 1500}
    spoonity = {"restaurants": [{"api_key": secrets["spoonity"], "name": "Feydeau"}], "people": [person]}
    tables = {str(number): f"salon-table-{number}" for number in range(1, 7)}
    points = {"collect": "salon-takeout", "counter": "salon-counter", "tables": tables}
    venue = {"uuid": VENUE, "number": 2809, "code": "11", "name": "Rue de Siam", "points": points}
    who = "0da5a3f0-a354-4c04-8438-f1389c19a3f7"
    reward = {"id": 46168, "type_id": 2, "name": "3 € de remise", "amount": 300, "minimum": 800, "cost": 50}
    offer = {"id": 9968351573, "type_id": 3, "name": "Goûter à prix doux", "amount": 200, "customer": who}
    items = [
        {"id": 501 + place, "name": product["name"]["fr"], "price": product["price"]}
        for place, product in enumerate(_menu_of("salon-breton"))
    ]
    brand = {"id": BRAND, "application": secrets["menu"], "name": "Salon Breton", "venues": [venue], "items": items}
    brand |= {"customers": [{"id": who, **ada, "points": 80, "credit": 500}], "discounts": [reward, offer]}
    brand["promos"] = [{"code": "GOUTER", "amount": 150}]
    return {"gonnaorder": gonnaorder, "spoonity": spoonity | {"rewards": rewards}, "menu": {"brands": [brand]}}


def seed_file(data: Path, vendor: str) -> Path:
    """Where the seed of one server lies."""
    return data / f"{vendor}-seed.json"


def write_seeds(data: Path, keys: dict[str, str]) -> None:
    """Write the secrets and the three seeds, readable by their owner only."""
    signer = Signer([keys["pongo"]])
    secrets = {vendor: signer.sign("programme", vendor) for vendor in VENDORS}
    _write(data / SECRETS, secrets)
    for vendor, seed in seeds(secrets).items():
        _write(seed_file(data, vendor), seed)


def _write(path: Path, content: dict[str, Any]) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
    part.replace(path)
