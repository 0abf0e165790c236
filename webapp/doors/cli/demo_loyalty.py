"""The demo's loyalty server: what it knows at its first start, and the access our side is given to it."""

import json
import os
from pathlib import Path
from typing import Any

from webapp.ground.links import Signer

SOURCE = Path(__file__).resolve().parents[2] / "demo" / "pongo.json"
SEED = "pongo-seed.json"


def platform(keys: dict[str, str]) -> dict[str, str]:
    """What the loyalty server calls us, and the secret that goes with it, as settings."""
    signer = Signer([keys["pongo"]])
    return {
        "PONGO_CLIENT_ID": signer.sign("pongo client_id", "platform"),
        "PONGO_CLIENT_SECRET": signer.sign("pongo client_secret", "platform"),
    }


def seed(keys: dict[str, str], site: str, source: Path = SOURCE) -> dict[str, Any]:
    """The content of `source` with our client, and a token and the desk's own address for each merchant.

    Args:
        keys: of the demo.
        site: the shop's base address; the vendor sends browsers back to no other.
        source: merchants, stores, rewards and customers.
    """
    document: dict[str, Any] = json.loads(source.read_text("utf-8"))
    signer, ours = Signer([keys["pongo"]]), platform(keys)
    for merchant in document["merchants"]:
        merchant["client_id"], merchant["client_secret"] = ours["PONGO_CLIENT_ID"], ours["PONGO_CLIENT_SECRET"]
        merchant["token"] = signer.sign("pongo token", merchant["slug"])
        merchant["redirect_uris"] = [f"{site}/desk/{merchant['slug']}/loyalty/callback"]
    return document


def write_seed(data: Path, keys: dict[str, str], site: str) -> None:
    """Write `data`/pongo-seed.json, which the loyalty server starts from and `demo.load` takes its access from."""
    part = (data / SEED).with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(seed(keys, site), file, ensure_ascii=False, indent=1)
    part.replace(data / SEED)
