"""The refund page: looked over, asked once, told to diner and programme; whatever else is posted changes nothing."""

from functools import partial

from sqlalchemy import update

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.functional.town import Town
from tests.peers import ADA
from tests.shop import MERCHANT, STORE, Browser, Page
from webapp.doors.shop.desk import EXTENSION
from webapp.nouns.order.models import Order, PaymentCapture
from webapp.usecases.books.report import make_report
from webapp.usecases.checkout.reconcile import reconcile
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.wiring import Wiring


def wiring_of(town: Town) -> Wiring:
    """The application's own."""
    found: Wiring = town.shop.app.extensions[EXTENSION].wiring
    return found


def settle(town: Town) -> None:
    """The worker goes its rounds."""
    connection = town.shop.store().connection_id
    assert connection is not None
    for _ in range(2):
        town.later(seconds=31)
        reconcile(wiring_of(town))
        work_lane(wiring_of(town), connection)


def paid(town: Town, phone: str = ADA) -> tuple[Browser, str, Order]:
    """A paid order of two fars: the diner's browser, the order's link, the order."""
    browser = town.identified(phone)
    link = town.place(browser)
    town.payment.act(town.start(browser, link), "pay")
    browser.get(f"/pay/{link}/return")
    return browser, link, town.order()


def page_of(order: Order, merchant: str = MERCHANT, store: str = STORE) -> str:
    """The address of the refund page."""
    return f"/desk/{merchant}/s/{store}/orders/{order.id}/refund"


def choose(desk: Browser, order: Order, **fields: str) -> Page:
    """The first press."""
    desk.get(page_of(order))
    return desk.submit({"reason": "quality", **fields}, form=desk.page.form("/refund"))


def confirm(desk: Browser) -> Page:
    """The second press."""
    return desk.submit(form=desk.page.form("/refund"))


def test_a_whole_refund_is_looked_over_then_asked_once_and_told_to_everybody(town: Town) -> None:
    before = town.loyalty.customer(ADA)["points"]
    diner, link, order = paid(town)
    settle(town)
    assert town.loyalty.customer(ADA)["points"] > before
    desk = owner(town.shop)
    page = choose(desk, order, words=" cold   far ")
    assert "Give back €" in page.text
    assert "The loyalty programme is told to cancel the order and its points." in page.text
    form = {one.attributes["name"]: one.attributes["value"] for one in page.form("/refund").all("input")}
    assert "The refund is asked for." in confirm(desk).text
    desk.post(page_of(order), form)  # the same page, pressed twice
    assert "Your money is on its way back." in diner.get(f"/o/{link}").text
    settle(town)
    said = diner.get(f"/o/{link}").text
    assert "This order was refunded." in said
    assert "given back today" in said
    assert "The points of this order were taken back" in said
    shown = desk.get(page_of(order)).text
    assert "The loyalty programme has cancelled this order and its points." in shown
    assert "A-000001" in shown
    assert "cold far" in shown
    assert len(town.payment.ledger()["refunds"]) == 1
    assert town.loyalty.customer(ADA)["points"] == before
    assert "gave money back" in desk.get(f"/desk/{MERCHANT}/log").text


def test_the_takings_lead_to_the_refund_and_say_what_differs(town: Town) -> None:
    _, _, order = paid(town)
    day = order.paid_at.date() if order.paid_at else None
    assert day is not None
    desk = owner(town.shop)
    assert make_report(wiring_of(town), order.merchant_id, MERCHANT, day) is not None
    page = desk.get(f"/desk/{MERCHANT}/payments")
    assert "No difference" in page.text
    assert page.link("Refund") == page_of(order)
    with town.shop.database.transaction() as session:
        session.execute(update(PaymentCapture).values(amount=1))
    make_report(wiring_of(town), order.merchant_id, MERCHANT, day)
    assert "here €0.01, there €10.40" in desk.get(f"/desk/{MERCHANT}/payments").text
    assert "not what the payment provider's ledger says" in desk.get(f"/desk/{MERCHANT}/").text


