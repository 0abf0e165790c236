"""Confirming the last page: what is frozen, what is refused, and what a second tap does."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from tests.integration.checkout_cast import CAPACITY, SLOT, Cast
from tests.unit.catalog_samples import document, product, read
from webapp.nouns.basket.lines import Line, lines
from webapp.nouns.basket.models import BasketLine
from webapp.nouns.catalog.publish import mark_sold_out, publish
from webapp.nouns.merchant.models import Store
from webapp.nouns.merchant.tables import revoke_table, tables_of
from webapp.nouns.order.find import lines_of
from webapp.nouns.order.models import Order, SlotUse
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.checkout.pay import start_payment


def basket(cast: Cast, visit_id: int, store_id: int) -> list[Line]:
    """The lines of a basket."""
    with cast.wiring.db.reading() as session:
        return lines(session, visit_id, store_id)


def test_the_same_confirmation_again_is_the_same_order(cast: Cast) -> None:
    guest = cast.guest(slot=SLOT)
    cast.choose(guest)
    shown = cast.shown(guest)
    assert cast.place(guest, shown).id == cast.place(guest, shown, cast.restart()).id
    assert cast.held(guest.store_id) == 1
    assert len(cast.rows(Order)) == 1


def test_a_second_tap_after_paying_finds_the_paid_order(cast: Cast) -> None:
    guest = cast.guest()
    cast.choose(guest, "WATER")
    shown = cast.shown(guest)
    order = cast.place(guest, shown)
    start_payment(cast.wiring, order.reference)
    again = cast.place(guest, shown)
    assert (again.id, again.state) == (order.id, "paid")
    cast.later(hours=1)
    with pytest.raises(NotPlaced, match="empty"):
        cast.place(guest, shown)


def test_a_new_price_is_shown_before_anything_is_frozen(cast: Cast) -> None:
    guest = cast.guest(slot=SLOT)
    cast.choose(guest)
    shown = cast.shown(guest)
    with cast.wiring.db.transaction() as session:
        merchant_id = session.get_one(Store, guest.store_id).merchant_id
        publish(session, merchant_id, read(document(product("CREPE", price=901))), cast.clock.now())
    with pytest.raises(NotPlaced, match="changed"):
        cast.place(guest, shown)
    assert (cast.rows(Order), cast.rows(SlotUse)) == ([], [])
    assert cast.place(guest).total == 901


def test_a_dish_sold_out_meanwhile_is_not_ordered(cast: Cast) -> None:
    guest = cast.guest()
    cast.choose(guest)
    shown = cast.shown(guest)
    with cast.wiring.db.transaction() as session:
        mark_sold_out(session, guest.store_id, "CREPE", None)
    with pytest.raises(NotPlaced, match="changed"):
        cast.place(guest, shown)


def test_a_table_revoked_meanwhile_takes_no_order(cast: Cast) -> None:
    guest = cast.guest()
    cast.choose(guest)
    shown = cast.shown(guest)
    with cast.wiring.db.transaction() as session:
        revoke_table(session, tables_of(session, guest.store_id)[0].id, cast.clock.now())
    with pytest.raises(NotPlaced, match="table_gone"):
        cast.place(guest, shown)


@pytest.mark.parametrize(("slot", "code"), [(None, "closed"), (SLOT, "slot_gone")])
def test_a_store_closed_meanwhile_takes_no_order(cast: Cast, slot: None, code: str) -> None:
    guest = cast.guest(slot=slot)
    cast.choose(guest)
    shown = cast.shown(guest)
    with cast.wiring.db.transaction() as session:
        week: dict[str, list[list[str]]] = {"mon": [["09:00", "10:00"]]}
        session.execute(update(Store).values(hours=week, menu_stamp=Store.menu_stamp + 1))
    with pytest.raises(NotPlaced, match=code):
        cast.place(guest, shown)


def test_nobody_orders_from_the_basket_of_another_visit(cast: Cast) -> None:
    ada, eve = cast.guest(), cast.guest()
    cast.choose(ada)
    with pytest.raises(NotPlaced, match="empty"):
        cast.place(eve, cast.shown(ada))
    cast.choose(eve)
    with pytest.raises(NotPlaced, match="changed"):
        cast.place(eve, cast.shown(ada))


def test_a_full_slot_refuses_and_writes_nothing(cast: Cast) -> None:
    first, second = cast.guest(slot=SLOT), cast.guest(slot=SLOT)
    cast.choose(first, quantity=CAPACITY - 1)
    cast.choose(second, quantity=2)
    cast.place(first)
    with pytest.raises(NotPlaced, match="slot_full"):
        cast.place(second)
    assert len(cast.rows(Order)) == 1
    assert cast.held(first.store_id) == CAPACITY - 1


def test_another_confirmation_waits_until_the_first_order_is_closed(cast: Cast) -> None:
    guest = cast.guest(slot=SLOT)
    cast.choose(guest)
    first = cast.place(guest)
    cast.choose(guest, "CIDER")
    with pytest.raises(NotPlaced, match="being_paid") as refusal:
        cast.place(guest)
    assert refusal.value.reference == first.reference
    assert give_up(cast.wiring, first.reference, "cancelled", "replaced") == "cancelled"
    second = cast.place(guest)
    assert (second.total, cast.held(guest.store_id)) == (1350, 2)


def test_an_old_page_does_not_disturb_the_order_that_is_being_paid(cast: Cast) -> None:
    guest = cast.guest()
    cast.choose(guest, "CIDER")
    old_page = cast.shown(guest)
    cast.choose(guest)
    order = cast.place(guest)
    with pytest.raises(NotPlaced, match="changed"):
        cast.place(guest, old_page)
    assert cast.state(order) == "pending"


def test_what_is_added_while_paying_stays_in_the_basket_and_out_of_the_order(cast: Cast) -> None:
    guest = cast.guest()
    cast.choose(guest, quantity=2)
    order = cast.place(guest)
    start_payment(cast.wiring, order.reference)
    cast.choose(guest)
    cast.choose(guest, "CIDER")
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "paid"
    with cast.wiring.db.reading() as session:
        assert [(line.sku, line.quantity) for line in lines_of(session, order.id)] == [("CREPE", 2)]
    left = basket(cast, guest.visit_id, guest.store_id)
    assert [(line.wanted.sku, line.wanted.quantity) for line in left] == [("CREPE", 1), ("CIDER", 1)]


def test_paying_takes_nothing_from_a_basket_that_was_given_a_removed_lines_number(cast: Cast) -> None:
    guest, other = cast.guest(), cast.guest()
    cast.choose(guest)
    order = cast.place(guest)
    start_payment(cast.wiring, order.reference)
    number = basket(cast, guest.visit_id, guest.store_id)[0].id
    with cast.wiring.db.transaction() as session:
        session.execute(delete(BasketLine))
    cast.choose(other)
    with cast.wiring.db.transaction() as session:  # what SQLite does by itself with the highest number
        session.execute(update(BasketLine).values(id=number))
    cast.paid_at_provider(order)
    assert refresh(cast.wiring, order.reference, "return") == "paid"
    assert len(basket(cast, other.visit_id, other.store_id)) == 1


def test_numbers_count_up_and_begin_anew_each_local_day(cast: Cast) -> None:
    assert [cast.ordered().number for _ in range(3)] == [1, 2, 3]
    cast.clock.set(cast.clock.now() + timedelta(hours=12, minutes=1))  # past midnight in Paris, not yet in UTC
    assert cast.ordered().number == 1
