"""Money that goes back by hand, the tip beside dishes, the way from the deliveries; and what waiting pages ask."""

import re

from sqlalchemy import select

from tests.functional.desk_cast import owner
from tests.functional.test_counter_door import BOARD, at_counter, cook
from tests.functional.test_desk_refund import choose, confirm, page_of, paid, settle
from tests.functional.test_tip import TIP, take_tips
from tests.functional.town import Town, changed
from tests.peers import ADA
from tests.shop import MERCHANT
from webapp.doors.shop.pay.payment import ASKED_TO_CLOSE
from webapp.nouns.order.till_models import TillPayment
from webapp.nouns.staff.models import Staff

POLLED = frozenset({"payment_attempt"})


def test_what_was_paid_at_the_counter_is_handed_back_there_and_who_did_is_written_down(town: Town) -> None:
    diner, order = at_counter(town)
    link = next(one.attributes["data-live"] for one in diner.page.root.all("div") if "data-live" in one.attributes)
    cook(town).post(f"{BOARD}/order/{order.id}/counter", {"paid": f"cash {order.total}"})
    desk = owner(town.shop)
    assert "Paid at the counter, in cash" in desk.get(page_of(order)).text
    page = choose(desk, order, what="lines", **{"units-0": "1"})
    assert "Hand it back at the counter, in cash." in page.text
    assert "to the card or account" not in page.text
    assert "Hand the money back at the counter now." in confirm(desk).text
    settle(town)
    shown = desk.get(page_of(order)).text
    with town.shop.database.reading() as session:
        (row,) = session.scalars(select(TillPayment).where(TillPayment.kind == "returned"))
        who = session.get_one(Staff, row.staff_id)
    assert (row.method, row.amount, (who.name or who.email) in shown) == ("cash", order.total // 2, True)
    link = link.split("/")[2]
    assert "The restaurant hands it back to you, where and how you paid." in diner.get(f"/o/{link}").text
    assert "Paid at the counter." in diner.get(f"/o/{link}/receipt").text


def tipped(town: Town) -> str:
    """A paid order of two fars with a tip of a tenth; its link."""
    take_tips(town)
    browser = town.identified(ADA)
    browser.post(TIP, {"tip": "10"})
    link = town.place(browser)
    town.payment.act(town.start(browser, link), "pay")
    browser.get(f"/pay/{link}/return")
    return link


def test_the_tip_goes_back_beside_a_dish_only_when_chosen_and_once(town: Town) -> None:
    link = tipped(town)
    order = town.order()
    desk = owner(town.shop)
    page = choose(desk, order, what="lines", tip="yes", **{"units-0": "1"})
    assert ("Give back €6.24?" in page.text, "The tip: €1.04" in page.text) == (True, True)
    confirm(desk)
    settle(town)
    assert town.rows("SELECT amount, state FROM refund") == [(624, "done")]
    assert "and the tip" not in desk.get(page_of(order)).text, "it has gone back"
    credit = town.shop.browser().get(f"/o/{link}/receipt").root.all("article")[1].text
    assert ("Tip" in credit, "1.04" in credit) == (True, True)
    page = choose(desk, order, what="lines", tip="yes", **{"units-0": "1"})
    assert "Give back €5.20?" in page.text, "a second time it asks for nothing"
    confirm(desk)
    settle(town)
    assert (town.order().state, town.rows("SELECT sum(amount) FROM refund")) == ("refunded", [(order.total,)])


def test_a_tip_alone_goes_back_and_a_dish_leaves_it(town: Town) -> None:
    tipped(town)
    desk = owner(town.shop)
    choose(desk, town.order(), what="lines", **{"units-0": "1"})
    confirm(desk)
    choose(desk, town.order(), what="lines", tip="yes")
    confirm(desk)
    settle(town)
    assert town.rows("SELECT amount FROM refund ORDER BY id") == [(520,), (104,)]
    assert town.order().state == "paid"


def test_the_deliveries_lead_managers_to_the_refund(town: Town) -> None:
    _, _, order = paid(town)
    assert owner(town.shop).get(f"/desk/{MERCHANT}/deliveries").link("Refund") == page_of(order)
    assert "Refund" not in cook(town).get(f"/desk/{MERCHANT}/deliveries").text


def asked(town: Town) -> int:
    """How often the provider was asked what became of a session."""
    left: int = sum(one["count"] for one in town.payment.http.request("GET", "/_faults").json()["faults"])
    return 99 - left


def test_waiting_pages_ask_the_provider_once_in_five_seconds_however_many_they_are(town: Town) -> None:
    browser = town.identified()
    link = town.place(browser)
    session = town.start(browser, link)
    town.payment.fault("sessions.get", "slow", seconds=0, count=99)
    for _ in range(5):
        assert browser.raw(f"/pay/{link}/state").status_code == 200
    assert asked(town) == 1
    town.later(seconds=4)
    browser.raw(f"/pay/{link}/state")
    assert asked(town) == 1
    town.later(seconds=2)
    browser.raw(f"/pay/{link}/state")
    assert asked(town) == 2
    town.later(seconds=-600)  # a clock set back makes nobody wait
    browser.raw(f"/pay/{link}/state")
    assert asked(town) == 3
    town.later(seconds=606)
    town.payment.act(session, "pay")
    assert browser.raw(f"/pay/{link}/state").get_json()["state"] == "paid"


def test_the_return_page_asks_at_once_and_then_no_more_often_than_a_page_that_waits(town: Town) -> None:
    browser = town.identified()
    link = town.place(browser)
    session = town.start(browser, link)
    town.payment.fault("sessions.get", "slow", seconds=0, count=99)
    for _ in range(5):
        assert "We are checking your payment" in browser.raw(f"/pay/{link}/return").text
    assert asked(town) == 1
    town.later(seconds=6)
    town.payment.act(session, "pay")
    assert browser.raw(f"/pay/{link}/return").headers["Location"].endswith(f"/o/{link}")
    assert (asked(town), town.order().state) == (2, "paid")


def test_giving_an_order_up_again_and_again_asks_a_silent_provider_ten_times_a_minute_at_most(town: Town) -> None:
    browser = town.identified()
    link = town.place(browser)
    town.start(browser, link)
    town.payment.fault("sessions.expire", "error_before", count=99)
    browser.raw(f"/pay/{link}/state")  # a page that has just asked keeps nobody from giving up
    for _ in range(ASKED_TO_CLOSE.distinct + 2):
        assert "We are checking your payment" in browser.raw(f"/pay/{link}/cancel").text
    assert asked(town) == ASKED_TO_CLOSE.distinct
    town.payment.behave()
    town.later(seconds=ASKED_TO_CLOSE.window_s + 1)
    browser.raw(f"/pay/{link}/cancel")
    assert town.order().state == "cancelled"


def test_a_stranger_at_the_return_page_of_an_unpaid_order_pays_nothing_and_learns_no_name(town: Town) -> None:
    link = town.place(town.identified(ADA), name="Zoltan")
    stranger = town.shop.browser()
    before = town.image()
    for path in ("return", "return?paid=1&session=ses_1&state=captured", "state", "state?state=paid"):
        answer = stranger.raw(f"/pay/{link}/{path}")
        assert answer.status_code == 200
        assert not re.search(r"Zoltan|06 ?12 ?34|\+336", answer.text)
    assert set(changed(before, town.image())) <= POLLED
    assert town.rows("SELECT state, provider_ref FROM payment_attempt") == [("created", None)]
    assert town.order().state == "pending"
