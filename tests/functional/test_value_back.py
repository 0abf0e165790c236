"""Money of an order that a gift card and points paid in part: every source is named, to the diner and to the staff."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import select, update

from tests.functional.desk_cast import owner
from tests.functional.programme_house import BASE, open_house
from tests.functional.test_desk_refund import choose, confirm, page_of
from tests.payment_peer import payment_peer
from tests.shop import NOON, SECRETS, Browser, Shop, Watched
from webapp.doors.shop.desk import EXTENSION
from webapp.nouns.customer.models import Visit
from webapp.nouns.customer.proof import prove
from webapp.nouns.order.models import Order
from webapp.nouns.value.models import ValueMovement
from webapp.sandbox.payment.peer import Setup
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.value.worker import move_due
from webapp.usecases.wiring import Wiring


@dataclass
class Paid:
    """One far of 5.20: 1.00 from the gift card, 3.00 from the points, the rest by card."""

    shop: Shop
    diner: Browser
    link: str

    @property
    def order(self) -> Order:
        """As it is now."""
        with self.shop.database.reading() as session:
            return session.scalars(select(Order).order_by(Order.id.desc())).one()

    def work(self) -> None:
        """The worker goes its rounds."""
        wiring: Wiring = self.shop.app.extensions[EXTENSION].wiring
        for _ in range(2):
            self.shop.clock.set(self.shop.clock.now() + timedelta(seconds=31))
            reconcile(wiring)
            move_due(wiring)

    def said(self) -> str:
        """The diner's page."""
        return self.diner.get(f"/o/{self.link}").text


def _placed(shop: Shop, language: str) -> tuple[Browser, str]:
    browser = shop.browser(language)
    browser.get(f"{BASE}/t/{shop.code()}")
    browser.post(f"{BASE}/d/DES-FAR", {"quantity": "1"})
    browser.get(f"{BASE}/identify")
    browser.submit(who="+33612345678")
    with shop.database.transaction() as session:
        for visit in session.scalars(select(Visit).where(Visit.customer_id.is_not(None))):
            prove(session, visit.browser, visit.customer_id or 0, "sms", shop.clock.now())
    for kind in ("gift_card", "points"):
        browser.get(f"{BASE}/checkout")
        browser.post(f"{BASE}/pay-with", {"kind": kind, "use": "1"})
    page = browser.get(f"{BASE}/checkout")
    shown = page.root.first("input", name="shown").attributes["value"]
    answer = browser.raw(f"{BASE}/checkout", "POST", data={"csrf_token": page.token, "shown": shown})
    return browser, urlsplit(answer.headers["Location"]).path.removeprefix("/pay/")


@contextmanager
def _paid(database: Watched, data: Path, language: str = "en") -> Iterator[Paid]:
    setup = Setup(
        api_key=str(SECRETS["sandbox_payment_api_key"]),
        webhook_secrets=tuple(SECRETS["sandbox_payment_webhook_secrets"]),
        now=NOON.timestamp,
    )
    with (
        payment_peer(setup=setup) as payment,
        open_house("spoonity", database, data, sandbox_payment_url=payment.url) as house,
    ):
        house.peer.memory.rows("UPDATE person SET gift=100, points=60 WHERE points=120")
        browser, link = _placed(house.shop, language)
        payment.act(browser.raw(f"/pay/{link}").headers["Location"].rsplit("/", 1)[1], "pay")
        browser.get(f"/pay/{link}/return")
        paid = Paid(house.shop, browser, link)
        paid.work()
        assert (paid.order.state, paid.order.by_value, paid.order.due) == ("paid", 400, 120)
        yield paid


def test_a_refund_names_every_source_to_the_staff_before_and_to_everybody_after(
    watched: Watched, shared_data: Path
) -> None:
    with _paid(watched, shared_data) as paid:
        desk = owner(paid.shop)
        shares = "€1.20 to the bank card · €1.00 to the gift card · €3.00 in points, by hand at the programme"
        assert shares in choose(desk, paid.order).text
        before = paid.diner.get(f"/o/{paid.link}/state").headers["ETag"]
        confirm(desk)
        under_way = paid.said()
        assert "€1.20 on its way back on your bank card" in under_way
        assert "€1.00 on its way back on your gift card" in under_way
        paid.work()
        said = paid.said()
        assert "€1.20 given back on your bank card today" in said
        assert "€1.00 given back on your gift card today" in said
        assert "€3.00 was paid with points" in said
        assert "Points do not come back by themselves" in said
        assert paid.diner.get(f"/o/{paid.link}/state").headers["ETag"] != before
        assert shares in desk.get(page_of(paid.order)).text


def test_a_gift_card_that_takes_nothing_back_is_said_to_be_for_people_on_every_paper(
    watched: Watched, shared_data: Path
) -> None:
    with _paid(watched, shared_data) as paid:
        desk = owner(paid.shop)
        choose(desk, paid.order)
        confirm(desk)
        paid.work()
        with paid.shop.database.transaction() as session:  # as the worker leaves what no balance could tell it
            session.execute(update(ValueMovement).where(ValueMovement.way == "credit").values(state="by_hand"))
        note = paid.diner.get(f"/o/{paid.link}/receipt").text
        assert "€1.00 of it: the restaurant puts it back on your gift card." in note
        assert "The restaurant has been told and puts it back on your gift card." in paid.said()
        page = desk.get(page_of(paid.order)).text
        assert "€1.20 to the bank card · €1.00 to the gift card, by hand at the programme: look there first" in page
        assert "Given back, except what people give by hand" in page


def test_the_same_in_french(watched: Watched, shared_data: Path) -> None:
    with _paid(watched, shared_data, "fr") as paid:
        desk = owner(paid.shop, language="fr")
        assert "1,20 € sur la carte bancaire · 1,00 € sur la carte cadeau" in _plain(choose(desk, paid.order).text)
        confirm(desk)
        paid.work()
        said = _plain(paid.said())
        for words in ("1,20 € recrédités sur votre carte bancaire", "1,00 € remis sur votre carte cadeau"):
            assert words in said
        assert "3,00 € avaient été payés en points" in said


def _plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")
