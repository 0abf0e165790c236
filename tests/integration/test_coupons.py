"""Codes of the merchant: typed, priced, held with the order, used when it is paid, released once when it is not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update

from tests.integration.checkout_cast import OPENED, SLOT, Cast, Guest
from tests.integration.promo_cast import ONE_USE, PERCENT, Promos
from tests.peers import BOB
from webapp.nouns.basket.models import BasketLine
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.code import NotACode, canonical
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.checkout.pay import start_payment


@pytest.fixture
def promos(cast: Cast) -> Promos:
    """Promotions at the café."""
    return Promos(cast)


def test_a_code_goes_from_typed_to_used(promos: Promos) -> None:
    once = promos.coupon(**ONE_USE)
    guest = promos.diner(code=" on ce ")
    assert (promos.price(guest).quote.total, promos.counts(once)) == (600, (0, 0))
    order = promos.cast.place(guest)
    assert (order.subtotal, order.total, promos.counts(once)) == (900, 600, (1, 0))
    assert [row["amount"] for row in order.discounts] == [300]
    start_payment(promos.cast.wiring, order.reference)
    promos.pay(order)
    assert (promos.cast.state(order), promos.counts(once), promos.states(order)) == ("paid", (0, 1), ["used"])
    assert promos.carried() == (0, 0, 0)


@pytest.mark.parametrize(("how", "ends"), [("cancelled", "cancelled"), ("expired", "expired")])
def test_an_order_that_is_not_paid_releases_its_code_once(promos: Promos, how: str, ends: str) -> None:
    once = promos.coupon(**ONE_USE)
    guest = promos.diner(code="once")
    order = promos.cast.place(guest)
    assert promos.counts(once) == (1, 0)
    for _ in range(3):
        assert give_up(promos.cast.wiring, order.reference, how, "test") == ends
    assert (promos.counts(once), promos.states(order)) == ((0, 0), ["released"])
    assert promos.price(guest).quote.total == 600, "the basket keeps its code"
    assert promos.cast.place(guest).total == 600


def test_money_that_comes_too_late_does_not_use_the_code(promos: Promos) -> None:
    once = promos.coupon(**ONE_USE)
    order, _session = _opened(promos, promos.diner(code="once"))
    promos.cast.paid_at_provider(order)
    with promos.cast.wiring.db.transaction() as session:
        session.get_one(Order, order.id).total = 1
    for body in promos.cast.events(order):
        promos.cast.call_back(body)
    assert (promos.cast.state(order), promos.counts(once)) == ("refund_due", (0, 0))


def _opened(promos: Promos, guest: Guest) -> tuple[Order, str]:
    order = promos.cast.place(guest)
    start_payment(promos.cast.wiring, order.reference)
    return order, promos.cast.session_of(order)


def test_placing_again_gives_the_same_order_and_the_same_hold(promos: Promos) -> None:
    once = promos.coupon(**ONE_USE)
    guest = promos.diner(code="once")
    shown = promos.cast.shown(guest)
    first, again = promos.cast.place(guest, shown), promos.cast.place(guest, shown)
    assert (first.id, promos.counts(once)) == (again.id, (1, 0))
    assert promos.cast.shown(guest) == shown, "its own hold does not make the code used up"


def test_the_last_use_goes_to_one_of_two_who_saw_the_same(promos: Promos) -> None:
    once = promos.coupon(**ONE_USE)
    first, second = promos.diner(code="once"), promos.diner(code="once", phone=BOB)
    shown = promos.cast.shown(second)
    promos.cast.place(first)
    assert promos.refused(second, shown) == "changed"
    assert promos.counts(once) == (1, 0)
    assert promos.price(second).quote.total == 900
    reason = promos.price(second).coupons[0].reason
    assert reason is not None
    assert reason.code == "used_up"


def test_parallel_orders_on_a_code_with_one_use_have_exactly_one_winner(promos: Promos) -> None:
    once = promos.coupon(**ONE_USE)
    guests = [promos.diner(code="once", phone=None) for _ in range(12)]
    shown = [promos.cast.shown(guest) for guest in guests]

    def place(pair: tuple[Guest, str]) -> Any:
        try:
            return promos.cast.place(*pair)
        except NotPlaced as refusal:
            return refusal.code

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(place, zip(guests, shown, strict=True)))
    assert sum(isinstance(one, Order) for one in outcomes) == 1
    assert {one for one in outcomes if isinstance(one, str)} == {"changed"}
    assert promos.counts(once) == (1, 0)


def test_parallel_orders_of_one_number_keep_to_its_limit(promos: Promos) -> None:
    coupon = promos.coupon(code="MINE", kind="percent", value=5000, max_per_customer=1)
    guests = [promos.diner(code="mine") for _ in range(6)]
    shown = [promos.cast.shown(guest) for guest in guests]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda pair: promos.refused(*pair), zip(guests, shown, strict=True)))
    assert outcomes.count("") == 1
    assert promos.counts(coupon) == (1, 0)


def test_a_limit_per_customer_counts_the_number_and_not_the_browser(promos: Promos) -> None:
    promos.coupon(code="MINE", kind="amount", value=100, max_per_customer=1)
    promos.cast.place(promos.diner(code="mine"))
    assert promos.type(promos.diner(), "mine") == "refused"
    assert promos.type(promos.diner(phone=BOB), "mine") == "accepted"


def test_a_first_order_code_is_for_the_first_order(promos: Promos) -> None:
    promos.coupon(code="HELLO", kind="amount", value=100, first_order_only=True)
    first, second = promos.diner(code="hello"), promos.diner(code="hello")
    shown = promos.cast.shown(second)
    promos.cast.place(first)
    assert promos.refused(second, shown) == "changed"
    assert promos.type(promos.diner(), "hello") == "refused"


@contextmanager
def _statements(promos: Promos) -> Iterator[list[str]]:
    """Every statement that reaches the database meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        seen.append(statement)

    engine = promos.cast.wiring.db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "facts",
    [
        {"active": False},
        {"starts_at": OPENED + timedelta(days=1)},
        {"ends_at": OPENED},
        {"store_slugs": ["two"]},
        {"modes": ["collect"]},
        {"hours": [["18:00", "22:00"]]},
        {"weekdays": [0]},
        {"minimum": 901},
        {"max_uses": 0},
        {"skus": ["CIDER"]},
    ],
)
def test_a_code_that_breaks_its_own_rule_is_refused_like_one_that_nobody_has(
    promos: Promos, facts: dict[str, Any]
) -> None:
    promos.coupon(**{**PERCENT, **facts})
    guest = promos.diner()
    assert promos.type(guest, "WARM") == "refused", "the first look of a process also reads the menu"
    with _statements(promos) as of_theirs:
        assert promos.type(guest, "TEN") == "refused"
    with _statements(promos) as of_nobodys:
        assert promos.type(guest, "NOBODYS") == "refused"
    assert of_theirs == of_nobodys, "the same questions in the same order: the time says nothing either (K5)"


