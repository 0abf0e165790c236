"""Paying at the restaurant's till as diners meet it: what does not count there is said before, kept, and never told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.functional.desk_cast import owner
from tests.functional.kiosk_cast import begin, paired
from tests.functional.test_promotions import _ada, _coupon, _type, copy_of, use
from tests.functional.town import HOME, Town, open_town
from tests.shop import MERCHANT, NOON, STORE, Browser, Watched
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.promotion.models import BasketReward, OrderDiscount
from webapp.ports.payment.external_pos import Till
from webapp.sandbox.faults import read_fault
from webapp.sandbox.till.peer import SIGNATURE, Peer, Setup, signature
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.setup.till import connect_till, leave_till

SECRET = "a-till-secret-of-thirty-two-signs"
AT_TILL = f"{HOME}checkout?way=till"


@pytest.fixture
def till() -> Iterator[Peer]:
    """A till that calls nobody by itself."""
    peer = Peer(Setup(account=f"till-{STORE}", secrets=(SECRET,), now=NOON.timestamp))
    peer.start()
    yield peer
    peer.stop()


@contextmanager
def village_with(watched: Watched, data: Path, folder: Path, told: Till) -> Iterator[tuple[Town, str]]:
    """The town, whose first store has this till; the till's callback address."""
    with open_town(watched, data, folder, till_hosts=["127.0.0.1"]) as town:
        _account, token = connect_till(town.shop.wiring, MERCHANT, STORE, told, livemode=False)
        town.shop.catch_up()
        yield town, f"/callbacks/payment/till/{token}"


@pytest.fixture
def village(watched: Watched, shared_data: Path, tmp_path: Path, till: Peer) -> Iterator[tuple[Town, str]]:
    """The town, whose first store has a till that honours nothing of ours; the till's callback address."""
    with village_with(watched, shared_data, tmp_path, Till(till.url, (SECRET,))) as found:
        yield found


@pytest.fixture
def quiet(watched: Watched, shared_data: Path, tmp_path: Path, till: Peer) -> Iterator[tuple[Town, str]]:
    """The same with a till that cannot say what was paid."""
    with village_with(watched, shared_data, tmp_path, Till(till.url, (SECRET,), calls_back=False)) as found:
        yield found


def order_there(diner: Browser) -> str:
    """Press the button of the page that is shown; the order's link."""
    form = next(one for one in diner.page.root.all("form") if one.all("input", name="shown"))
    return diner.submit(form=form).path.split("/")[2]


def call(town: Town, address: str, till: Peer, key: str) -> int:
    """The till calls back; the answer."""
    body = till.event(key, "order.paid")
    mark = signature(SECRET, int(town.moment[0].timestamp()), body)
    return town.shop.app.test_client().post(address, data=body, headers={SIGNATURE: mark}).status_code


def test_what_the_till_cannot_honour_is_said_kept_and_not_told(village: tuple[Town, str], till: Peer) -> None:
    town, address = village
    _coupon(town, code="TEN", stacks=True)
    owned = copy_of(town, "rew_far", "free_product", external_id="DES-FAR")
    diner = _ada(town)
    _type(diner, "TEN")
    use(diner, owned)
    assert "Pay at the restaurant's till" in diner.get(f"{HOME}checkout").text
    page = diner.get(AT_TILL)
    for words in ("These do not count there", "rew_far", "The code TEN", "€10.40 instead of", "Pay here instead"):
        assert words in page.text
    order_there(diner)
    order = town.order()
    assert (order.total, order.discounts) == (1040, [])
    (sent,) = till.book.everything()["orders"]
    assert (sent["amount"], sent["number"]) == (1040, str(order.number))
    assert str(order.number) in diner.page.text
    till.press(sent["key"], "paid", silent=True)
    assert call(town, address, till, sent["key"]) == 204
    assert town.order().state == "paid"
    with town.shop.database.reading() as session:
        assert list(session.scalars(select(OrderDiscount))) == []
        (told,) = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "loyalty.report"))
        assert owned not in told.payload
        assert [one.owned_id for one in session.scalars(select(BasketReward))] == [owned], "it is given back"
        connection = town.shop.store().connection_id or 0
    work_lane(town.shop.wiring, connection)
    (received,) = town.loyalty.ledger()["orders"]
    assert (received["order_id"], "reward_id" in json.dumps(received)) == (order.reference, False)


def test_a_till_that_does_not_answer_leaves_the_way_to_pay_here(village: tuple[Town, str], till: Peer) -> None:
    town, _address = village
    diner = town.identified()
    diner.get(AT_TILL)
    till.faults.add(read_fault({"route": "*", "kind": "error", "count": 99}))
    order_there(diner)
    assert "The till does not answer" in diner.page.text
    assert town.order().state == "pending"
    leave_till(town.shop.wiring, MERCHANT, STORE)
    town.shop.catch_up()
    assert "restaurant's till" not in diner.get(f"{HOME}checkout").text


