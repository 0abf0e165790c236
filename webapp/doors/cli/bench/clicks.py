"""One diner pressing "Get it" two thousand times at once: one debit at the programme, one purchase here (R2)."""

import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import select

from webapp.doors.cli.bench.house import MERCHANT
from webapp.doors.cli.bench.load import Browser, Line, drive, request
from webapp.doors.cli.bench.orders import SHOP
from webapp.doors.cli.bench.report import Failed, Figure
from webapp.doors.cli.bench.seats import STORE
from webapp.doors.cli.bench.servers import ROOT, free_port, gunicorn, process
from webapp.doors.cli.bench.stage import Stage
from webapp.ground.clock import SystemClock
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.customer.proof import prove
from webapp.nouns.promotion.models import RewardPurchase

CLICKS = 2000
PHONE, POINTS, COST = "33612000099", 10_000, 50
REWARD = "rew_bench"


def figure(stage: Stage) -> Figure:
    """Press once per connection, all at the same time; count what both sides keep.

    Raises:
        Failed: a press that is answered with anything but the way on, or more than one debit.
    """
    count, port = stage.many(CLICKS), free_port()
    seed = _seed(stage.folder / "clicks-seed.json")
    command = [sys.executable, "-m", "webapp.sandbox.pongo", "--port", str(port), "--seed", str(seed)]
    plain = dict(stage.environment) | {"PYTHONPATH": str(ROOT)}
    state = ["--state", str(stage.folder / "clicks.sqlite3")]
    address = {"PASSE_PLAT_PONGO_BASE_URL": f"http://127.0.0.1:{port}/v1"}
    with (
        process([*command, *state], plain, stage.folder / "clicks-loyalty.log", port),
        gunicorn("wsgi:app", dict(stage.environment) | address, stage.folder, "clicks") as server,
    ):
        seconds = drive(server.port, [_press(stage, server.port)] * count, status=303, lines=count)
        debits = _debits(port)
    bought = _bought(stage)
    if len(debits) > 1 or len(bought) != 1:
        raise Failed(f"{count} presses made {len(debits)} debits and {len(bought)} purchases")
    detail = f"{count} presses at once over HTTP, {seconds:.1f} s, purchase {bought[0]}"
    return Figure("presses of one button", f"{len(debits)} debit", "1 debit", len(debits) == 1, detail)


def _seed(path: Path) -> Path:
    reward = {"id": REWARD, "type": "voucher_amount", "name": "Bench", "points": COST, "value": 500}
    merchant: dict[str, Any] = {
        "id": "mer_bench", "name": "Bench", "client_id": MERCHANT, "client_secret": "bench", "token": MERCHANT,
        "stores": [{"slug": f"{MERCHANT}-{STORE}", "name": "Bench"}], "rewards": [reward],
        "customers": [{"phone": PHONE, "points": POINTS}],
    }  # fmt: skip
    path.write_text(json.dumps({"merchants": [merchant]}), "utf-8")
    return path


def _press(stage: Stage, port: int) -> bytes:
    """The post of a diner who has given and proved the number and looks at the confirmation."""
    browser = Browser(Line(port))
    browser.get(stage.seats.scan_path, 303)
    browser.get(f"{SHOP}/identify")
    browser.post(f"{SHOP}/identify", {"phone": f"+{PHONE}", "country": "FR"})
    with stage.database.transaction() as session:
        found = select(Visit.browser, Customer.id).join(Customer, Customer.id == Visit.customer_id)
        known, customer_id = session.execute(found.where(Customer.phone == f"+{PHONE}")).one()
        prove(session, known, customer_id, "sms", SystemClock().now())
    page = browser.get(f"{SHOP}/loyalty/get?reward={REWARD}").body.decode()
    fields = {"reward": REWARD, "key": _field(page, "key"), "cost": _field(page, "cost"), "csrf_token": browser.token}
    return request("POST", f"{SHOP}/loyalty/get", {"Cookie": browser.cookie}, form=fields)


def _field(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def _debits(port: int) -> list[int]:
    ledger = json.loads(Line(port).ask(request("GET", "/_ledger.json")).body)
    moves = [move["points"] for customer in ledger["merchants"][0]["customers"] for move in customer["movements"]]
    return [-points for points in moves if points < 0]


def _bought(stage: Stage) -> list[str]:
    with stage.database.reading() as session:
        return list(session.scalars(select(RewardPurchase.state)))