@pytest.mark.parametrize(
    "facts",
    [
        {"starts_at": OPENED},
        {"ends_at": OPENED + timedelta(seconds=1)},
        {"store_slugs": ["one"]},
        {"modes": ["table"]},
        {"hours": [["11:30", "14:30"]]},
        {"weekdays": [4]},
        {"minimum": 900},
        {"max_uses": 1},
        {"skus": ["CREPE"]},
    ],
)
def test_a_code_is_accepted_at_the_very_edge_of_its_rule(promos: Promos, facts: dict[str, Any]) -> None:
    promos.coupon(**{**PERCENT, **facts})
    guest = promos.diner(code="TEN")
    assert promos.price(guest).quote.total == 810


def test_hours_are_those_of_the_meal_and_not_of_the_order(promos: Promos) -> None:
    promos.coupon(**{**PERCENT, "hours": [["12:30", "14:30"]]})
    assert promos.type(promos.diner(), "TEN") == "refused", "at the table it is noon"
    assert promos.type(promos.diner(slot=SLOT), "TEN") == "accepted", "collected at one"


def test_a_code_in_the_basket_says_what_is_missing_when_the_basket_shrinks(promos: Promos) -> None:
    promos.coupon(**{**PERCENT, "minimum": 1500})
    guest = promos.diner(quantity=2, code="ten")
    with promos.cast.wiring.db.transaction() as session:
        session.execute(update(BasketLine).values(quantity=1))
    (row,) = promos.price(guest).coupons
    assert row.reason is not None
    assert (row.reason.code, row.reason.missing, row.amount) == ("minimum", 600, 0)
    order = promos.cast.place(guest)
    assert (order.total, promos.discounts(order)) == (900, [])


def test_a_free_product_is_the_dearest_of_its_dishes_once(promos: Promos) -> None:
    promos.coupon(code="DESSERT", kind="free_product", value=1, skus=["CREPE", "CIDER"])
    guest = promos.diner("CIDER", 2)
    promos.cast.choose(guest, "CREPE", 3)
    assert promos.type(guest, "dessert") == "accepted"
    assert promos.price(guest).quote.total == 2 * 450 + 2 * 900