def test_a_kiosk_sends_its_order_to_the_till_and_shows_the_number_until_it_is_paid(
    village: tuple[Town, str], till: Peer
) -> None:
    town, address = village
    device = paired(town.shop)
    begin(device)
    device.post(f"{HOME}d/DES-FAR", {"quantity": "1"})
    device.get(f"{HOME}identify")
    device.post(f"{HOME}identify", {"skip": "1"})
    device.get(AT_TILL)
    link = order_there(device)
    number = str(town.order().number)
    assert device.page.root.first("p", **{"class": "kiosk-ticket"}).text == number
    (sent,) = till.book.everything()["orders"]
    till.press(sent["key"], "paid", silent=True)
    assert call(town, address, till, sent["key"]) == 204
    page = device.get(f"/pay/{link}/return")
    assert (page.path, page.root.first("p", **{"class": "kiosk-ticket"}).text) == (f"/o/{link}", number)


def test_callbacks_of_strangers_change_nothing(village: tuple[Town, str], till: Peer) -> None:
    town, address = village
    diner = town.identified()
    diner.get(AT_TILL)
    order_there(diner)
    (sent,) = till.book.everything()["orders"]
    till.press(sent["key"], "paid", silent=True)
    before, body = town.image(), till.event(sent["key"], "order.paid")
    stamp = int(town.moment[0].timestamp())
    client = town.shop.app.test_client()
    for mark in ("", "t=1,v1=x", signature("another", stamp, body), signature(SECRET, stamp - 301, body)):
        assert client.post(address, data=body, headers={SIGNATURE: mark}).status_code == 400
    huge = b" " * 5_000_000
    assert client.post(address, data=huge, headers={SIGNATURE: signature(SECRET, stamp, huge)}).status_code in {
        400,
        413,
    }
    mark = signature(SECRET, stamp, body)
    assert client.post("/callbacks/payment/till/nobody", data=body, headers={SIGNATURE: mark}).status_code == 404
    assert client.post("/callbacks/payment/till", data=body, headers={SIGNATURE: mark}).status_code == 404
    assert town.image() == before


def test_a_till_that_says_nothing_is_left_the_order_and_the_page_says_whose_points_these_are(
    quiet: tuple[Town, str], till: Peer
) -> None:
    town, address = quiet
    _coupon(town, code="TEN", stacks=True)
    diner = _ada(town)
    _type(diner, "TEN")
    page = diner.get(AT_TILL)
    for words in ("Your points come from the till", "Give your number when you pay there", "The code TEN"):
        assert words in page.text
    assert "Points go to" not in page.text
    order_there(diner)
    shown, order = diner.page, town.order()
    assert shown.path.startswith("/o/")
    for words in ("Say your number at the till and pay €10.40", "Your points come from the till", "Sent to the till"):
        assert words in shown.text
    for words in ("Paid", "on their way", "Receipt"):
        assert words not in shown.text
    assert (order.state, order.discounts, order.phone) == ("at_till", [], None)
    (sent,) = till.book.everything()["orders"]
    till.press(sent["key"], "paid", silent=True)
    assert call(town, address, till, sent["key"]) == 204
    assert "Paid" not in diner.get(shown.path).text
    assert diner.get(f"{shown.path}/receipt").status == 404
    assert town.rows("SELECT used, held FROM coupon") == [(0, 0)]
    assert town.rows("SELECT count(*) FROM outbox_message WHERE topic = 'loyalty.report'") == [(0,)]
    desk = owner(town.shop)
    board = desk.get(f"/desk/{MERCHANT}/s/{STORE}/board")
    assert "To be paid at the till: only the till knows whether it was" in board.text
    detail = desk.get(f"/desk/{MERCHANT}/s/{STORE}/board/order/{order.id}")
    assert "Left to the till: ask there" in detail.text
    assert "Refund or cancel" not in detail.text
    assert "There is nothing to give back" in desk.get(f"/desk/{MERCHANT}/s/{STORE}/orders/{order.id}/refund").text


def test_staff_take_off_the_board_what_nobody_came_to_pay_at_the_till_and_the_log_says_who(
    quiet: tuple[Town, str], till: Peer
) -> None:
    town, address = quiet
    diner = _ada(town)
    diner.get(AT_TILL)
    order_there(diner)
    mine, order, desk = diner.page.path, town.order(), owner(town.shop)
    board = f"/desk/{MERCHANT}/s/{STORE}/board"
    assert f'id="order-{order.id}"' in desk.raw(board).text
    desk.get(f"{board}/order/{order.id}")
    assert desk.submit(form=desk.page.form(f"{board}/order/{order.id}/nobody")).path == board
    assert f'id="order-{order.id}"' not in desk.raw(board).text
    told = desk.raw(f"{board}/order/{order.id}").text
    assert ("Nobody came to pay it at the till" in told, 'name="move"' in told, "/nobody" in told) == (
        True,
        False,
        False,
    )
    said = diner.get(mine).text
    assert [one in said for one in ("was not paid at the till", "Say your number", "points come")] == [
        True,
        False,
        False,
    ]
    (sent,) = till.book.everything()["orders"]
    till.press(sent["key"], "paid", silent=True)
    assert call(town, address, till, sent["key"]) == 204
    found = town.order()
    assert (found.state, found.progress) == ("at_till", "nobody"), "what the till says later moves nothing"
    desk.post(f"{board}/order/{order.id}/nobody", {})
    assert town.rows("SELECT subject FROM staff_deed WHERE deed = 'till.nobody'") == [(f"#{order.number}",)]
