"""Whatever a programme does or says while somebody orders: a sentence, a page in time, and the sale goes on."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.contract import gonnaorder_calls
from tests.contract.gonnaorder_calls import ADA_CODE
from tests.contract.menu_calls import ADA_MAIL
from tests.contract.peers import Reply, Seen, forwarding, recording_peer
from tests.contract.spoonity_calls import ADA
from tests.functional.programme_house import BASE, House, connect_to, open_house
from tests.shop import Browser, Watched
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.proof import prove
from webapp.sandbox.faults import Fault

WHO = {"gonnaorder": ADA_CODE, "spoonity": ADA, "menu": ADA_MAIL}
WEATHER = (
    {"kind": "hang"},
    {"kind": "hang", "after": True},
    {"kind": "reset", "after": True},
    {"kind": "drip"},
    {"kind": "error", "status": 500},
    {"kind": "error", "status": 429},
    {"kind": "html"},
    {"kind": "malformed"},
    {"kind": "stale"},
)
LONGEST_S = 3.0


def _pages(browser: Browser) -> None:
    """What a diner opens on the way to paying: each in time, none broken, and paying offered at the end."""
    for path in ("loyalty", "basket", "checkout"):
        began = time.monotonic()
        page = browser.get(f"{BASE}/{path}")
        assert time.monotonic() - began < LONGEST_S, path
        assert page.status == 200, path
    assert "Pay €" in page.text


@pytest.mark.parametrize("vendor", ["gonnaorder", "spoonity", "menu"])
def test_no_weather_at_the_programme_keeps_anybody_from_a_page_or_from_paying(
    watched: Watched, shared_data: Path, vendor: str
) -> None:
    with open_house(vendor, watched, shared_data, loyalty_page_seconds=0.4) as house:
        signed_in = _signed_in(house) if vendor == "menu" else None
        for fault in WEATHER:
            house.peer.faults.clear()
            house.shop.clock.set(house.shop.clock.now() + timedelta(minutes=16))
            browser = signed_in or house.diner("DES-FAR")
            house.peer.faults.add(Fault("*", count=99, seconds=1.0, **fault))
            if signed_in is None:
                began = time.monotonic()
                page = browser.submit(who=WHO[vendor])
                assert time.monotonic() - began < LONGEST_S, fault
                assert page.status == 200 or "does not answer" in page.text, fault
            _pages(browser)


def _signed_in(house: House) -> Browser:
    """Somebody whom the programme knows by the code it mailed."""
    browser = house.diner("DES-FAR")
    browser.submit(who=WHO["menu"])
    browser.submit(code=str(house.rows("SELECT value FROM code")[0]["value"]))
    return browser


def _prove(house: House) -> None:
    """Everybody who said who they are has proved it."""
    now = house.shop.clock.now()
    with house.shop.database.transaction() as session:
        for visit in session.scalars(select(Visit).where(Visit.customer_id.is_not(None))):
            prove(session, visit.browser, visit.customer_id or 0, "sms", now)


Change = Callable[[Any], Any]


def _vouchers(**changed: Any) -> Change:
    """GonnaOrder's look-up with other facts in each voucher; None takes the key out."""

    def change(body: Any) -> Any:
        if isinstance(body, dict) and "vouchers" in body:
            body["vouchers"] = [
                {name: value for name, value in (one | changed).items() if value is not None}
                for one in body["vouchers"]
            ]
        return body

    return change


def _blanks(body: Any) -> Any:
    """Keys as one published sample spells them."""
    if isinstance(body, dict):
        return {f" {name} ": _blanks(value) for name, value in body.items()}
    return [_blanks(one) for one in body] if isinstance(body, list) else body


