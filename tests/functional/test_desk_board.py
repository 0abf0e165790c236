"""The order board over HTTP: what it shows, what a tap does, what an open board is told, and what it costs to ask."""

import json
from typing import Any

import pytest
from sqlalchemy import delete, update

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.functional.town import HOME, Town
from tests.shop import MERCHANT, STORE, Browser, Shop
from webapp.doors.backoffice.board.watch import BELIEVED_S
from webapp.nouns.order.models import Order, PaymentAttempt
from webapp.nouns.order.moves import move_order
from webapp.nouns.staff.models import StaffSession

BOARD = f"/desk/{MERCHANT}/s/{STORE}/board"


def cook(shop: Shop, email: str = "cook@example.org") -> Browser:
    """Somebody of the kitchen, signed in."""
    hire(shop, email, "staff")
    return sign_in(shop, email)


def ordered(town: Town) -> tuple[Order, Browser, str]:
    """An order at a table, paid; its diner and its link."""
    diner = town.identified()
    link = town.place(diner)
    session = town.start(diner, link)
    town.payment.act(session, "pay")
    diner.get(f"/pay/{link}/return")
    return town.order(), diner, link


def tap(browser: Browser, order: Order, **fields: str) -> Any:
    """A button of a card."""
    return browser.post(f"{BOARD}/order/{order.id}/move", fields)


def told(browser: Browser, after: str) -> Any:
    """What the feed says to a board that has `after`; None when nothing."""
    answer = browser.raw(f"{BOARD}/feed?after={after}")
    return None if answer.status_code == 304 else json.loads(answer.text)


def after(browser: Browser) -> str:
    """How far the board shown is."""
    return browser.page.root.first("div", **{"data-board": BOARD}).attributes["data-after"]


def test_an_order_goes_over_the_board_and_its_diner_follows(town: Town) -> None:
    order, diner, link = ordered(town)
    board = cook(town.shop)
    page = board.get(BOARD)
    assert "(1)" in page.root.first("title").text
    assert "2 × Far aux pruneaux" in page.text
    for fields, words in (
        ({"seen": "1"}, "Paid. The kitchen has your order."),
        ({"move": "accepted preparing"}, "The kitchen is preparing your order."),
        ({"move": "preparing ready"}, "On its way to your table."),
        ({"back": "ready preparing"}, "The kitchen is preparing your order."),
        ({"move": "preparing ready"}, "On its way to your table."),
        ({"move": "ready collected"}, "Enjoy your meal!"),
    ):
        tap(board, order, **fields)
        assert words in diner.get(f"/o/{link}").text
    assert "Handed over today (1)" in board.page.text
    assert "(1)" not in board.page.root.first("title").text


def test_a_board_is_told_of_what_changed_and_of_nothing_twice(town: Town) -> None:
    board = cook(town.shop)
    board.get(BOARD)
    begun = after(board)
    assert told(board, begun) is None
    order, _diner, _link = ordered(town)
    town.shop.app.extensions["passe_plat_boards"]._marks.clear()
    news = told(board, begun)
    assert [(one["id"], one["column"]) for one in news["cards"]] == [(order.id, "new")]
    assert "csrf" not in news["cards"][0]["html"], "the same card goes to every board"
    assert told(board, news["after"]) is None
    tap(board, order, move="accepted ready")
    town.shop.app.extensions["passe_plat_boards"]._marks.clear()
    assert [one["column"] for one in told(board, news["after"])["cards"]] == ["ready"]
    assert [one["column"] for one in told(board, begun)["cards"]] == ["ready"], "once each, as it is now"
    moved = town.shop.clock.now()
    town.shop.database.run(
        lambda session: move_order(session, session.get_one(Order, order.id), "refund_due", "x", moved)
    )
    town.shop.app.extensions["passe_plat_boards"]._marks.clear()
    assert [one["column"] for one in told(board, news["after"])["cards"]] == ["gone"], "a refunded order leaves"


def test_a_line_takes_up_where_the_last_one_broke_and_lines_are_limited(town: Town) -> None:
    order, _diner, _link = ordered(town)
    board = cook(town.shop)
    board.get(BOARD)
    stream = board.raw(f"{BOARD}/stream", headers={"Last-Event-ID": "0.0"}, buffered=False)
    assert stream.mimetype == "text/event-stream"
    chunks = stream.iter_encoded()
    first = next(chunks) + next(chunks)
    assert f"id: {after(board)}\n".encode() in first
    assert f"order-{order.id}".encode() in first
    lines = town.shop.app.extensions["passe_plat_boards"]
    assert lines._free == 3, "half of eight threads, and one of them is taken"
    lines._free = 0
    assert board.raw(f"{BOARD}/stream?after=0.0").status_code == 204, "this board polls"
    stream.close()
    assert lines._free == 1
    assert board.raw(f"{BOARD}/stream?after=x").status_code == 204


