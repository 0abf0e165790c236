"""At a programme that knows money and no points: no page speaks of points, and one tap puts the wallet on the order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.carrier import KEY, carrier
from tests.contract.gonnaorder_calls import ADA
from tests.functional.programme_house import BASE, House, open_house
from tests.shop import Browser, Watched
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.proof import prove


@pytest.fixture
def house(watched: Watched, shared_data: Path) -> Iterator[House]:
    """At GonnaOrder, where Ada has 5.50 on her wallet; text messages can be sent."""
    with carrier() as sms:
        told = {"sms_provider": "sandbox", "sms_url": sms.url, "sms_api_key": KEY}
        with open_house("gonnaorder", watched, shared_data, **told) as opened:
            yield opened


def _known(house: House) -> Browser:
    browser = house.diner("DES-FAR")
    browser.submit(who=ADA)
    return browser


def _proved(house: House, browser: Browser) -> Browser:
    """As if the code had been typed: the way back to what was asked for."""
    with house.shop.database.transaction() as session:
        for visit in session.scalars(select(Visit).where(Visit.customer_id.is_not(None))):
            prove(session, visit.browser, visit.customer_id or 0, "sms", house.shop.clock.now())
    browser.get(f"{BASE}/proof?next=resume_reward")
    return browser


def test_no_page_speaks_of_points(house: House) -> None:
    stranger = house.diner("DES-FAR")
    assert "My account" in stranger.get(f"{BASE}/").text
    pages = [stranger.page, stranger.get(f"{BASE}/identify"), stranger.submit(who="nobody-1")]
    assert "No account found" in pages[-1].text
    browser = _known(house)
    pages += [browser.get(f"{BASE}{one}") for one in ("/identify", "/proof", "/checkout", "/loyalty")]
    for page in pages:
        assert page.status == 200
        assert "points" not in page.text.lower(), page.path


def test_what_was_tapped_before_the_proof_is_in_the_basket_after_it(house: House) -> None:
    browser = _known(house)
    browser.get(f"{BASE}/loyalty")
    page = browser.submit(form=browser.page.form(f"{BASE}/reward"))
    assert page.path.startswith(f"{BASE}/proof")
    page = _proved(house, browser).page
    assert page.path == f"{BASE}/basket"
    assert "€5.20" in page.text.replace("−", "-")
    assert "Keep it for later" in page.text
    assert house.rows("SELECT * FROM voucher WHERE code = 'xyz'")[0]["discount"] == 550  # spent by paying alone


def test_a_link_that_only_names_a_reward_puts_nothing_on_the_order(house: House) -> None:
    browser = _known(house)
    browser.get(f"{BASE}/loyalty")
    owned = browser.page.form(f"{BASE}/reward").first("input", name="owned").attributes["value"]
    assert browser.get(f"{BASE}/reward?owned={owned}").path.startswith(f"{BASE}/proof")
    assert _proved(house, browser).page.path == f"{BASE}/loyalty"
    assert "Keep it for later" not in browser.get(f"{BASE}/basket").text
