"""Words nobody else may ever read, planted in every field of a journey: no log, figure or error page holds one."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from tests.functional.town import HOME, Town, open_town
from tests.peers import CLIENT_SECRET, TOKEN
from tests.shop import SECRETS, Browser, Watched
from webapp.ground import logs
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.upkeep.figures import count_outbox
from webapp.usecases.upkeep.retention import forget
from webapp.usecases.upkeep.tidy import tidy

PHONE = "07 45 98 31 26"
EMAIL = "zorglub.canary@example.org"
METRICS = "metrics-canary-0123456789-0123456789"
PLANTED = {
    "phone": "745983126",
    "phone as typed": "45 98 31 26",
    "e-mail": "zorglub.canary",
    "name": "Zephyrine",
    "note": "Ocarina",
    "code": "XYLOCODE",
    "query": "querycanary",
    "path": "pathcanary",
    "form": "formcanary",
    "header": "headercanary",
    "cookie": "cookiecanary",
    "exception": "exceptioncanary",
    "language": "langcanary",
    "metrics token": METRICS,
    "loyalty token": TOKEN,
    "loyalty secret": CLIENT_SECRET,
    **{name: value if isinstance(value, str) else value[0] for name, value in SECRETS.items()},
}


@pytest.fixture
def town(watched: Watched, shared_data: Path, tmp_path: Path) -> Iterator[Town]:
    with open_town(watched, shared_data, tmp_path, metrics_token=METRICS, log_level="DEBUG") as opened:
        yield opened


def fail() -> NoReturn:
    raise RuntimeError(f"exceptioncanary {PHONE} {EMAIL}")


def faulty(town: Town, browser: Browser) -> list[str]:
    """The pages of everything that can go wrong, asked for with planted words."""
    headers = {"X-Odd": "headercanary", "Cookie": "passe=cookiecanary", "Referer": "http://x/?querycanary"}
    asked = [
        ("/nowhere/pathcanary?a=querycanary", "GET"),
        (f"{HOME}d/pathcanary?line=querycanary", "GET"),
        (f"{HOME}t/{'a' * 16}.{'a' * 26}?q=querycanary", "GET"),
        ("/o/pathcanary.aaaa?q=querycanary", "GET"),
        (f"{HOME}basket?q=querycanary", "DELETE"),
        (f"{HOME}identify?q=querycanary", "POST"),
        ("/callbacks/payment/pathcanary?q=querycanary", "POST"),
        ("/callbacks/payment/sandbox?q=querycanary", "POST"),
        ("/broken?q=querycanary", "GET"),
        ("/metrics?token=querycanary", "GET"),
    ]
    pages = []
    for path, method in asked:
        data = {"phone": PHONE, "x": "formcanary"} if method == "POST" else None
        stranger = town.shop.app.test_client()
        answer = stranger.open(path, method=method, data=data, headers={**headers, "Accept-Language": "langcanary"})
        assert answer.status_code >= 400, path
        pages.append(answer.text)
    return pages


def journey(town: Town) -> list[str]:
    """Order, join, pay and be told of points, with every neighbour failing on the way; the words no one may find."""
    browser = town.shop.browser("en")
    browser.get(f"{HOME}t/{town.shop.code()}?utm=querycanary")
    browser.post(f"{HOME}d/DES-FAR?from=querycanary", {"quantity": "1", "note": "Ocarina, no nuts"})
    browser.get(f"{HOME}basket?code=XYLOCODE")
    browser.post(f"{HOME}codes", {"code": "XYLOCODE"})
    browser.get(f"{HOME}identify")
    town.loyalty.fault(kind="error", status=500)
    browser.post(f"{HOME}identify", {"phone": PHONE})
    browser.get(f"{HOME}identify")
    page = browser.post(f"{HOME}identify", {"phone": PHONE})
    assert page.path.endswith("/join")
    browser.submit(consent_email="yes", email=EMAIL, consent_sms="no")
    town.payment.fault("sessions.create", "error_before")
    link = town.place(browser, name="Zephyrine")
    assert browser.raw(f"/pay/{link}").status_code == 503
    session = town.start(browser, link)
    town.payment.act(session, "pay")
    order = town.order()
    about = {"id": session, "reference": order.reference, "attempt_number": 1}
    notice = {"id": "evt_c", "kind": "session.captured", "created_at": "2026-11-24T11:30:00+00:00", "session": about}
    body = json.dumps({**notice, "account": "acct_sandbox", "livemode": False, "card": "formcanary"}).encode()
    town.payment.fault("sessions.read", "error_before")
    town.call_back(body)
    town.call_back(body[:-1], headers={"Sandbox-Signature": "headercanary"})
    town.later(minutes=2)
    reconcile(town.shop.wiring)
    assert town.order().state == "paid"
    connection = town.rows("SELECT id FROM loyalty_connection")[0][0]
    for status in (500, 401, 422, None):
        if status:
            town.loyalty.fault(kind="error", status=status, count=3)
        work_lane(town.shop.wiring, connection)
        town.later(minutes=30)
    count_outbox(town.shop.wiring)
    tidy(town.shop.wiring)
    forget(town.shop.wiring)
    browser.get(f"/o/{link}?q=querycanary")
    cookie = browser.client.get_cookie("passe")
    assert cookie is not None
    return [link, link.split(".")[1], order.reference, town.shop.code().split(".")[0], cookie.value, session]


def test_what_is_planted_in_every_field_is_found_nowhere(town: Town, capfd: pytest.CaptureFixture[str]) -> None:
    town.shop.app.add_url_rule("/broken", view_func=fail)
    private = [*PLANTED.values(), *journey(town)]
    pages = faulty(town, town.shop.browser())
    logs.get().info("the end", number=1)
    figures = town.shop.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {METRICS}"})
    assert figures.status_code == 200
    written = capfd.readouterr()
    heard = {"log": written.out, "errors": written.err, "figures": figures.text, "pages": "\n".join(pages)}
    assert "broken" in heard["log"]
    assert "callback_refused" in heard["log"]
    assert "passe_plat_requests" in heard["figures"]
    found = [(place, word) for place, text in heard.items() for word in private if word.lower() in text.lower()]
    # The language switch of a dish that is gone leads back to that dish, and to nothing else of the address.
    found.remove(("pages", "pathcanary"))
    assert found == []
    assert not re.search(r"\?\w+=", heard["log"]), "a query"


def test_the_figures_are_for_whoever_holds_the_token(town: Town) -> None:
    client = town.shop.app.test_client()
    for given in ("", "Bearer", "Bearer ", METRICS[:-1], f"Bearer {METRICS}x", f"Bearer {METRICS[:-1]}", "Bearer é"):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404
    assert client.get(f"/metrics?token={METRICS}").status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {METRICS}"}).status_code == 200