def test_what_a_board_asks_does_not_grow_with_what_happened(town: Town) -> None:
    board = cook(town.shop)

    def asked(path: str) -> list[int]:
        found = []
        town.shop.app.extensions["passe_plat_boards"]._passes.clear()
        for _ in range(2):
            shared = town.shop.app.extensions["passe_plat_boards"]
            shared._marks.clear()
            shared._beats[town.shop.store().id] = float("inf")  # the heartbeat is counted elsewhere
            with town.shop.statements() as statements:
                assert board.raw(path).status_code in {200, 304}
            found.append(len(statements))
        return found

    first, _diner, _link = ordered(town)
    board.get(BOARD)
    begun = after(board)
    few = asked(BOARD), asked(f"{BOARD}/feed?after={begun}"), asked(f"{BOARD}/feed?after=0.{begun.split('.')[1]}")
    for _ in range(3):
        ordered(town)
    tap(board, first, move="accepted ready")
    tap(board, first, move="ready collected")
    town.shop.app.extensions["passe_plat_boards"]._marks.clear()
    board.get(BOARD)
    many = asked(BOARD), asked(f"{BOARD}/feed?after={after(board)}"), asked(f"{BOARD}/feed?after={begun}")
    assert few[0][1] == many[0][1] == 9, "guard 3, the feed's number, to accept, to be paid, open, lines, handed over"
    assert few[1] == many[1] == [4, 1], "the guard's three and one; asked again at once, the one"
    assert few[2][1] == many[2][1] == 2, "and one for what changed, which is drawn already"


def test_whoever_was_signed_out_hears_of_nothing_more_within_seconds(town: Town) -> None:
    board = cook(town.shop)
    board.get(BOARD)
    begun = after(board)
    assert told(board, begun) is None
    shared = town.shop.app.extensions["passe_plat_boards"]
    stream = board.raw(f"{BOARD}/stream?after=0.0", buffered=False)
    chunks = stream.iter_encoded()
    assert next(chunks) + next(chunks)
    town.shop.database.run(lambda session: session.execute(delete(StaffSession)))
    assert board.raw(f"{BOARD}/feed?after={begun}").status_code == 304, "the guard's word holds for a moment"
    late = shared.now() + BELIEVED_S + 1
    shared._monotonic = lambda: late
    assert list(chunks) == [], "the line ends"
    stream.close()
    assert board.raw(f"{BOARD}/feed?after={begun}").status_code == 303


def test_what_is_told_past_flask_is_what_the_view_says(town: Town) -> None:
    board = cook(town.shop)
    board.get(BOARD)
    begun = after(board)
    ordered(town)
    shared = town.shop.app.extensions["passe_plat_boards"]
    shared._marks.clear()
    answers = [board.raw(f"{BOARD}/feed?after={begun}") for _ in range(2)]
    assert answers[0].text == answers[1].text
    assert [one.headers["ETag"] for one in answers] == [answers[0].headers["ETag"]] * 2
    heads = [{*one.headers.keys()} - {"Set-Cookie"} for one in answers]
    assert heads[0] == heads[1]
    assert board.raw(f"{BOARD}/feed?after=x").status_code == 304, "nonsense is the view's to answer"


def test_the_right_code_leads_to_the_order_and_a_wrong_one_is_a_sentence(town: Town) -> None:
    board = cook(town.shop)
    board.get(BOARD)
    page = board.post(f"{BOARD}/code", {"code": "ZZZZ"})
    assert page.status == 422
    assert "No open order of this store has this code." in page.text
    order, _diner, _link = ordered(town)
    town.shop.database.run(lambda session: setattr(session.get_one(Order, order.id), "mode", "collect"))
    page = board.post(f"{BOARD}/code", {"code": order.reference[-4:]})
    assert page.path == f"{BOARD}/order/{order.id}"
    assert f"number {order.number} is not ready yet" in page.text
    tap(board, order, move="accepted ready")
    page = board.post(f"{BOARD}/code", {"code": order.reference[-4:]})
    assert f"number {order.number} is ready" in page.text
    assert order.phone is None or order.phone not in page.text


