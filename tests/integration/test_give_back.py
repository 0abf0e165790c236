"""Staff give money back: asked once, never more than was paid, loyalty told once and in order (M2, M9, L10, K2, R5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from tests.integration.checkout_cast import SLOT, Cast
from tests.integration.promo_cast import ONE_USE, Promos
from tests.integration.test_races import at_once
from tests.integration.test_reconcile import odd
from tests.integration.truth import broken
from tests.peers import ADA, pongo_at
from webapp.nouns.order.models import Order
from webapp.nouns.order.refund_models import PaperCounter, RefundRequest
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.staff.models import StaffDeed
from webapp.ports.loyalty.pongo.client import CAPABILITIES, Pongo
from webapp.usecases.checkout.give_back import NotGivenBack, Wish, ask_again, give_back
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.upkeep.erasure import erase


def refused(cast: Cast, wish: Wish) -> str:
    """Why nothing is given back."""
    with pytest.raises(NotGivenBack) as refusal:
        give_back(cast.wiring, wish)
    return refusal.value.code


def points(cast: Cast) -> int:
    """Ada's points at the programme."""
    return int(cast.loyalty.customer(ADA)["points"])


def cancels(cast: Cast) -> list[tuple[str, str]]:
    """Key and state of every cancellation."""
    return [(row.key, row.state) for row in cast.rows(OutboxMessage, OutboxMessage.topic == "loyalty.cancel")]


def statuses(cast: Cast, order: Order) -> list[str]:
    """What the programme says of an order."""
    return [row["status"] for row in cast.received() if row["order_id"] == order.reference]


def settle(cast: Cast) -> None:
    """The reconciler and the worker go their rounds."""
    cast.rounds(2, seconds=31)
    cast.deliver()
    cast.later(seconds=11)
    cast.deliver()


def test_a_whole_refund_goes_back_once_and_takes_the_points_with_it(cast: Cast) -> None:
    before = points(cast)
    order = cast.paid(slot=SLOT)
    cast.deliver()
    assert points(cast) == before + order.total // 100
    request = cast.give_back(order, key="one")
    assert give_back(cast.wiring, replace(cast_wish(order, order.total), key="one")) == request
    assert (cast.state(order), cast.held(order.store_id)) == ("refund_due", 0)
    assert [one.state for one in cast.attempts(order)] == ["refund_pending"]
    settle(cast)
    assert [one.state for one in cast.attempts(order)] == ["refunded"]
    assert (cast.state(order), cast.balance(order), points(cast)) == ("refunded", 0, before)
    assert (cast.order(order).points_state, statuses(cast, order)) == ("withdrawn", ["canceled"])
    assert len(cast.payment.ledger()["refunds"]) == 1
    assert [row.deed for row in cast.rows(StaffDeed)] == ["order.refund"]
    assert broken(cast) == []


def test_a_bank_that_objects_to_money_already_given_back_is_shown(cast: Cast) -> None:
    order = cast.paid()
    cast.give_back(order)
    settle(cast)
    cast.payment.peer.bank.dispute(cast.captures(order)[0].capture_id)
    cast.rounds(4, minutes=5)
    assert (cast.state(order), cast.attempts(order)[0].state) == ("refunded", "disputed")
    assert "payment_disputed" in cast.alerts()


def cast_wish(order: Order, shown: int, quantities: Mapping[int, int] | None = None) -> Wish:
    """A form posted without looking at the page first."""
    return Wish(order.id, order.merchant_id, order.store_id, None, "guest", "", quantities, "blind", shown)


def test_a_refund_before_anything_was_sent_leaves_nothing_to_tell(cast: Cast) -> None:
    order = cast.paid()
    cast.give_back(order)
    settle(cast)
    assert (cancels(cast), statuses(cast, order), cast.order(order).points_state) == ([], [], "none")
    assert [row.state for row in cast.messages(order)] == ["void"]
    assert broken(cast) == []
    with cast.wiring.db.transaction() as session:
        session.execute(update(RefundRequest).values(words="Mme Dupont"))
        assert erase(session, order.merchant_id, ADA) is not None  # nothing waits any more
    assert [row.words for row in cast.rows(RefundRequest)] == [""]


@pytest.mark.parametrize("kind", ["hang_after", "error"])
def test_a_cancellation_waits_for_its_report_and_follows_it(cast: Cast, kind: str) -> None:
    before = points(cast)
    order = cast.paid()
    cast.loyalty.fault(route="orders.create", kind=kind, seconds=2, count=1)
    cast.deliver()
    cast.give_back(order)
    cast.deliver()
    cast.later(minutes=11)
    settle(cast)
    cast.later(minutes=11)
    settle(cast)
    assert (statuses(cast, order), points(cast)) == (["canceled"], before)
    assert cancels(cast) == [(order.reference, "done")]