def test_a_part_goes_back_and_the_order_stays_paid(town: Town) -> None:
    diner, link, order = paid(town)
    settle(town)
    desk = owner(town.shop)
    page = choose(desk, order, what="lines", **{"units-0": "1"})
    assert "The loyalty programme cannot be told of a part" in page.text
    before = diner.get(f"/o/{link}/state").headers["ETag"]
    confirm(desk)
    settle(town)
    assert diner.get(f"/o/{link}/state").headers["ETag"] != before, "an open page of the diner's follows"
    assert town.rows('SELECT state FROM "order"') == [("paid",)]
    assert town.rows("SELECT amount, state FROM refund") == [(order.total // 2, "done")]
    assert "given back today" in diner.get(f"/o/{link}").text
    assert "1 of 2 left" in desk.get(page_of(order)).text
    diner.get(diner.get(f"/o/{link}").link("Receipt R-000001, to print"))
    assert diner.page.text.count("Comptoir Sarrasin") >= 2
    credit = diner.page.root.all("article")[1].text
    for words in ("Credit note A-000001", "for receipt R-000001", "1 × ", "VAT number", "Before VAT"):
        assert words in credit
    assert "-€" in credit or "−€" in credit


BAD = [
    ({"what": "lines", "units-0": "3"}, "More than is left of a dish"),
    ({"what": "lines", "units-0": "-1"}, "Quantities are whole numbers"),
    ({"what": "lines", "units-0": "two"}, "Quantities are whole numbers"),
    ({"what": "lines", "units-0": "9" * 40}, "Quantities are whole numbers"),
    ({"what": "lines", "units-77": "1"}, "Quantities are whole numbers"),
    ({"what": "lines", "units-x": "1"}, "Quantities are whole numbers"),
    ({"what": "lines", "units-0": "0"}, "Choose at least one dish"),
    ({"reason": "because"}, "Choose a reason"),
    ({"words": "x" * 301}, "The remark is too long"),
    ({"shown": "1"}, "The sum has changed"),
    ({"shown": "-5"}, "The sum has changed"),
    ({"shown": "", "amount": "99999"}, "The sum has changed"),
]


def test_whatever_is_posted_gets_a_sentence_and_changes_nothing(town: Town) -> None:
    _, _, order = paid(town)
    desk = owner(town.shop)
    desk.get(page_of(order))
    before = town.image(without=frozenset({"throttle_mark", "visit", "staff_session"}))
    sound = {"step": "do", "key": "k", "what": "whole", "reason": "guest", "shown": str(order.total)}
    for fields, sentence in BAD:
        page = desk.post(page_of(order), {**sound, **fields})
        assert (page.status, sentence in page.text) == (422, True), (fields, page.text)
    assert town.image(without=frozenset({"throttle_mark", "visit", "staff_session"})) == before


def test_an_unpaid_order_has_nothing_to_give_back(town: Town) -> None:
    diner = town.identified()
    assert diner.get(f"/o/{town.place(diner)}/receipt").status == 404
    desk = owner(town.shop)
    assert "There is nothing to give back." in desk.get(page_of(town.order())).text
    form = {"step": "do", "key": "k", "what": "whole", "reason": "guest", "shown": "1"}
    assert "This order was not paid" in desk.post(page_of(town.order()), form).text
    assert town.rows("SELECT count(*) FROM refund_request") == [(0,)]


def test_only_managers_of_this_very_store_with_a_fresh_password_may_refund(town: Town) -> None:
    _, _, order = paid(town)
    form = {"step": "do", "key": "k", "what": "whole", "reason": "guest", "shown": str(order.total)}
    hire(town.shop, "staff@cafe.example", "staff")
    staff = sign_in(town.shop, "staff@cafe.example")
    stranger = owner(town.shop, OTHER)
    desk = owner(town.shop)
    second = town.rows("SELECT slug FROM store WHERE merchant_id = 1 ORDER BY position")[1][0]
    asked = [
        (partial(staff.post, page_of(order)), 403),
        (partial(stranger.post, page_of(order)), 404),
        (partial(stranger.post, page_of(order, OTHER, "le-panier")), 404),
        (partial(desk.post, page_of(order, MERCHANT, second)), 404),
        (partial(desk.post, f"/desk/{MERCHANT}/s/{STORE}/orders/424242/refund"), 404),
    ]
    for post, status in asked:
        assert post(form).status == status
    town.later(minutes=16)
    assert desk.post(page_of(order), form).path.startswith("/desk/again")
    assert town.rows("SELECT count(*) FROM refund_request") == [(0,)]
