"""A reward given without proof (section 3, d): held until staff have looked at the phone, then used or its owner's."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.integration.checkout_cast import Cast, Guest
from tests.integration.promo_cast import Promos
from tests.peers import ADA
from webapp.nouns.customer.proof import lock_spending
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.staff.models import StaffDeed
from webapp.usecases.checkout.give_back import Wish, give_back
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.kitchen.number import release_unchecked, say_number
from webapp.usecases.kitchen.progress import Hand
from webapp.usecases.promotion.rewards import NotUsable
from webapp.usecases.upkeep.erasure import NotYet, erase

DAY = timedelta(hours=24)


@pytest.fixture
def promos(cast: Cast) -> Promos:
    """A café whose programme offers a crêpe and a voucher, and that sends no text messages."""
    made = Promos(cast)
    made.reward("free-crepe", "free_product", external_id="CREPE")
    made.reward("two-euros", "voucher_amount", value=200)
    return made


def placed(promos: Promos) -> tuple[Guest, Order, str]:
    """Two ciders and a crêpe for a reward of Ada's, ordered by whoever typed her number."""
    copy, guest = promos.copy("free-crepe"), promos.cast.guest()
    promos.cast.choose(guest, "CIDER", 2)
    promos.use(guest, copy, "CREPE", counter=True)
    return guest, promos.cast.place(guest), copy


def paid(promos: Promos) -> tuple[Guest, Order, str]:
    """The same, paid."""
    guest, order, copy = placed(promos)
    start_payment(promos.cast.wiring, order.reference)
    promos.pay(order)
    assert promos.cast.state(order) == "paid"
    return guest, order, copy


def say(promos: Promos, order: Order, *, theirs: bool, store_id: int | None = None) -> str:
    return say_number(promos.cast.wiring, Hand(store_id or order.store_id, None), order.id, theirs=theirs)


def check(promos: Promos, order: Order) -> str:
    (row,) = promos.cast.rows(Order, Order.id == order.id)
    return str(row.number_check)


def later(promos: Promos, span: timedelta) -> None:
    promos.cast.clock.set(promos.cast.clock.now() + span)


def refused(promos: Promos, guest: Guest, copy: str, sku: str | None) -> str:
    with pytest.raises(NotUsable) as refusal:
        promos.use(guest, copy, sku, counter=True)
    return refusal.value.code


def test_it_stays_held_and_untold_until_the_number_is_checked(promos: Promos) -> None:
    guest, order, copy = paid(promos)
    assert (promos.states(order), check(promos, order), promos.carried()) == (["held"], "wanted", (0, 0, 0))
    assert promos.cast.deliver() == 0, "the programme is told once, with the staff's word"
    assert refused(promos, guest, copy, "CREPE") == "to_check"
    assert say(promos, order, theirs=True) == "said"
    assert promos.told(order) == [("CIDER", 450, None), ("CIDER", 450, None), ("CREPE", 0, "free-crepe")]
    assert (promos.states(order), promos.used_at_programme()) == (["used"], [True])
    assert [deed.deed for deed in promos.cast.rows(StaffDeed)] == ["order.number"]


def test_somebody_elses_reward_goes_back_and_the_order_is_told_without_it(promos: Promos) -> None:
    guest, order, copy = paid(promos)
    assert say(promos, order, theirs=False) == "said"
    assert promos.told(order) == [("CIDER", 450, None), ("CIDER", 450, None), ("CREPE", 0, None)]
    assert (promos.states(order), promos.used_at_programme()) == (["released"], [False])
    promos.use(guest, copy, "CREPE", counter=True)


def test_a_day_without_a_word_releases_it_and_tells_the_order_without_it(promos: Promos) -> None:
    _guest, order, _copy = paid(promos)
    later(promos, DAY - timedelta(seconds=1))
    assert (release_unchecked(promos.cast.wiring), promos.cast.deliver()) == (0, 0)
    later(promos, timedelta(seconds=2))
    assert (release_unchecked(promos.cast.wiring), release_unchecked(promos.cast.wiring)) == (1, 0)
    assert (check(promos, order), say(promos, order, theirs=True)) == ("late", "refused")
    assert promos.told(order)[-1] == ("CREPE", 0, None)
    assert (promos.states(order), promos.used_at_programme()) == (["released"], [False])


def test_with_no_worker_to_release_it_the_report_leaves_alone_and_a_late_word_says_so(promos: Promos) -> None:
    _guest, order, _copy = paid(promos)
    later(promos, DAY + timedelta(hours=2))
    assert promos.told(order)[-1] == ("CREPE", 0, None)
    assert say(promos, order, theirs=True) == "refused"
    assert (check(promos, order), promos.states(order), promos.used_at_programme()) == ("late", ["released"], [False])


