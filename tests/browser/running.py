"""The whole demo as a person starts it, on ports and in a directory of its own; ended by its process id."""

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from tests.browser import open_house
from tests.http import CLIENT
from webapp.doors.cli.addresses import CannotStart, check_free
from webapp.ground.db import Database
from webapp.nouns.order.models import Order, PaymentAttempt

READY = "Ctrl-C ends all of it."
HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Demo:
    """A running demo: the addresses of its services and the directory it keeps its data in."""

    process: subprocess.Popen[str]
    port: int
    data: Path
    people: int = 0
    payment_page: str = ""  # where the payment pages are, when not at the sandbox of this very demo

    @property
    def site(self) -> str:
        """Base address of the shop."""
        return f"http://{HOST}:{self.port}"

    @property
    def store(self) -> str:
        """The address of the store most journeys happen in."""
        return f"{self.site}/r/{open_house.MERCHANT}/{open_house.STORE}"

    def settings(self) -> dict[str, str]:
        """The environment a sub-command in another terminal runs with."""
        kept: dict[str, str] = json.loads((self.data / "settings.json").read_text())
        return dict(os.environ) | kept

    def command(self, *words: str) -> str:
        """What a sub-command of the operator says; it must succeed."""
        call = [sys.executable, "-m", "webapp.doors.cli", *words]
        done = subprocess.run(call, env=self.settings(), cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tables(self, *more: str, store: str = open_house.STORE, merchant: str = open_house.MERCHANT) -> dict[str, str]:
        """The printed address of every table, by label."""
        said = self.command("tables", "--merchant", merchant, "--store", store, *more)
        rows = [line.rsplit(maxsplit=1) for line in said.splitlines()]
        return {label.strip(): address for label, address in rows}

    def sold_out(self, sku: str, *more: str, store: str = open_house.STORE) -> None:
        """Take a dish off sale, or put it back with `--back`."""
        self.command("sold-out", "--merchant", open_house.MERCHANT, "--store", store, sku, *more)

    def kitchen(self, number: str, to: str) -> None:
        """Say how far the kitchen is with an order."""
        place = ("--merchant", open_house.MERCHANT, "--store", open_house.STORE)
        self.command("order-progress", *place, "--number", number, "--to", to)

    def new_number(self) -> str:
        """A French mobile number nobody used before, as its owner would dial it."""
        self.people += 1
        return f"06 12 34 {self.people // 100:02} {self.people % 100:02}"

    def member(self, points: int, *owned: str) -> str:
        """Make somebody a member of the programme at its own desk; the number, as its owner would dial it."""
        number = self.new_number()
        seed = json.loads((self.data / "pongo-seed.json").read_text("utf-8"))["merchants"][0]
        seed |= {"customers": [{"phone": digits(number), "points": points, "owned": list(owned)}], "credit_delay_s": 1}
        CLIENT.post(f"http://{HOST}:{self.port + 1}/_seed", json={"merchants": [seed]}).raise_for_status()
        return number

    def programme(self) -> dict[str, Any]:
        """What the loyalty server has recorded about the merchant."""
        answer = CLIENT.get(f"http://{HOST}:{self.port + 1}/_ledger.json").json()
        found: dict[str, Any] = next(one for one in answer["merchants"] if open_house.MERCHANT in one["id"])
        return found

    def person(self, number: str) -> dict[str, Any] | None:
        """The programme's record of a number, if it knows it."""
        people = self.programme()["customers"]
        return next((one for one in people if one["international_phone_number"] == digits(number)), None)

    def bank(self) -> dict[str, Any]:
        """What the payment provider has recorded."""
        found: dict[str, Any] = CLIENT.get(f"http://{HOST}:{self.port + 2}/_ledger.json").json()
        return found

    def delivered(self, event_id: str) -> bool:
        """Whether the shop has taken this callback of the payment provider."""
        return any(one["id"] == event_id and one["state"] == "delivered" for one in self.bank()["events"])

    def database(self) -> Database:
        """The shop's own database, to be closed by the caller."""
        return Database(f"sqlite:///{self.data}/passe-plat.db")

    def let_a_minute_pass(self, reference: str) -> None:
        """Make the reconciler's first look at this order's payments due now rather than in a minute."""
        order = select(Order.id).where(Order.reference == reference).scalar_subquery()
        due = update(PaymentAttempt).where(PaymentAttempt.order_id == order).values(next_check_at=datetime.now(UTC))
        database = self.database()
        database.run(lambda session: session.execute(due))
        database.close()

    def order_state(self, reference: str) -> str | None:
        """The state of an order as the shop's database has it."""
        database = self.database()
        try:
            with database.reading() as session:
                return session.scalar(select(Order.state).where(Order.reference == reference))
        finally:
            database.close()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=30)


def digits(number: str) -> str:
    """A French number as the programme writes it: `06 12 34 56 78` → `33612345678`."""
    return "33" + number.replace(" ", "")[1:]


def _free_port() -> int:
    for _ in range(50):
        port = random.randrange(20000, 32000, 8)  # noqa: S311 -- any free port will do
        try:
            check_free(HOST, port)
        except CannotStart:
            continue
        return port
    raise AssertionError("no eight free ports in a row")


def start(folder: Path, **settings: str) -> Demo:
    """Start it in `folder` and wait until it invites; what it said instead when it does not come up.

    `settings`: that differ from the demo's own, by their names without prefix.
    """
    data, port = folder / "data", _free_port()
    catalog = open_house.write(folder / "house.json")
    # Every browser of the tests is a person with an address of its own, as behind a proxy: see `people`.
    env = {name: value for name, value in os.environ.items() if not name.startswith("PASSE_PLAT_")}
    env |= {"PASSE_PLAT_TRUSTED_PROXIES": "1", "PYTHONUNBUFFERED": "1"}
    env |= {f"PASSE_PLAT_{name}": value for name, value in settings.items()}
    call = [
        sys.executable,
        "-m",
        "webapp.doors.cli",
        "--port",
        str(port),
        "--data",
        str(data),
        "--catalog",
        str(catalog),
    ]
    process = subprocess.Popen(call, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if READY in line:
            return Demo(process, port, data)
    raise AssertionError("the demo did not start:\n" + "".join(said))
