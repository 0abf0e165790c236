"""Rewards of the diner's own: put on an order, held, used once by its line, and given back when it is not paid."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from tests.integration.checkout_cast import Cast, Guest
from tests.integration.promo_cast import PERCENT, Promos
from tests.peers import ADA, BOB
from webapp.nouns.catalog.publish import mark_sold_out
from webapp.nouns.customer.models import Customer
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import BasketReward, Voucher
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.promotion.rewards import NotUsable, look


@pytest.fixture
def promos(cast: Cast) -> Promos:
    """Promotions at the café, whose programme offers a crêpe, a choice of drinks and two vouchers."""
    made = Promos(cast)
    made.reward("free-crepe", "free_product", external_id=" CREPE ,,POS-1, CREPE, x ,")
    made.reward("free-drink", "free_product", external_id="CIDER,WATER,0012")
    made.reward("two-euros", "voucher_amount", value=200)
    made.reward("half", "voucher_percentage", value=50)
    return made


def _refused(promos: Promos, guest: Guest, owned_id: str, sku: str | None = None) -> str:
    with pytest.raises(NotUsable) as refusal:
        promos.use(guest, owned_id, sku)
    return refusal.value.code


def _paid(promos: Promos, order: Order) -> None:
    if start_payment(promos.cast.wiring, order.reference):
        promos.pay(order)
    assert promos.cast.state(order) == "paid"


def test_a_free_product_goes_from_the_basket_to_the_programme_once(promos: Promos) -> None:
    copy = promos.copy("free-crepe")
    before = promos.cast.loyalty.customer(ADA)["points"]
    guest = promos.proved()
    promos.cast.choose(guest, "CIDER", 2)
    promos.use(guest, copy, "CREPE")
    assert promos.price(guest).quote.total == 900
    order = promos.cast.place(guest)
    assert [(row.kind, row.owned_id, row.amount, row.state) for row in promos.discounts(order)] == [
        ("reward", copy, 900, "held")
    ]
    _paid(promos, order)
    assert promos.told(order) == [
        ("CIDER", 450, None),
        ("CIDER", 450, None),
        ("CREPE", 0, "free-crepe"),
    ]
    assert (promos.used_at_programme(), promos.states(order), promos.carried()) == ([True], ["used"], (0, 0, 0))
    assert promos.cast.loyalty.customer(ADA)["points"] == before + 9
    assert _refused(promos, guest, copy, "CREPE") == "gone"


def test_a_reward_alone_makes_an_order_of_0_that_is_told(promos: Promos) -> None:
    guest = promos.proved()
    promos.use(guest, promos.copy("free-crepe"), "CREPE")
    order = promos.cast.place(guest)
    assert order.total == 0
    _paid(promos, order)
    assert promos.told(order) == [("CREPE", 0, "free-crepe")]
    assert promos.used_at_programme() == [True]


def test_foreign_and_empty_skus_are_left_out_and_several_are_a_choice(promos: Promos) -> None:
    guest = promos.proved()
    crepe, drink = promos.copy("free-crepe"), promos.copy("free-drink")
    assert [item.sku for item in look(promos.cast.wiring, promos.asked(guest), crepe).dishes] == ["CREPE"]
    assert [item.sku for item in look(promos.cast.wiring, promos.asked(guest), drink).dishes] == ["CIDER", "WATER"]
    assert _refused(promos, guest, drink) == "dish"
    assert _refused(promos, guest, drink, "CREPE") == "dish"
    promos.use(guest, drink, "CIDER")
    assert promos.price(guest).quote.total == 0


def test_a_reward_with_no_dish_of_ours_is_not_usable_and_not_consumed(promos: Promos) -> None:
    promos.reward("elsewhere", "free_product", external_id="POS-1, ,x")
    copy = promos.copy("elsewhere")
    assert _refused(promos, promos.proved(), copy, "CREPE") == "nowhere"
    assert promos.used_at_programme() == [False]


def test_a_dish_that_is_sold_out_is_not_offered(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    with promos.cast.wiring.db.transaction() as session:
        mark_sold_out(session, guest.store_id, "CREPE", None)
    assert _refused(promos, guest, copy, "CREPE") == "nowhere"


def test_a_number_alone_uses_nothing(promos: Promos) -> None:
    copy = promos.copy("free-crepe")
    assert _refused(promos, promos.cast.guest(), copy, "CREPE") == "unproved"


def test_the_reward_of_somebody_else_is_not_there(promos: Promos) -> None:
    copy = promos.copy("free-crepe")
    bob = promos.proved(BOB)
    assert _refused(promos, bob, copy, "CREPE") in {"gone", "unavailable"}


def test_taking_it_out_takes_its_dish_with_it_and_keeps_the_reward(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    promos.cast.choose(guest, "CREPE")
    promos.use(guest, copy, "CREPE")
    assert promos.price(guest).quote.subtotal == 1800, "its dish is a line of its own"
    assert promos.take_out(guest, copy)
    assert (promos.price(guest).quote.total, promos.carried()) == (900, (0, 0, 0))
    assert not promos.take_out(guest, copy)
    promos.use(guest, copy, "CREPE")
    assert promos.price(guest).quote.total == 900


def test_putting_it_in_twice_is_once(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("free-drink")
    promos.use(guest, copy, "CIDER")
    promos.use(guest, copy, "WATER")
    assert [line.sku for line in promos.price(guest).quote.lines] == ["WATER"]


def test_one_reward_an_order(promos: Promos) -> None:
    guest = promos.proved()
    promos.use(guest, promos.copy("free-crepe"), "CREPE")
    assert _refused(promos, guest, promos.copy("two-euros")) == "order_limit"


@pytest.mark.parametrize(("reward", "off"), [("two-euros", 200), ("half", 450)])
def test_a_voucher_is_ours_under_the_same_code_and_told_as_one_negative_line(
    promos: Promos, reward: str, off: int
) -> None:
    guest, copy = promos.proved(), promos.copy(reward)
    promos.cast.choose(guest)
    promos.use(guest, copy)
    order = promos.cast.place(guest)
    assert order.total == 900 - off
    (voucher,) = promos.cast.rows(Voucher)
    assert voucher.code == promos.cast.loyalty.customer(ADA)["owned"][0]["coupon_code"]
    _paid(promos, order)
    assert promos.told(order) == [("CREPE", 900, None), (reward, -off, reward)]
    assert promos.used_at_programme() == [True]


def test_a_voucher_never_makes_a_total_negative(promos: Promos) -> None:
    promos.reward("huge", "voucher_amount", value=9000)
    guest = promos.proved()
    promos.cast.choose(guest, "CIDER")
    promos.use(guest, promos.copy("huge"))
    order = promos.cast.place(guest)
    assert (order.total, order.discounts[0]["amount"]) == (0, 450)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("voucher_amount", {}),
        ("voucher_percentage", {"value": 150}),
        ("voucher_mystery", {"value": 5}),
        ("tombola", {}),
    ],
)
def test_what_cannot_be_read_is_for_the_counter(promos: Promos, kind: str, facts: dict[str, Any]) -> None:
    promos.reward("odd", kind, **facts)
    assert _refused(promos, promos.proved(), promos.copy("odd")) == "counter"


def test_a_voucher_taken_in_twice_is_one_voucher(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("two-euros")
    promos.cast.choose(guest)
    for _ in range(2):
        promos.use(guest, copy)
        assert promos.take_out(guest, copy)
    promos.use(guest, copy)
    assert promos.carried() == (1, 0, 1)


def test_the_voucher_of_somebody_else_is_refused_even_with_its_code(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("two-euros")
    promos.cast.choose(guest)
    promos.use(guest, copy)
    other = promos.diner(phone=BOB)
    with promos.cast.wiring.db.transaction() as session:
        (bob,) = promos.cast.rows(Customer, Customer.phone == BOB)
        session.execute(update(Voucher).values(customer_id=bob.id))
    assert promos.take_out(guest, copy)
    assert _refused(promos, guest, copy) == "gone"
    (voucher,) = promos.cast.rows(Voucher)
    assert promos.type(other, voucher.code) == "refused"


def test_an_order_that_ends_unpaid_gives_the_reward_back(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    promos.use(guest, copy, "CREPE")
    promos.cast.choose(guest, "CIDER")
    order = promos.cast.place(guest)
    second = promos.proved()
    assert _refused(promos, second, copy, "CREPE") == "held"
    for _ in range(2):
        give_up(promos.cast.wiring, order.reference, "cancelled", "test")
    assert promos.states(order) == ["released"]
    promos.use(second, copy, "CREPE")
    assert promos.price(second).quote.total == 0
    assert promos.used_at_programme() == [False]


def test_two_baskets_with_one_copy_place_one_order(promos: Promos) -> None:
    copy = promos.copy("two-euros")
    guests = [promos.proved() for _ in range(6)]
    for guest in guests:
        promos.cast.choose(guest)
        promos.use(guest, copy)
    shown = [promos.cast.shown(guest) for guest in guests]
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda pair: promos.refused(*pair), zip(guests, shown, strict=True)))
    assert outcomes.count("") == 1
    assert set(outcomes) == {"", "changed"}
    late = guests[0] if outcomes[0] else guests[1]
    reason = promos.price(late).rewards[0].reason
    assert reason is not None
    assert (reason.code, promos.price(late).quote.total) == ("held", 900)


def test_a_dish_whose_reward_is_held_elsewhere_is_never_charged_in_silence(promos: Promos) -> None:
    copy = promos.copy("free-crepe")
    first, second = promos.proved(), promos.proved()
    for guest in (first, second):
        promos.use(guest, copy, "CREPE")
        promos.cast.choose(guest, "CIDER")
    promos.cast.place(first)
    assert promos.price(second).stops
    with pytest.raises(NotPlaced):
        promos.cast.place(second)


def test_another_number_in_the_same_browser_does_not_use_the_reward(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("two-euros")
    promos.cast.choose(guest)
    promos.use(guest, copy)
    promos.prove(guest, BOB)
    reason = promos.price(guest).rewards[0].reason
    assert reason is not None
    assert (reason.code, promos.price(guest).quote.total) == ("other_number", 900)


def test_the_owner_who_locks_spending_stops_what_lies_in_baskets(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    promos.use(guest, copy, "CREPE")
    promos.cast.choose(guest, "CIDER")
    with promos.cast.wiring.db.transaction() as session:
        session.execute(update(Customer).values(spending_locked_at=promos.cast.clock.now()))
    assert promos.price(guest).stops
    assert _refused(promos, guest, copy, "CREPE") == "locked"


def test_of_two_copies_the_oldest_free_one_is_taken_so_that_both_can_be_used(promos: Promos) -> None:
    first, second = promos.copy("free-crepe"), promos.copy("free-crepe")
    for round_ in range(2):
        guest = promos.proved()
        promos.use(guest, second, "CREPE")
        (row,) = promos.cast.rows(BasketReward)
        assert row.owned_id == (first, second)[round_]
        order = promos.cast.place(guest)
        _paid(promos, order)
        promos.told(order)
        promos.cast.later(minutes=1)
    assert promos.used_at_programme() == [True, True]


def test_a_code_that_does_not_stack_is_set_aside_beside_a_reward(promos: Promos) -> None:
    coupon = promos.coupon(**PERCENT)
    promos.coupon(code="PLUS", kind="amount", value=50, stacks=True)
    guest = promos.proved()
    promos.cast.choose(guest, "CIDER", 2)
    assert [promos.type(guest, code) for code in ("ten", "plus")] == ["accepted"] * 2
    promos.use(guest, promos.copy("free-crepe"), "CREPE")
    assert promos.price(guest).quote.total == 900 - 50
    order = promos.cast.place(guest)
    assert (sorted(row.kind for row in promos.discounts(order)), promos.counts(coupon)) == (
        ["coupon", "reward"],
        (0, 0),
    )
    _paid(promos, order)
    assert promos.told(order)[-2:] == [("CREPE", 0, "free-crepe"), ("PLUS", -50, None)]


def test_a_minimum_does_not_count_what_a_reward_gives_away(promos: Promos) -> None:
    promos.coupon(code="FROM", kind="amount", value=100, minimum=900, stacks=True)
    guest = promos.proved()
    promos.use(guest, promos.copy("free-crepe"), "CREPE")
    assert promos.type(guest, "from") == "refused"
    promos.cast.choose(guest, "CIDER", 2)
    assert promos.type(guest, "from") == "accepted"


def test_a_silent_programme_refuses_kindly_and_changes_nothing(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    promos.cast.loyalty.fault(route="*", kind="error", status=500)
    assert _refused(promos, guest, copy, "CREPE") == "unavailable"
    promos.cast.loyalty.behave()
    promos.use(guest, copy, "CREPE")


def test_a_fourth_reward_a_day_waits(promos: Promos) -> None:
    copies = [promos.copy("free-crepe") for _ in range(4)]
    for copy in copies[:3]:
        guest = promos.proved()
        promos.use(guest, copy, "CREPE")
        _paid(promos, promos.cast.place(guest))
        promos.cast.deliver()
        promos.cast.later(minutes=1)
    guest = promos.proved()
    assert _refused(promos, guest, copies[3], "CREPE") == "day_limit"
    promos.cast.later(days=1)
    guest = promos.proved()
    promos.use(guest, copies[3], "CREPE")


def test_the_owner_may_type_the_code_of_a_voucher_and_to_others_it_reads_like_none(promos: Promos) -> None:
    owner, copy = promos.proved(), promos.copy("two-euros")
    promos.cast.choose(owner)
    code = next(one["coupon_code"] for one in promos.cast.loyalty.customer(ADA)["owned"] if one["hash"] == copy)
    only_typed = promos.diner()  # the same number, not proved in this browser
    other = promos.proved(BOB)
    promos.cast.choose(other)
    assert [promos.type(one, code) for one in (only_typed, other)] == ["refused", "refused"]
    assert promos.type(owner, f" {code.lower()} ") == "accepted"
    assert promos.price(owner).quote.total == 700
    assert promos.type(owner, "NOBODYS") == "refused"


def test_the_owner_is_told_why_a_voucher_cannot_go_on_this_order(promos: Promos) -> None:
    owner, copy = promos.proved(), promos.copy("half")
    promos.cast.choose(owner)
    other = promos.copy("two-euros")
    promos.use(owner, other)
    code = next(one["coupon_code"] for one in promos.cast.loyalty.customer(ADA)["owned"] if one["hash"] == copy)
    said = promos.typed(owner, code)
    assert (said.outcome, said.reason) == ("own", "order_limit")