def test_of_many_words_at_once_one_counts(promos: Promos) -> None:
    _guest, order, _copy = paid(promos)
    later(promos, DAY + timedelta(seconds=1))
    words = [lambda: say(promos, order, theirs=True), lambda: say(promos, order, theirs=False)]
    everybody = [*words, lambda: str(release_unchecked(promos.cast.wiring))] * 4
    with ThreadPoolExecutor(len(everybody)) as pool:
        answers = [one.result() for one in [pool.submit(each) for each in everybody]]
    assert answers.count("said") + answers.count("1") == 1
    used = check(promos, order) == "yes"
    assert promos.told(order)[-1] == ("CREPE", 0, "free-crepe" if used else None)
    assert (promos.states(order), promos.used_at_programme()) == (["used" if used else "released"], [used])
    assert promos.cast.deliver() == 0


def test_a_second_tap_changes_nothing_and_another_store_has_no_such_order(promos: Promos) -> None:
    _guest, order, _copy = paid(promos)
    assert say(promos, order, theirs=True, store_id=order.store_id + 1) == "no order"
    assert [say(promos, order, theirs=True) for _ in range(2)] == ["said", "said already"]
    assert say(promos, order, theirs=False) == "refused"
    assert len(promos.cast.rows(StaffDeed)) == 1


def test_nothing_is_checked_of_an_order_that_is_not_paid(promos: Promos) -> None:
    _guest, order, _copy = placed(promos)
    assert say(promos, order, theirs=True) == "refused"
    later(promos, DAY * 2)
    assert release_unchecked(promos.cast.wiring) == 0, "it was never paid"
    assert give_up(promos.cast.wiring, order.reference, "cancelled", "test") == "cancelled"
    assert (promos.states(order), say(promos, order, theirs=True)) == (["released"], "refused")


def test_a_refund_before_the_check_gives_it_back_and_tells_nobody(promos: Promos) -> None:
    _guest, order, _copy = paid(promos)
    give_back(promos.cast.wiring, Wish(order.id, order.merchant_id, order.store_id, None, key="k", shown=order.total))
    assert (promos.states(order), say(promos, order, theirs=True)) == (["released"], "refused")
    later(promos, DAY * 2)
    release_unchecked(promos.cast.wiring)
    assert (promos.cast.deliver(), promos.used_at_programme()) == (0, [False])


def test_a_number_its_owner_has_locked_is_nobodys_to_confirm(promos: Promos) -> None:
    _guest, order, _copy = paid(promos)
    promos.cast.wiring.db.run(lambda session: lock_spending(session, order.customer_id or 0, promos.cast.clock.now()))
    assert (say(promos, order, theirs=True), check(promos, order)) == ("locked", "wanted")
    assert say(promos, order, theirs=False) == "said"
    assert promos.states(order) == ["released"]


def test_a_discount_needs_proof_for_it_cannot_be_charged_again(promos: Promos) -> None:
    copy, guest = promos.copy("two-euros"), promos.cast.guest()
    promos.cast.choose(guest)
    assert refused(promos, guest, copy, None) == "proof_only"
    assert refused(promos, guest, promos.copy("free-crepe"), "CIDER") == "dish"


def test_a_browser_that_proves_its_number_needs_no_check(promos: Promos) -> None:
    copy, guest = promos.copy("free-crepe"), promos.cast.guest()
    promos.use(guest, copy, "CREPE", counter=True)
    promos.prove(guest)
    order = promos.cast.place(guest)
    assert (order.number_check, [row.counter for row in promos.discounts(order)]) == ("", [False])


def test_what_waits_names_no_reward_and_a_forgotten_person_is_not_told_of(promos: Promos) -> None:
    _guest, order, _copy = paid(promos)
    (waiting,) = promos.cast.rows(OutboxMessage, OutboxMessage.order_id == order.id)
    assert [line["reward_id"] for line in json.loads(waiting.payload)["lines"]] == [None, None, None]
    with pytest.raises(NotYet):
        promos.cast.wiring.db.run(lambda session: erase(session, order.merchant_id, ADA))
    promos.cast.wiring.db.run(lambda session: erase(session, order.merchant_id, ADA, abandon=True))
    assert say(promos, order, theirs=True) == "refused"
    assert (promos.states(order), promos.cast.deliver()) == (["released"], 0)