def test_a_cancellation_carries_nobody_and_is_sent_again_unchanged(cast: Cast) -> None:
    order = cast.paid()
    cast.deliver()
    cast.give_back(order)
    (row,) = cast.rows(OutboxMessage, OutboxMessage.topic == "loyalty.cancel")
    assert ADA not in row.payload
    cast.loyalty.fault(route="*", kind="reset_after", count=1)
    cast.deliver()
    (first,) = cast.rows(OutboxMessage, OutboxMessage.topic == "loyalty.cancel")
    settle(cast)
    (last,) = cast.rows(OutboxMessage, OutboxMessage.topic == "loyalty.cancel")
    assert (first.state, last.state, first.body) == ("new", "done", last.body)
    assert statuses(cast, order) == ["canceled"]


def test_parts_go_back_one_by_one_and_the_last_one_ends_the_order(cast: Cast) -> None:
    order = cast.paid("CREPE", 3)
    cast.deliver()
    for number in (1, 2):
        cast.give_back(order, {0: 1})
        settle(cast)
        assert (cast.state(order), cast.balance(order)) == ("paid", order.total - number * 900)
        assert statuses(cast, order) == ["closed"]
    cast.give_back(order, {0: 1})
    settle(cast)
    assert (cast.state(order), cast.balance(order), statuses(cast, order)) == ("refunded", 0, ["canceled"])
    assert [row.credit_number for row in cast.rows(RefundRequest)] == [1, 2, 3]
    assert len(cast.payment.ledger()["refunds"]) == 3


def test_what_is_left_after_a_part_can_go_back_as_a_whole(cast: Cast) -> None:
    order = cast.paid("CREPE", 2)
    cast.give_back(order, {0: 1})
    cast.give_back(order)
    settle(cast)
    assert (cast.state(order), cast.balance(order)) == ("refunded", 0)
    vat = [share["vat"] for row in cast.rows(RefundRequest) for share in row.vat]
    assert sum(vat) == sum(share["vat"] for share in order.vat)


BAD: list[tuple[str, Callable[[Wish], Wish]]] = [
    ("too_many", lambda wish: replace(wish, quantities={0: 3})),
    ("bad_quantity", lambda wish: replace(wish, quantities={0: -1})),
    ("bad_quantity", lambda wish: replace(wish, quantities={7: 1})),
    ("nothing_chosen", lambda wish: replace(wish, quantities={0: 0})),
    ("changed", lambda wish: replace(wish, shown=wish.shown + 1)),
    ("changed", lambda wish: replace(wish, shown=-1)),
    ("unknown", lambda wish: replace(wish, merchant_id=wish.merchant_id + 1)),
    ("unknown", lambda wish: replace(wish, store_id=wish.store_id + 1)),
    ("unknown", lambda wish: replace(wish, order_id=999_999)),
    ("bad_reason", lambda wish: replace(wish, reason="because")),
    ("too_long", lambda wish: replace(wish, words="x" * 301)),
]


def test_nothing_is_given_back_on_a_bad_wish(cast: Cast) -> None:
    order = cast.paid("CREPE", 2)
    wish = cast.wish(order)
    for code, spoil in BAD:
        assert refused(cast, spoil(wish)) == code
    unpaid, _ = cast.opened()
    assert refused(cast, cast_wish(unpaid, unpaid.total)) == "not_paid"
    assert (cast.rows(RefundRequest), cast.refunds(order), cast.rows(StaffDeed)) == ([], [], [])
    give_back(cast.wiring, wish)
    assert refused(cast, replace(wish, key="again")) == "nothing_left"
    other = cast.paid()
    assert refused(cast, replace(cast.wish(other), key=wish.key)) == "used_elsewhere"
    assert len(cast.rows(RefundRequest)) == 1


def test_an_order_that_cost_nothing_is_cancelled_without_money(cast: Cast) -> None:
    order = cast.paid("WATER")
    cast.deliver()
    cast.give_back(order)
    assert cast.state(order) == "refunded"
    settle(cast)
    assert (statuses(cast, order), cast.payment.ledger()["refunds"]) == (["canceled"], [])
    assert [row.credit_number for row in cast.rows(RefundRequest)] == [None]


def test_many_who_refund_at_once_give_back_once(cast: Cast) -> None:
    order = cast.paid("CREPE", 3)
    whole, part = cast.wish(order), cast.wish(order, {0: 2})

    def one(wish: Wish, key: str) -> Any:
        try:
            return give_back(cast.wiring, replace(wish, key=key))
        except NotGivenBack as refusal:
            return refusal.code

    works = [partial(one, whole, f"w{n}") for n in range(3)] + [partial(one, part, f"p{n}") for n in range(3)]
    results = at_once([*works, *[partial(one, part, "twice")] * 2])
    settle(cast)
    given = sum(row.amount for row in cast.rows(RefundRequest))
    assert given in {1800, 2700}
    assert cast.balance(order) == order.total - given
    assert {result for result in results if isinstance(result, str)} <= {"too_many", "changed", "nothing_left"}
    assert len(cast.payment.ledger()["refunds"]) == len(cast.rows(RefundRequest))


