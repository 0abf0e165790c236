"""What a diner notices when the loyalty partner hangs: the middle journey, with the number typed on the way."""

import time

from webapp.doors.cli.bench.house import sku
from webapp.doors.cli.bench.load import Browser, Line, request
from webapp.doors.cli.bench.orders import SHOP
from webapp.doors.cli.bench.report import Figure, middle
from webapp.doors.cli.bench.servers import gunicorn
from webapp.doors.cli.bench.stage import Stage

MOST = 1.1


def figure(stage: Stage, loyalty_port: int) -> Figure:
    """Journeys with an answering programme, then with one that accepts every call and never answers."""
    # Every journey comes from an address of its own, as diners do: numbers typed from one address are limited.
    environment = dict(stage.environment) | {"PASSE_PLAT_TRUSTED_PROXIES": "1"}
    count = stage.many(60)
    with gunicorn("wsgi:app", environment, stage.folder, "partner") as server:
        answering = [_journey(stage, server.port, number) for number in range(count)]
        programme = Line(loyalty_port)
        programme.ask(request("POST", "/_hang?on"))
        try:
            hanging = [_journey(stage, server.port, count + number) for number in range(count)]
        finally:
            programme.ask(request("POST", "/_hang?off"))
    ratio = middle(hanging) / middle(answering)
    detail = (
        f"median {middle(answering) * 1000:.0f} ms → {middle(hanging) * 1000:.0f} ms, "
        f"worst {max(hanging):.1f} s, {count} journeys each"
    )
    return Figure("journey while the programme hangs", f"{ratio:.2f} ×", f"≤ {MOST} ×", ratio <= MOST, detail)


def _journey(stage: Stage, port: int, number: int) -> float:
    browser = Browser(Line(port), sent={"X-Forwarded-For": f"10.0.{number // 250}.{number % 250 + 1}"})
    began = time.perf_counter()
    browser.get(stage.seats.scan_path, 303)
    browser.get(browser.location)
    browser.post(f"{SHOP}/d/{sku(0)}", {"quantity": "1"})
    browser.get(f"{SHOP}/identify")
    browser.post(f"{SHOP}/identify", {"phone": f"06 1{number // 100:01d} {number % 100:02d} 56 78", "country": "FR"})
    browser.get(f"{SHOP}/checkout")
    return time.perf_counter() - began