STRANGE = {
    "blanks in keys": (_blanks, "€5.50 off your order."),
    "over 100 per cent": (_vouchers(discountType="PERCENTILE", discount=250, source="STORE"), "Only at the counter"),
    "balance as text": (_vouchers(discount="5.50"), "€5.50 off your order."),
    "a balance that is no number": (_vouchers(discount="a lot"), "Only at the counter"),
    "negative balance": (_vouchers(discount=-5.5), "Only at the counter"),
    "a huge number": (_vouchers(code=2**70, discount=5.5), "€5.50 off your order."),
    "no kind": (_vouchers(discountType=None), "Only at the counter"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_vouchers_are_a_sentence_and_the_sale_goes_on(watched: Watched, shared_data: Path, name: str) -> None:
    change, sentence = STRANGE[name]
    with gonnaorder_calls.sandbox() as peer:
        pass_on = forwarding(peer.url)

        def answer(request: Seen) -> Reply:
            got = pass_on(request)
            strange = "customer-vouchers" in request.path and got.status == 200
            return Reply.of(change(json.loads(got.body))) if strange else got

        with recording_peer(answer) as between:
            where = {"gonnaorder_base_url": between.url, "gonnaorder_login_url": between.url}
            with open_house("gonnaorder", watched, shared_data, **where) as house:
                browser = house.diner("DES-FAR")
                browser.submit(who=ADA_CODE)
                _prove(house)
                page = browser.get(f"{BASE}/loyalty")
                assert sentence in page.text, page.text
                assert "-" not in page.root.first("main").text.replace("e-mail", "").replace("E-mail", "")
                _pages(browser)


def test_money_in_another_currency_than_the_shops_buys_nothing_here_and_the_sale_goes_on(
    watched: Watched, shared_data: Path
) -> None:
    with open_house("gonnaorder", watched, shared_data) as house:
        connect_to(house.shop, "gonnaorder", replace(gonnaorder_calls.ACCOUNT, currency="USD").to_text())
        browser = house.diner("DES-FAR")
        browser.submit(who=ADA_CODE)
        _prove(house)
        browser.get(f"{BASE}/loyalty")
        page = browser.submit(form=browser.page.form("/reward"))
        assert "not" in page.text
        _pages(browser)


def test_a_key_revoked_in_mid_journey_is_a_sentence_and_the_sale_goes_on(watched: Watched, shared_data: Path) -> None:
    with open_house("spoonity", watched, shared_data) as house:
        browser = house.diner("DES-FAR")
        browser.submit(who=ADA)
        with house.peer.memory.transaction() as db:
            db.execute("UPDATE restaurant SET api_key='another' WHERE name='Bastille'")
        house.shop.clock.set(house.shop.clock.now() + timedelta(minutes=10))
        assert "does not answer" in browser.get(f"{BASE}/loyalty").text or "what it said last" in browser.page.text
        _pages(browser)


def test_a_session_that_ended_in_mid_journey_is_opened_anew(watched: Watched, shared_data: Path) -> None:
    with open_house("spoonity", watched, shared_data) as house:
        browser = house.diner("DES-FAR")
        browser.submit(who=ADA)
        with house.peer.memory.transaction() as db:
            db.execute("UPDATE session SET open=0")
        house.shop.clock.set(house.shop.clock.now() + timedelta(minutes=10))
        assert "120" in browser.get(f"{BASE}/loyalty").text
        _pages(browser)


def test_a_programme_switched_in_mid_journey_takes_its_reward_out_of_the_basket_and_says_so(
    watched: Watched, shared_data: Path
) -> None:
    with open_house("gonnaorder", watched, shared_data) as house:
        browser = house.diner("DES-FAR")
        browser.submit(who=ADA_CODE)
        _prove(house)
        browser.get(f"{BASE}/loyalty")
        page = browser.submit(form=browser.page.form("/reward"))
        assert page.path == f"{BASE}/basket"
        house.switch("spoonity")
        page = browser.get(f"{BASE}/basket")
        assert "taken out" in page.text or "no longer" in page.text, page.text
        page = browser.get(f"{BASE}/checkout")
        assert "Pay €5.20" in page.text