def test_receipts_and_credit_notes_count_up_without_a_gap(cast: Cast) -> None:
    orders = [cast.opened()[0] for _ in range(5)]
    for order in orders:
        cast.paid_at_provider(order)
    cast.later(seconds=61)
    bodies = [body for order in orders for body in cast.events(order)[-1:]]
    at_once([partial(cast.call_back, body) for body in bodies])
    cast.rounds(2, minutes=1)
    assert sorted(cast.order(order).receipt_number or 0 for order in orders) == [1, 2, 3, 4, 5]
    for order in orders[:3]:
        cast.give_back(order)
    settle(cast)
    assert sorted(row.credit_number for row in cast.rows(RefundRequest)) == [1, 2, 3]
    assert {(row.series, row.last) for row in cast.rows(PaperCounter)} == {("receipt", 5), ("credit", 3)}


def test_a_part_the_provider_refuses_is_shown_and_can_be_asked_for_again(cast: Cast) -> None:
    provider = odd(cast)
    order = cast.paid("CREPE", 2)
    cast.give_back(order, {0: 1})
    provider.refund_states = ("failed",)
    cast.rounds(1)
    assert [row.state for row in cast.rows(RefundRequest)] == ["refused"]
    assert "refund_refused" in cast.alerts()
    assert cast.wish(order, {0: 2}).shown == order.total


def test_a_whole_refund_the_provider_refuses_stays_due_until_it_is_asked_again(cast: Cast) -> None:
    order = cast.paid()
    cast.give_back(order)
    (refund,) = cast.refunds(order)
    provider = odd(cast)
    provider.refund_states = ("failed",)
    cast.rounds(2, minutes=1)
    about: dict[str, Any] = {"merchant_id": order.merchant_id, "store_id": order.store_id, "staff_id": None}
    assert cast.refunds(order)[0].state == "refused"
    assert not ask_again(cast.wiring, refund.id, **{**about, "store_id": order.store_id + 1})
    assert cast.state(order) == "refund_due"
    assert ask_again(cast.wiring, refund.id, **about)
    cast.rounds(2, minutes=1)
    assert (cast.state(order), cast.balance(order), cast.alerts()) == ("refunded", 0, [])


def test_a_refunded_coupon_may_be_used_again_and_a_part_leaves_it_used(cast: Cast) -> None:
    promos = Promos(cast)
    coupon = promos.coupon(**ONE_USE)
    guest = promos.diner("CREPE", 2, code="ONCE")
    order = cast.place(guest)
    cast_pay(promos, order)
    assert promos.counts(coupon) == (0, 1)
    cast.give_back(order, {0: 1})
    assert promos.counts(coupon) == (0, 1)
    cast.give_back(order)
    assert (promos.counts(coupon), promos.states(order)) == ((0, 0), ["released"])
    settle(cast)
    assert (cast.state(order), cast.balance(order)) == ("refunded", 0)


def cast_pay(promos: Promos, order: Order) -> None:
    """Pay an order."""
    assert start_payment(promos.cast.wiring, order.reference)
    promos.pay(order)
    assert promos.cast.state(order) == "paid"


def test_a_reward_of_an_order_refunded_before_it_was_told_is_there_again(cast: Cast) -> None:
    promos = Promos(cast)
    promos.reward("free-crepe", "free_product", external_id="CREPE")
    copy = promos.copy("free-crepe")
    guest = promos.proved()
    cast.choose(guest, "CIDER")
    promos.use(guest, copy, "CREPE")
    order = cast.place(guest)
    cast_pay(promos, order)
    cast.give_back(order)
    settle(cast)
    assert (promos.states(order), promos.used_at_programme()) == (["released"], [False])
    again = promos.proved()
    cast.choose(again, "CIDER")
    promos.use(again, copy, "CREPE")
    assert promos.price(again).quote.total == 450


class Deaf(Pongo):
    """A programme that cannot be told of a refund."""

    capabilities = replace(CAPABILITIES, cancel=False)


def test_a_programme_that_takes_no_cancellation_is_put_before_a_person(cast: Cast) -> None:
    order = cast.paid()
    cast.deliver()
    cast.give_back(order)
    pongo = pongo_at(cast.loyalty.api)
    pongo.__class__ = Deaf
    cast.wiring = replace(cast.wiring, programs=One(pongo))
    settle(cast)
    assert (cancels(cast), statuses(cast, order)) == ([(order.reference, "parked")], ["closed"])
    assert ("delivery_parked" in cast.alerts(), cast.order(order).points_state) == (True, "recalled")


@dataclass(frozen=True)
class One:
    """One programme for everybody."""

    program: Pongo

    def of(self, connection_id: int) -> Pongo:
        """That one."""
        assert connection_id
        return self.program

    def still(self, connection_id: int) -> Pongo:
        """That one."""
        return self.of(connection_id)