def test_a_free_product_may_be_typed_before_its_dish_is_chosen(promos: Promos) -> None:
    coupon = promos.coupon(code="DRINK", kind="free_product", value=1, skus=["CIDER"])
    guest = promos.diner(code="drink")
    assert promos.price(guest).quote.total == 900
    order = promos.cast.place(guest)
    assert (promos.discounts(order), promos.counts(coupon)) == ([], (0, 0)), "what takes nothing off is not used up"


def test_an_order_that_a_code_makes_free_is_paid_without_a_page_and_told_at_0(promos: Promos) -> None:
    coupon = promos.coupon(code="ALL", kind="percent", value=10_000, max_uses=1)
    order = promos.cast.place(promos.diner(code="all"))
    assert (order.total, start_payment(promos.cast.wiring, order.reference)) == (0, "")
    assert (promos.cast.state(order), promos.counts(coupon)) == ("paid", (0, 1))
    assert promos.cast.deliver() >= 1
    (told,) = [row for row in promos.cast.loyalty.ledger()["orders"] if row["order_id"] == order.reference]
    assert (told["amount"], [line["amount"] for line in told["body"]["lines"]]) == (0, [900, -900])
    assert "reward_id" not in told["body"]["lines"][1]


def test_the_same_code_twice_is_one_code(promos: Promos) -> None:
    promos.coupon(**PERCENT)
    guest = promos.diner(code="ten")
    assert promos.type(guest, "TEN") == "already"
    assert promos.price(guest).quote.total == 810


def test_codes_that_do_not_stack_leave_the_better_one_whatever_came_first(promos: Promos) -> None:
    promos.coupon(**PERCENT)
    promos.coupon(code="THREE", kind="amount", value=300)
    promos.coupon(code="PLUS", kind="amount", value=50, stacks=True)
    totals = set()
    for codes in (("ten", "three", "plus"), ("plus", "three", "ten"), ("three", "ten", "plus")):
        guest = promos.diner()
        assert [promos.type(guest, code) for code in codes] == ["accepted"] * 3
        totals.add(promos.price(guest).quote.total)
        aside = {one.coupon.code: one.reason.code for one in promos.price(guest).coupons if one.reason}
        assert aside == {"TEN": "set_aside", "PLUS": "set_aside"}
    assert totals == {600}


def test_codes_that_stack_count_together(promos: Promos) -> None:
    promos.coupon(**PERCENT, stacks=True)
    promos.coupon(code="PLUS", kind="amount", value=50, stacks=True)
    guest = promos.diner(code="plus")
    assert promos.type(guest, "ten") == "accepted"
    assert promos.price(guest).quote.total == 900 - 90 - 50


def test_more_than_five_codes_are_refused_kindly(promos: Promos) -> None:
    for number in range(6):
        promos.coupon(code=f"C{number}", kind="amount", value=1, stacks=True)
    guest = promos.diner()
    assert [promos.type(guest, f"c{number}") for number in range(6)] == ["accepted"] * 5 + ["full"]


def test_guesses_are_budgeted_and_the_right_code_again_is_free(promos: Promos) -> None:
    promos.coupon(**PERCENT)
    guest = promos.diner(code="ten")
    assert [promos.type(guest, f"guess{number}") for number in range(9)] == ["refused"] * 9
    late = promos.typed(guest, "guess9")
    assert late.outcome == "throttled"
    assert late.retry_after_s > 0
    assert promos.type(guest, "ten") == "already"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" bien venue ", "BIENVENUE"),
        ("\uff42\uff49en", "BIEN"),
        ("mi\u00addi5\u200b", "MIDI5"),
        ("été-10", "ÉTÉ-10"),
        ("a\tb\nc", "ABC"),
    ],
)
def test_a_code_has_one_canonical_form(typed: str, meant: str) -> None:
    assert canonical(typed) == meant
    assert canonical(meant) == meant


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "empty"),
        (" \u200b", "empty"),
        ("X" * 41, "too_long"),
        ("x" * 200, "too_long"),
        ("🎉", "strange"),
        ("A'B", "strange"),
        ("<b>", "strange"),
    ],
)
def test_what_cannot_be_a_code_says_why(typed: str, why: str) -> None:
    with pytest.raises(NotACode) as refused:
        canonical(typed)
    assert refused.value.code == why