def test_a_pause_stops_the_checkout_with_a_sentence_and_keeps_the_basket(town: Town) -> None:
    diner = town.identified()
    board = cook(town.shop)
    board.get(BOARD)
    board.post(f"{BOARD}/pause", {"until": "30"})
    assert "Paused until 13:00" in board.page.text
    town.shop.catch_up()
    sentence = "does not take orders at the moment"
    for path in ("", "basket"):
        assert sentence in diner.get(HOME + path).text
    page = diner.get(f"{HOME}checkout")
    assert (page.status, sentence in page.text, "Your basket is kept." in page.text) == (409, True, True)
    assert town.order().id is None
    board.post(f"{BOARD}/pause", {"until": "resume"})
    town.shop.catch_up()
    assert "Pay €" in diner.get(f"{HOME}checkout").text


@pytest.mark.parametrize("until", ["0015999999999999", "", "25:00", "99999999999", "x"])
def test_a_pause_until_nonsense_changes_nothing(shop: Shop, until: str) -> None:
    board = cook(shop)
    board.get(BOARD)
    before = shop.store()
    assert "Nothing was changed." in board.post(f"{BOARD}/pause", {"until": until}).text
    assert "Nothing was changed." in board.post(f"{BOARD}/busy", {"minutes": "-5" + until}).text
    assert shop.store() == before


def test_sold_out_is_found_by_letters_and_reaches_an_open_basket(town: Town) -> None:
    diner = town.identified()
    board = cook(town.shop)
    assert "Prune far breton" in board.get(f"{BOARD}/sold-out?q=far+bret").text
    board.submit(form=board.page.form("sold-out"), button=("how", "today"))
    assert "Sold out until" in board.page.text
    town.shop.catch_up()
    assert "sold out" in diner.get(f"{HOME}basket").text.lower()
    board.get(f"{BOARD}/sold-out")
    board.submit(form=board.page.form("sold-out"), button=("how", "back"))
    town.shop.catch_up()
    assert "sold out" not in diner.get(f"{HOME}basket").text.lower()
    assert "no longer on the menu" in board.post(f"{BOARD}/sold-out", {"key": "NOTHING", "how": "today"}).text


def test_only_a_manager_decides_whether_a_board_must_be_open(town: Town) -> None:
    assert cook(town.shop).raw(f"{BOARD}/listener", "POST").status_code == 403
    boss = owner(town.shop)
    boss.get(BOARD)
    boss.post(f"{BOARD}/listener", {"needed": "on"})
    town.later(seconds=61)
    town.shop.catch_up()
    diner = town.seated()
    assert "does not take orders at the moment" in diner.get(f"{HOME}basket").text
    town.shop.app.extensions["passe_plat_boards"]._beats.clear()
    boss.get(BOARD)
    town.shop.catch_up()
    assert "does not take orders at the moment" not in diner.get(f"{HOME}basket").text


def test_an_order_of_another_store_is_not_there(town: Town) -> None:
    order, _diner, _link = ordered(town)
    elsewhere = BOARD.replace(STORE, "nantes-bouffay")
    boss = owner(town.shop)
    boss.get(BOARD)
    for path in (f"order/{order.id}", f"order/{order.id}/ticket"):
        assert boss.raw(f"{BOARD}/{path}").status_code == 200
        assert boss.raw(f"{elsewhere}/{path}").status_code == 404
    assert boss.post(f"{elsewhere}/order/{order.id}/move", {"move": "accepted ready"}).status == 404
    stranger = owner(town.shop, OTHER)
    stranger.get("/desk/account")
    theirs = f"/desk/{OTHER}/s/marseille-panier/board"
    assert stranger.raw(f"{theirs}/order/{order.id}").status_code == 404
    assert stranger.post(f"{theirs}/order/{order.id}/move", {"move": "accepted ready"}).status == 404
    assert town.order().progress == "accepted"


def test_an_order_whose_money_is_only_promised_waits_to_be_accepted(town: Town) -> None:
    diner = town.identified()
    town.start(diner, town.place(diner))
    order = town.order()
    board = cook(town.shop)
    assert "To accept" not in board.get(BOARD).text, "nobody has promised anything yet"
    promised = update(PaymentAttempt).where(PaymentAttempt.order_id == order.id).values(state="authorized")
    town.shop.database.run(lambda session: session.execute(promised))
    page = board.get(BOARD)
    assert "To accept 1" in page.text
    assert "2 × Far aux pruneaux" in page.text
    elsewhere = BOARD.replace(STORE, "nantes-bouffay")
    assert board.post(f"{elsewhere}/order/{order.id}/accept", {"decision": "accept"}).status == 404
    assert board.raw(f"{BOARD}/order/{order.id}").status_code == 404, "it is no order of the kitchen's before"
