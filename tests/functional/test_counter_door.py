"""Paying at the counter as diners and staff meet it: chosen on the last page, waited for, confirmed on the board."""

from sqlalchemy import select

from tests.functional.desk_cast import OTHER, hire, sign_in
from tests.functional.town import HOME, Town
from tests.pages import Element
from tests.shop import MERCHANT, SECRETS, STORE, Browser
from webapp.ground.throttle import Throttle
from webapp.nouns.basket.lines import add, open_basket
from webapp.nouns.customer.visits import open_visit
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.models import Order
from webapp.nouns.order.till_models import TillPayment
from webapp.nouns.pricing import Configuration, Wanted
from webapp.nouns.staff.models import StaffDeed
from webapp.usecases.till.patience import FROM_ADDRESS, may_wait

BOARD = f"/desk/{MERCHANT}/s/{STORE}/board"
COUNTER_PAGE = f"{HOME}checkout?way=counter"


def offer_counter(town: Town) -> None:
    """Let the store be paid at its counter, as its desk does."""
    with town.shop.database.transaction() as session:
        store = session.get_one(Store, town.shop.store().id)
        store.counter_modes, store.menu_stamp = ["table", "collect"], store.menu_stamp + 1
    town.shop.catch_up()


def cook(town: Town, merchant: str = MERCHANT) -> Browser:
    """Somebody of the staff at the board."""
    email = f"cook@{merchant}.example"
    hire(town.shop, email, "staff", merchant)
    return sign_in(town.shop, email)


def at_counter(town: Town) -> tuple[Browser, Order]:
    """A diner whose order waits to be paid at the counter."""
    offer_counter(town)
    diner = town.identified()
    diner.get(COUNTER_PAGE)
    diner.submit(button=None, form=place_form(diner))
    return diner, town.order()


def baskets(town: Town, browsers: list[str]) -> None:
    """A dish in the basket of each of these."""
    store, now = town.shop.store(), town.shop.clock.now()
    with town.shop.database.transaction() as session:
        for browser in browsers:
            visit = open_visit(session, browser, store.merchant.id, now)
            wanted = Wanted("", "CREPE", 1, Configuration(), "")
            add(session, open_basket(session, visit.id, store.id, now), wanted, seen_name="", seen_unit_price=0)


def place_form(diner: Browser) -> Element:
    """The form that orders."""
    return next(one for one in diner.page.root.all("form") if one.all("input", name="shown"))


def test_it_is_offered_only_where_the_store_says_so(town: Town) -> None:
    diner = town.identified()
    assert "Pay at the counter" not in diner.get(f"{HOME}checkout").text
    assert "Pay at the counter" not in diner.get(COUNTER_PAGE).text
    offer_counter(town)
    assert "Pay at the counter" in diner.get(f"{HOME}checkout").text


def test_the_diner_waits_and_the_board_moves_the_order_on(town: Town) -> None:
    diner, order = at_counter(town)
    assert ("Pay at the counter" in diner.page.text, str(order.number) in diner.page.text) == (True, True)
    board = cook(town)
    page = board.get(BOARD)
    assert "To be paid at the counter" in page.text
    page = board.post(f"{BOARD}/order/{order.id}/counter", {"paid": f"cash {order.total}"})
    assert "To be paid at the counter" not in page.text
    assert town.order().state == "paid"
    assert "Paid. The kitchen has your order." in diner.get(diner.page.path).text
    with town.shop.database.reading() as session:
        assert [row.method for row in session.scalars(select(TillPayment))] == ["cash"]
        assert [row.deed for row in session.scalars(select(StaffDeed))] == ["counter.paid"]


def test_staff_of_another_house_and_a_wrong_sum_change_nothing(town: Town) -> None:
    _diner, order = at_counter(town)
    board = cook(town)
    board.get(BOARD)
    for said in ("cash 1", "cash -1040", "cash ९", "cheque 1040", "cash", "", "cash 10400000000000"):
        board.post(f"{BOARD}/order/{order.id}/counter", {"paid": said})
        assert town.order().state == "pending"
    stranger = cook(town, OTHER)
    stranger.get(f"/desk/{OTHER}/boards")
    theirs = f"/desk/{OTHER}/s/le-panier/board/order/{order.id}/counter"
    assert stranger.post(theirs, {"paid": f"cash {order.total}"}).status == 404
    assert town.order().state == "pending"


def test_whoever_pays_here_after_all_finds_the_basket_and_the_counter_is_closed(town: Town) -> None:
    diner, order = at_counter(town)
    page = diner.submit()
    assert (page.path, "Pay €10.40" in page.text) == (f"{HOME}checkout", True)
    board = cook(town)
    board.get(BOARD)
    page = board.post(f"{BOARD}/order/{order.id}/counter", {"paid": f"card {order.total}"})
    assert "not waiting for the counter any more" in page.text
    assert town.order().state == "cancelled"


def test_staff_call_an_order_off_and_the_diner_is_told(town: Town) -> None:
    diner, order = at_counter(town)
    board = cook(town)
    board.get(BOARD)
    board.post(f"{BOARD}/order/{order.id}/counter", {"cancel": "yes"})
    assert town.order().state == "cancelled"
    assert "Nothing was charged. Your basket is as you left it." in diner.get(diner.page.path).text


def test_a_flood_of_unpaid_orders_from_one_address_is_stopped_with_a_way_on(town: Town) -> None:
    offer_counter(town)
    diner, store = town.identified(), town.shop.store()
    diner.get(COUNTER_PAGE)
    throttle = Throttle(str(SECRETS["secret_keys"][0]))
    baskets(town, [f"browser {number}" for number in range(FROM_ADDRESS.distinct)])
    for kind in ("without a basket", "browser"):  # of the first kind none counts
        for number in range(FROM_ADDRESS.distinct):
            assert may_wait(
                town.shop.wiring, throttle, store_id=store.id, merchant_id=store.merchant.id,
                browser=f"{kind} {number}", address="127.0.0.1",
            )  # fmt: skip
    page = diner.submit(button=None, form=place_form(diner))
    assert (page.status, town.rows('SELECT count(*) FROM "order"')) == (429, [(0,)])
    assert "Many orders are waiting to be paid at the counter. Pay here instead" in page.text
    assert town.rows("SELECT kind FROM alert") == [("counter_crowded",)]
    town.later(seconds=11)  # none of them became an order: there is room
    assert "Pay at the counter" in diner.submit(button=None, form=place_form(diner)).text
    assert town.order().state == "pending"
