"""Writing: a dish into the basket, an order placed, and whole journeys from the scan to the paid order."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from webapp.doors.cli.bench.bare import DATABASE
from webapp.doors.cli.bench.bare_tables import BareOrder, Told
from webapp.doors.cli.bench.house import MERCHANT, sku
from webapp.doors.cli.bench.load import Browser, Line, request
from webapp.doors.cli.bench.pages import Pair, measured
from webapp.doors.cli.bench.report import Failed, Figure, Load, compared
from webapp.doors.cli.bench.seats import STORE, Diner
from webapp.doors.cli.bench.servers import Server
from webapp.doors.cli.bench.stage import PAYMENT_SECRET, Stage
from webapp.ground.db import Database
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.models import OutboxMessage

SHOP = f"/r/{MERCHANT}/{STORE}"
PLAIN = sku(0)


def add(stage: Stage, servers: Pair) -> Figure:
    """A dish without options into baskets that hold others already, against one row written."""
    diners = stage.seats.diners(24, lines=2)
    form = {"quantity": "1"}
    ours = [
        request("POST", f"{SHOP}/d/{PLAIN}", {"Cookie": diner.cookie}, form={**form, "csrf_token": diner.token})
        for diner in diners
    ]
    bares = [request("POST", f"/add/{PLAIN}", form=form)] * len(ours)
    times = max(1, stage.many(1200) // len(ours))
    rounds: tuple[list[Load], list[Load]] = ([], [])
    for _ in range(stage.rounds):
        rounds[0].append(measured(servers.ours, ours * times, 303))
        rounds[1].append(measured(servers.bare, bares * times, 303))
    return compared("add to the basket", *rounds, least=0.3)


def place(stage: Stage, servers: Pair) -> Figure:
    """The last page's tap with three lines: priced again, frozen, number drawn, slot held, attempt written."""
    bare = request("POST", "/place", form={"name": "Ada"})
    rounds: tuple[list[Load], list[Load]] = ([], [])
    for _ in range(stage.rounds):
        diners = stage.seats.diners(stage.many(500), lines=3)
        messages = [tap(diner, stage.seats.shown(diner)) for diner in diners]
        rounds[0].append(measured(servers.ours, messages, 303))
        rounds[1].append(measured(servers.bare, [bare] * len(messages), 303))
    return compared("place an order of three lines", *rounds, least=0.5)


def tap(diner: Diner, shown: str) -> bytes:
    """The confirmation of the last page as this diner saw it."""
    form = {"csrf_token": diner.token, "shown": shown, "name": "Ada"}
    return request("POST", f"{SHOP}/checkout", {"Cookie": diner.cookie}, form=form)


def signed(secret: str, body: bytes) -> str:
    """The signature header of a callback sent now."""
    stamp = str(int(time.time()))
    mark = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={mark}"


def _callback(session_id: str, reference: str) -> bytes:
    told = {
        "id": f"evt_{session_id}",
        "kind": "payment.captured",
        "created_at": datetime.now(UTC).isoformat(),
        "account": "acct_sandbox",
        "livemode": False,
        "session": {"id": session_id, "reference": reference, "attempt_number": 1},
    }
    return json.dumps(told).encode()


@dataclass
class Road:
    """The addresses of one journey, ours or the bare one's."""

    server: Server
    payment: Line
    api: str
    scan: str
    add: str
    checkout: str
    place: str
    callback: str

    def travel(self, browser: Browser) -> float:
        """Scan, read the menu, add, read the last page, place, go to the payment page, pay, be called back; seconds."""
        began = time.perf_counter()
        browser.get(self.scan, 303)
        browser.get(browser.location)
        browser.post(self.add, {"quantity": "1"})
        shown = _digest(browser.get(self.checkout).body)
        browser.post(self.place, {"shown": shown, "name": "Ada"})
        browser.get(browser.location, 303)
        session_id = browser.location.rpartition("/")[2]
        paid = self.payment.ask(request("POST", f"/pay/{session_id}", form={"action": "pay"}))
        if paid.status != 303:
            raise Failed(f"the payment page answered {paid.status}")
        look = request("GET", f"/v1/sessions/{session_id}", {"Authorization": self.api})
        reference = json.loads(self.payment.ask(look).body)["reference"]
        body = _callback(session_id, reference)
        sent = request("POST", self.callback, {"Sandbox-Signature": signed(PAYMENT_SECRET, body)}, body=body)
        if browser.line.ask(sent).status != 204:
            raise Failed("a callback was refused")
        return time.perf_counter() - began


def _digest(page: bytes) -> str:
    _, found, rest = page.partition(b'name="shown" value="')
    return rest.partition(b'"')[0].decode() if found else ""


def our_road(stage: Stage, servers: Pair, payment_port: int, api: str) -> Road:
    """Our journey."""
    return Road(
        servers.ours, Line(payment_port), api, stage.seats.scan_path, f"{SHOP}/d/{PLAIN}", f"{SHOP}/checkout",
        f"{SHOP}/checkout", "/callbacks/payment/sandbox",
    )  # fmt: skip


def bare_road(servers: Pair, payment_port: int, api: str) -> Road:
    """The bare one's."""
    return Road(
        servers.bare, Line(payment_port), api, "/t/bare-table", f"/add/{PLAIN}", "/checkout", "/place", "/callback"
    )


def known(diner: Diner, port: int) -> Browser:
    """The browser of a diner who has been here before."""
    name, _, value = diner.cookie.partition("=")
    return Browser(Line(port), {name: value}, diner.token)


def _round(road: Road, browsers: list[Browser], settled: Callable[[], int]) -> Load:
    before, cpu = settled(), road.server.cpu_s()
    wall = sum(road.travel(browser) for browser in browsers)
    done = settled() - before
    if done != len(browsers):
        raise Failed(f"{len(browsers)} journeys, but {done} paid orders with their row in the outbox")
    return Load(len(browsers), wall, road.server.cpu_s() - cpu)


def journeys(stage: Stage, servers: Pair, payment_port: int, api: str) -> Figure:
    """Whole journeys of diners known to the programme; each must end as a paid order with its row in the outbox."""
    ours, plain = our_road(stage, servers, payment_port, api), bare_road(servers, payment_port, api)
    count = stage.many(80)
    rounds: tuple[list[Load], list[Load]] = ([], [])
    other = Database(stage.environment[DATABASE])
    try:
        for _ in range(stage.rounds):
            diners = stage.seats.diners(count)
            rounds[0].append(_round(ours, [known(d, servers.ours.port) for d in diners], lambda: _ours(stage)))
            bares = [Browser(Line(servers.bare.port)) for _ in range(count)]
            rounds[1].append(_round(plain, bares, lambda: _bares(other)))
    finally:
        other.close()
    return compared("journey: scan, menu, add, last page, place, pay, callback", *rounds, most=2.5)


def _ours(stage: Stage) -> int:
    query = select(func.count()).join(OutboxMessage, OutboxMessage.order_id == Order.id).where(Order.state == "paid")
    with stage.database.reading() as session:
        return session.scalar(query.select_from(Order)) or 0


def _bares(database: Database) -> int:
    query = select(func.count()).join(Told, Told.order_id == BareOrder.id).where(BareOrder.state == "paid")
    with database.reading() as session:
        return session.scalar(query.select_from(BareOrder)) or 0
