"""The demo's secrets: made at its first start, kept in its data directory, readable by its owner only."""

import json
import os
import shutil
from pathlib import Path

from cryptography.fernet import Fernet

from webapp.doors.cli.addresses import CannotStart
from webapp.ground.links import Signer
from webapp.ground.randomness import Randomness

HOME = Path(__file__).resolve().parents[3] / ".data"
KEYS = "keys.json"
SETTINGS = "settings.json"
LOCK = "lock"
TILL_STORE = "marseille-panier"
TILL_ACCOUNT = f"till-{TILL_STORE}"


def _write_private(path: Path, content: dict[str, str]) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file, indent=1)
    part.replace(path)


def _read(path: Path) -> dict[str, str] | None:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return {str(name): str(value) for name, value in content.items()} if isinstance(content, dict) else None


def keys(data: Path, randomness: Randomness) -> dict[str, str]:
    """The secrets kept in `data`, made there if there are none: names are our own, values are plain."""
    kept = _read(data / KEYS)
    if kept is None:
        kept = {
            "signing": randomness.token(32),
            "vault": Fernet.generate_key().decode(),
            "payment_api": "sk_" + randomness.token(24),
            "payment_webhook": "wh_" + randomness.token(24),
            "sms_api": "sk_" + randomness.token(24),
            "pongo": randomness.token(32),
            "metrics": "mt_" + randomness.token(24),
        }
        _write_private(data / KEYS, kept)
    return kept


def till_secret(keys: dict[str, str]) -> str:
    """What signs between the shop and the demo's till."""
    return Signer([keys["pongo"]]).sign("till", TILL_STORE)


def remember(data: Path, environment: dict[str, str]) -> None:
    """Keep the settings the demo in `data` runs with, for sub-commands typed in another terminal."""
    _write_private(data / SETTINGS, environment)


def recall(home: Path = HOME) -> dict[str, str] | None:
    """The settings of the demo that was started last in this checkout, or None when there was none."""
    found = sorted(home.glob(f"*/{SETTINGS}"), key=lambda path: path.stat().st_mtime)
    return _read(found[-1]) if found else None


def forget(data: Path) -> None:
    """Remove everything a demo kept in `data` but its lock; a directory that is not a demo's is left alone.

    Raises:
        CannotStart: when `data` holds files but was not made by a demo.
    """
    kept = [path for path in data.iterdir() if path.name != LOCK]
    if kept and not (data / KEYS).exists():
        raise CannotStart(f"{data} was not made by the demo and is left alone: empty it, or choose another --data.")
    for path in kept:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
