"""The demo's loyalty server: what it knows at its first start, and the access our side is given to it."""

import json
import os
from pathlib import Path
from typing import Any

from webapp.ground.links import Signer

SOURCE = Path(__file__).resolve().parents[2] / "demo" / "pongo.json"
SEED = "pongo-seed.json"


def seed(keys: dict[str, str], source: Path = SOURCE) -> dict[str, Any]:
    """The content of `source` with client id, client secret and token made for each merchant from our `keys`."""
    document: dict[str, Any] = json.loads(source.read_text("utf-8"))
    signer = Signer([keys["pongo"]])
    for merchant in document["merchants"]:
        for field in ("client_id", "client_secret", "token"):
            merchant[field] = signer.sign(f"pongo {field}", merchant["slug"])
    return document


def write_seed(data: Path, keys: dict[str, str]) -> None:
    """Write `data`/pongo-seed.json, which the loyalty server starts from and `demo.load` takes its access from."""
    part = (data / SEED).with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(seed(keys), file, ensure_ascii=False, indent=1)
    part.replace(data / SEED)
