"""What happens to a reward on an order when its owner, or its browser, stops being allowed to spend."""

import pytest
from sqlalchemy import update

from tests.integration.checkout_cast import Cast, Guest
from tests.integration.promo_cast import Promos
from tests.peers import ADA, ADA_ID
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof import proof_of, prove, revoke
from webapp.nouns.order.models import Order
from webapp.usecases.checkout.pay import CannotPay, start_payment
from webapp.usecases.proof import notice
from webapp.usecases.proof.limits import may_spend, may_use

CARD = "~cabcdefghijklmnopqr"


@pytest.fixture
def promos(cast: Cast) -> Promos:
    """A café whose programme offers a crêpe and two euros."""
    made = Promos(cast)
    made.reward("free-crepe", "free_product", external_id="CREPE")
    made.reward("two-euros", "voucher_amount", value=200)
    return made


def _owner_locks(promos: Promos) -> None:
    """What pressing "this was not me" does."""
    wiring = promos.cast.wiring
    (customer,) = promos.cast.rows(Customer, Customer.phone == ADA)
    wiring.db.run(lambda session: notice.stop_spending(session, customer.id, wiring.clock.now()))


def _placed(promos: Promos) -> tuple[Guest, Order]:
    guest, copy = promos.proved(), promos.copy("free-crepe")
    promos.use(guest, copy, "CREPE")
    promos.cast.choose(guest, "CIDER")
    return guest, promos.cast.place(guest)


def test_an_order_being_paid_ends_when_the_owner_locks_and_the_reward_stays_theirs(promos: Promos) -> None:
    _guest, order = _placed(promos)
    start_payment(promos.cast.wiring, order.reference)
    _owner_locks(promos)
    with pytest.raises(CannotPay):
        start_payment(promos.cast.wiring, order.reference)
    promos.cast.rounds()
    assert promos.cast.state(order) == "expired"
    assert promos.states(order) == ["released"]
    assert promos.used_at_programme() == [False]


def test_money_that_came_in_before_the_page_was_closed_goes_back(promos: Promos) -> None:
    _guest, order = _placed(promos)
    start_payment(promos.cast.wiring, order.reference)
    promos.cast.paid_at_provider(order)
    _owner_locks(promos)
    promos.cast.rounds(3, minutes=2)
    assert promos.cast.state(order) == "refunded"
    assert promos.cast.balance(order) == 0
    assert promos.states(order) == ["released"]
    assert "payment_spending_locked" in promos.cast.alerts()
    assert promos.cast.messages(order) == []


def test_an_order_without_a_reward_of_theirs_is_nobodys_business(promos: Promos) -> None:
    order = promos.cast.ordered()
    start_payment(promos.cast.wiring, order.reference)
    _owner_locks(promos)
    promos.pay(order)
    assert promos.cast.state(order) == "paid"


def test_a_proof_that_ended_after_the_last_page_was_shown_is_noticed_when_it_is_confirmed(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("two-euros")
    promos.cast.choose(guest)
    promos.use(guest, copy)
    shown, wiring = promos.cast.shown(guest), promos.cast.wiring
    (customer,) = promos.cast.rows(Customer)
    wiring.db.run(lambda session: revoke(session, customer.id, wiring.clock.now()))
    assert promos.refused(guest, shown) == "changed"
    reason = promos.price(guest).rewards[0].reason
    assert reason is not None
    assert (reason.code, promos.price(guest).quote.total) == ("unproved", 900)


def test_a_lock_between_the_last_page_and_its_confirmation_is_noticed(promos: Promos) -> None:
    guest, copy = promos.proved(), promos.copy("two-euros")
    promos.cast.choose(guest)
    promos.use(guest, copy)
    shown = promos.cast.shown(guest)
    with promos.cast.wiring.db.transaction() as session:
        session.execute(update(Customer).values(spending_locked_at=promos.cast.clock.now()))
    assert promos.refused(guest, shown) == "changed"


def test_the_limit_of_a_day_is_read_again_when_the_order_is_frozen(promos: Promos) -> None:
    guests = []
    for number in range(4):
        promos.reward(f"euro-{number}", "voucher_amount", value=100)
        guest, copy = promos.proved(), promos.copy(f"euro-{number}")
        promos.cast.choose(guest)
        promos.use(guest, copy)
        guests.append(guest)
    assert [promos.refused(guest) for guest in guests] == ["", "", "", "day_limit"]


def _by_card(promos: Promos) -> Guest:
    """Ada once more, by her card: the programme says that both names are the same member."""
    promos.cast.guest(phone=ADA)
    guest = promos.proved(CARD)
    with promos.cast.wiring.db.transaction() as session:
        session.execute(update(Customer).values(member_id=ADA_ID, member_connection_id=promos.cast.connection))
    return guest


def _may(promos: Promos, guest: Guest) -> set[str]:
    now = promos.cast.clock.now()
    (customer,) = promos.cast.rows(Customer, Customer.phone == CARD)
    with promos.cast.wiring.db.reading() as session:
        return {
            may_spend(session, customer, now, browser=guest.browser, cost=1),
            may_use(session, customer, now, browser=guest.browser),
        }


def test_a_lock_holds_for_every_name_of_the_member_until_the_owner_of_the_number_takes_it_back(promos: Promos) -> None:
    guest, copy, now = _by_card(promos), promos.copy("free-crepe"), promos.cast.clock.now()
    promos.use(guest, copy, "CREPE")
    promos.cast.choose(guest, "CIDER")
    order = promos.cast.place(guest)
    start_payment(promos.cast.wiring, order.reference)
    assert _may(promos, guest) == {""}
    _owner_locks(promos)
    assert _may(promos, guest) == {"locked"}
    promos.cast.rounds()
    assert (promos.cast.state(order), promos.states(order)) == ("expired", ["released"])
    ids = {row.phone: row.id for row in promos.cast.rows(Customer)}
    with promos.cast.wiring.db.transaction() as session:
        assert proof_of(session, guest.browser, ids[CARD], now) is None
        prove(session, guest.browser, ids[CARD], "sms", now)
    assert _may(promos, guest) == {"locked"}, "only the number it was locked for opens it again"
    with promos.cast.wiring.db.transaction() as session:
        prove(session, guest.browser, ids[ADA], "sms", now)
    assert _may(promos, guest) == {""}


def test_a_name_given_after_the_lock_is_locked_as_soon_as_the_programme_says_whose_it_is(promos: Promos) -> None:
    promos.cast.guest(phone=ADA)
    with promos.cast.wiring.db.transaction() as session:
        session.execute(update(Customer).values(member_id=ADA_ID, member_connection_id=promos.cast.connection))
    _owner_locks(promos)
    assert _may(promos, _by_card(promos)) == {"locked"}


def test_a_second_name_has_no_second_day_of_rewards(promos: Promos) -> None:
    guest = _by_card(promos)
    for number in range(3):
        promos.reward(f"euro-{number}", "voucher_amount", value=100)
        other, copy = promos.proved(), promos.copy(f"euro-{number}")
        promos.cast.choose(other)
        promos.use(other, copy)
        promos.cast.place(other)
    assert _may(promos, guest) == {"", "day_limit"}
