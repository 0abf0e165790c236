"""Where the bench plays: a directory and a database of its own, filled, and settings that fit; gone afterwards."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.app import create_app
from webapp.doors.cli.bench import bare, postgresql
from webapp.doors.cli.bench.house import MERCHANT, house
from webapp.doors.cli.bench.seats import Seats
from webapp.ground.clock import SystemClock
from webapp.ground.config import PREFIX, Settings, load_settings
from webapp.ground.db import Database
from webapp.ground.randomness import SystemRandomness
from webapp.ground.secrets import Vault
from webapp.migrations import level
from webapp.nouns.merchant.models import Store
from webapp.ports.loyalty.pongo import Pongo
from webapp.usecases.setup.house import store_house
from webapp.usecases.setup.loyalty import Access, connect, map_stores

PAYMENT_KEY, PAYMENT_SECRET = "bench-key-of-the-payment-sandbox-0000", "bench-secret-of-the-payment-callbacks-0000"
STORES = 24  # each is cold once a round
ENDLESS = 1_000_000


@dataclass(frozen=True)
class Stage:
    """What every measurement uses. `scale`: 1.0 in the full run, less in the quick one."""

    folder: Path
    settings: Settings
    environment: Mapping[str, str]
    database: Database
    seats: Seats
    rounds: int
    scale: float

    def many(self, count: int) -> int:
        """So many in this run; the full run's `count` scaled, never less than 8."""
        return max(8, round(count * self.scale))


@dataclass(frozen=True)
class Wish:
    """How the bench was asked to run. `kind`: sqlite or postgresql."""

    kind: str
    rounds: int
    scale: float
    payment_port: int
    loyalty_port: int


def _environment(folder: Path, wish: Wish, url: str, own: Mapping[str, str]) -> dict[str, str]:
    draw = SystemRandomness()
    settings = {
        "MODE": "test",
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": url,
        "SECRET_KEYS": draw.token(32),
        "VAULT_KEYS": Fernet.generate_key().decode(),
        "WEB_WORKERS": "1",
        "WEB_THREADS": "4",
        "PAYMENT_PROVIDER": "sandbox",
        "SANDBOX_PAYMENT_URL": f"http://127.0.0.1:{wish.payment_port}",
        "SANDBOX_PAYMENT_API_KEY": PAYMENT_KEY,
        "SANDBOX_PAYMENT_WEBHOOK_SECRETS": PAYMENT_SECRET,
        "PONGO_BASE_URL": f"http://127.0.0.1:{wish.loyalty_port}/v1",
    }
    kept = {name: value for name, value in own.items() if not name.startswith(PREFIX)}
    return kept | {PREFIX + name: value for name, value in settings.items()}


@contextmanager
def stage(wish: Wish, own: Mapping[str, str]) -> Iterator[Stage]:
    """Everything made and filled. `own`: the environment the bench runs in; none of our settings is taken from it."""
    with tempfile.TemporaryDirectory(prefix="passe-plat-bench-") as name, postgresql.urls(wish.kind, Path(name)) as url:
        folder = Path(name)
        environment = _environment(folder, wish, url.ours, own) | {bare.DATABASE: url.bare}
        values = {
            key.removeprefix(PREFIX).lower(): value for key, value in environment.items() if key.startswith(PREFIX)
        }
        settings = load_settings(**values)
        settings.data_dir.mkdir()
        database = Database(settings.database_url)
        try:
            level.upgrade(database)
            _fill(database, settings)
            bare.prepare(url.bare, house(MERCHANT, 1).menu)
            app = create_app(settings)
            yield Stage(folder, settings, environment, database, Seats(app, database), wish.rounds, wish.scale)
        finally:
            database.close()


def _fill(database: Database, settings: Settings) -> None:
    now, vault = SystemClock().now(), Vault(settings.secrets_of("vault_keys"))
    with database.transaction() as session:
        store_house(session, house(MERCHANT, STORES), SystemRandomness(), now)
        # The last store is never measured cold and never runs out of room in a slot.
        session.execute(update(Store).values(slot_items=ENDLESS))
        join_programme(session, vault, MERCHANT, now - timedelta(days=1))


def join_programme(session: Session, vault: Vault, slug: str, now: datetime) -> int:
    """Connect a merchant to the loyalty stand-in, its token being its own slug; the connection's row."""
    made = connect(session, vault, slug, Access(Pongo.vendor, slug, f"secret-of-{slug}", slug), now)
    map_stores(session, slug, {"s0": f"{slug}-s0"}, now)
    return made
