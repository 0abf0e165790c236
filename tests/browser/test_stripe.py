"""Paying at Stripe's stand-in with a phone: declined, asked by the bank, abandoned, closed; kitchen's yes; money back.

What the stand-in took is compared with our own rows at the end of every journey.
"""

import os
import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from tests.browser import open_house, running
from tests.browser.conftest import People
from tests.browser.diner import Diner
from tests.browser.running import Demo
from tests.browser.test_desk import take_up
from tests.contract.peers import free_port
from tests.payment_peer import until
from tests.stripe_peer import ACCOUNT, KEY, SECRETS, StripePeer, localstripe, stripe_peer
from webapp.nouns.order.models import PaymentCapture


@pytest.fixture(scope="module")
def stripe() -> Iterator[StripePeer]:
    with localstripe(free_port()) as upstream, stripe_peer(upstream) as peer:
        yield peer


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, stripe: StripePeer) -> Iterator[Demo]:
    """The demo, its settings naming Stripe, the merchant's keys entered by the operator."""
    chosen = {"PAYMENT_PROVIDER": "stripe", "STRIPE_API_URL": stripe.url, "STRIPE_PAGE_URL": stripe.url}
    started = running.start(tmp_path_factory.mktemp("stripe"), **chosen)
    started.payment_page = stripe.url
    try:
        keys = {"PAYMENT_SECRET_KEY": KEY, "PAYMENT_WEBHOOK_SECRETS": ",".join(SECRETS)}
        os.environ.update(keys)
        said = started.command("payment-account", "--merchant", open_house.MERCHANT, "--account", ACCOUNT)
        stripe.peer.events.url = said.rpartition("Callbacks: ")[2].strip()
        yield started
    finally:
        for name in ("PAYMENT_SECRET_KEY", "PAYMENT_WEBHOOK_SECRETS"):
            os.environ.pop(name, None)
        started.stop()


@pytest.fixture(scope="module")
def tables(demo: Demo) -> dict[str, str]:
    return demo.tables()


@pytest.fixture
def guest(people: People, tables: dict[str, str], stripe: StripePeer, demo: Demo) -> Iterator[Diner]:
    """Somebody on the last page; afterwards both ledgers agree."""
    diner = people()
    diner.sit(tables["7"])
    diner.add("DES-FAR")
    diner.open("/identify")
    diner.tap("Continue without points")
    yield diner
    taken = [(one["payment_intent"] or {}).get("latest_charge") or {} for one in stripe.sessions()]
    database = demo.database()
    with database.reading() as session:
        ours = session.scalar(select(func.sum(PaymentCapture.amount))) or 0
    database.close()
    assert ours == sum(one.get("amount_captured", 0) for one in taken)


def test_a_card_is_declined_another_pays_and_a_refund_takes_money_and_points_back(
    people: People, guest: Diner, stripe: StripePeer, demo: Demo
) -> None:
    number = demo.member(20)
    guest.open("/identify")
    guest.give(number)
    guest.pay()
    session = guest.session()
    guest.at_bank("decline")
    expect(guest.page.get_by_role("alert")).to_contain_text("declined")
    guest.at_bank("pay")
    ticket = guest.paid()
    until(lambda: all(one["delivered"] for one in stripe.peer.events.listed()))
    guest.expect_credited(5)
    assert (demo.person(number) or {})["points"] == 25

    owner = people()
    take_up(owner, demo, "rosa@example.org", ("Choose a password", "Open the desk"))
    page = owner.page
    page.goto(f"{demo.site}/desk/{open_house.MERCHANT}/s/{open_house.STORE}/board")
    page.locator("[id^=order-]").filter(has_text=ticket).get_by_role("link").click()
    page.get_by_role("link", name="Refund or cancel").click()
    for button in (re.compile("^Continue"), re.compile("^Give back")):
        page.get_by_role("button", name=button).click()
    expect(guest.page.locator(".state-now")).to_have_text("This order was refunded.", timeout=20_000)
    expect(guest.page.locator('[data-part="points"]')).to_contain_text("were taken back", timeout=20_000)
    assert (demo.person(number) or {})["points"] == 20
    charge = next(one for one in stripe.sessions() if one["id"] == session)["payment_intent"]["latest_charge"]
    assert charge["amount_refunded"] == charge["amount_captured"] == 520
    today = datetime.now(ZoneInfo("Europe/Paris")).date().isoformat()
    assert "No difference." in demo.command("payment-report", "--merchant", open_house.MERCHANT, "--day", today)


def test_a_bank_that_asks_is_answered(guest: Diner) -> None:
    guest.pay()
    guest.at_bank("secure")
    guest.page.get_by_role("button", name="No").click()
    expect(guest.page.get_by_role("alert")).to_contain_text("declined")
    guest.at_bank("secure")
    guest.page.get_by_role("button", name="Yes").click()
    guest.paid()


def test_an_abandoned_payment_is_closed_there_and_begun_again(guest: Diner, stripe: StripePeer) -> None:
    guest.pay()
    session = guest.session()
    guest.at_bank("cancel")
    guest.title("The payment was cancelled")
    assert next(one for one in stripe.sessions() if one["id"] == session)["status"] == "expired"
    guest.tap("Try again")
    guest.pay()
    guest.at_bank("pay")
    guest.paid()


def test_a_tab_closed_after_paying_loses_nothing(guest: Diner, stripe: StripePeer, demo: Demo) -> None:
    guest.pay()
    session = guest.session()
    guest.at_bank("close")
    expect(guest.page.get_by_role("heading", name="Paid")).to_be_visible()
    found = next(one for one in stripe.sessions() if one["id"] == session)
    until(lambda: demo.order_state(found["metadata"]["reference"]) == "paid")
    link = found["success_url"].split("/")[-2]
    guest.page.goto(f"{demo.site}/o/{link}")
    guest.paid()


def test_an_owner_has_the_kitchen_accept_first_a_diner_cancels_and_the_kitchen_refuses_another(
    people: People, guest: Diner, demo: Demo, stripe: StripePeer
) -> None:
    owner = people()
    take_up(owner, demo, "olga@example.org", ("Choose a password", "Open the desk"))
    owner.page.goto(f"{demo.site}/desk/{open_house.MERCHANT}/payment")
    owner.page.get_by_label("When the kitchen accepts the order").check()
    owner.page.get_by_role("button", name="Test and keep").click()
    expect(owner.page.get_by_text("taken when the kitchen accepts")).to_be_visible()
    owner.look("desk-payment")
    # Every process of the site believes an account it has read for five seconds.
    until(lambda: paid_by_hand(guest, stripe), 30)
    guest.title("The restaurant is looking at your order")
    guest.look("paying-reserved")
    guest.tap("Cancel the order")
    guest.title("The payment was cancelled")
    assert stripe.sessions()[-1]["payment_intent"]["status"] == "canceled"
    guest.tap("Try again")
    guest.pay()
    guest.at_bank("pay")
    guest.title("The restaurant is looking at your order")
    owner.page.goto(f"{demo.site}/desk/{open_house.MERCHANT}/s/{open_house.STORE}/board")
    owner.page.get_by_role("button", name=re.compile("^Refuse")).click()
    # A bank that answers late under load has the worker carry the word out within a minute.
    until(lambda: stripe.sessions()[-1]["payment_intent"]["status"] == "canceled", 90)
    refused = guest.page.get_by_role("heading", level=1, name="The restaurant could not take your order")
    expect(refused).to_be_visible(timeout=20_000)
    guest.look("paying-refused-by-the-kitchen")


def paid_by_hand(guest: Diner, stripe: StripePeer) -> bool:
    """Pay; True once the money is only reserved, another dish is chosen meanwhile when it was still taken at once."""
    guest.pay()
    guest.at_bank("pay")
    if stripe.sessions()[-1]["payment_intent"]["status"] == "requires_capture":
        return True
    guest.paid()
    guest.open()
    guest.add("DES-FAR")
    guest.open("/checkout")
    return False
