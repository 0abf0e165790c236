"""Reports that count every time they are sent: once, whatever happens to the answer (L4 to L6, L10)."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.contract import gonnaorder_calls, menu_calls, spoonity_calls
from tests.integration.programmes import VAULT, House, house
from tests.peers import BOB
from webapp.ground.db import Database
from webapp.nouns.customer.identities import key_of, sealed
from webapp.nouns.customer.models import Customer
from webapp.nouns.order.models import Order
from webapp.nouns.outbox import box
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import Identity, IdentityKind
from webapp.usecases.checkout.tell import take_back

ROUTES = {"gonnaorder": "external_order", "spoonity": "order", "menu": "orders"}
READS = {"gonnaorder": "vouchers", "spoonity": "session", "menu": "balance"}
USED = {
    "gonnaorder": ("owned", 550, gonnaorder_calls.ADA_CODE, gonnaorder_calls.ADA_CODE),
    "spoonity": ("taken", 900, spoonity_calls.COFFEE, ""),
    "menu": ("owned", 300, str(menu_calls.OFFER), ""),
}


@pytest.fixture(params=["gonnaorder", "spoonity", "menu"])
def any_house(request: pytest.FixtureRequest, database: Database) -> Iterator[House]:
    with house(database, request.param) as made:
        yield made


def used(at: House) -> int:
    kind, off, reward_id, code = USED[at.kind.vendor]
    return at.bought(kind, off, reward_id=reward_id, code=code, total=1000)


def rounds(at: House, many: int = 3) -> None:
    for _ in range(many):
        at.deliver()
        at.later(minutes=11)


def test_what_an_order_used_is_told_once_and_the_programmes_ledger_agrees(any_house: House) -> None:
    order_id = used(any_house)
    rounds(any_house)
    assert (any_house.message(order_id).state, len(any_house.reports()), any_house.alerts()) == ("done", 1, [])
    assert any_house.order(order_id).points_state in {"sent", "credited"}
    _kind, off, _id, _code = USED[any_house.kind.vendor]
    [row] = any_house.reports()
    told = {"gonnaorder": row.get("taken"), "menu": row.get("total"), "spoonity": None}[any_house.kind.vendor]
    assert told in {off, 1000 - off, None}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("kind", ["hang", "reset", "error", "html"])
def test_a_lost_answer_never_leads_to_a_second_debit(any_house: House, kind: str, moment: str) -> None:
    order_id = used(any_house)
    any_house.fault(ROUTES[any_house.kind.vendor], kind, after=moment == "after")
    rounds(any_house, 4)
    row, reports = any_house.message(order_id), len(any_house.reports())
    assert reports <= 1
    assert row.state == "done" or (row.state == "parked" and "delivery_parked" in any_house.alerts())
    assert row.state == "parked" or reports == 1
    assert any_house.order(order_id).state == "paid"


@pytest.mark.parametrize(
    ("kind", "more"), [("malformed", {"after": True}), ("drip", {"after": True}), ("error", {"status": 429})]
)
def test_an_unreadable_or_late_answer_and_old_news_of_the_balance_lead_to_one_debit_at_most(
    any_house: House, kind: str, more: dict[str, Any]
) -> None:
    order_id, vendor = used(any_house), any_house.kind.vendor
    any_house.fault(ROUTES[vendor], kind, **more)
    any_house.deliver()
    any_house.fault(READS[vendor], "stale", count=9)
    rounds(any_house, 3)
    effects = any_house.reports()
    row = any_house.message(order_id)
    assert len(effects) <= 1
    assert row.state == "done" or (row.state == "parked" and "delivery_parked" in any_house.alerts())
    assert any_house.order(order_id).state == "paid"
    if kind == "error":
        assert (row.state, len(effects)) == ("done", 1)  # it said that it did nothing: asked again


def test_a_wallet_that_dropped_shows_that_the_report_arrived(database: Database) -> None:
    with house(database, "gonnaorder") as at:
        order_id = used(at)
        at.fault("external_order", "hang", after=True)
        rounds(at)
        row = at.message(order_id)
        assert (row.state, row.result, len(at.reports())) == ("done", {"remote_id": None, "found": True}, 1)
        assert row.evidence == "550"


def test_an_order_that_certainly_did_not_arrive_is_sent_once_more_and_never_a_third_time(database: Database) -> None:
    with house(database, "spoonity") as at:
        first = used(at)
        at.fault("order", "reset")
        rounds(at)
        assert (at.message(first).state, at.message(first).attempts, len(at.reports())) == ("done", 2, 1)
        second = at.bought("code", 0, phone=BOB, total=700)
        at.known(BOB)
        at.fault("order", "reset", count=9)
        rounds(at, 5)
        assert (at.message(second).state, at.message(second).attempts) == ("parked", 2)


def test_a_person_who_has_looked_may_have_it_sent(database: Database) -> None:
    with house(database, "menu") as at:
        order_id = used(at)
        at.fault("orders", "hang")
        rounds(at)
        row = at.message(order_id)
        assert (row.state, row.reason, len(at.reports())) == ("parked", "not clear whether it was taken", 0)
        with at.database.transaction() as session:
            assert box.unpark(session, row.id, at.clock.now())
        rounds(at, 1)
        assert (at.message(order_id).state, len(at.reports())) == ("done", 1)


def test_the_secret_of_a_signed_in_member_is_nowhere_in_the_clear(database: Database) -> None:
    with house(database, "menu") as at:
        order_id = used(at)
        row = at.message(order_id)
        assert VAULT.open(row.member_sealed) == menu_calls.SOMEBODY
        assert at.order(order_id).member_sealed == ""
        rounds(at, 1)
        row = at.message(order_id)
        with at.database.reading() as session:
            texts = "".join(str(vars(one)) for one in session.scalars(select(OutboxMessage)))
        assert "eyJ-token" not in texts
        assert "eyJ-token" in VAULT.open(row.body_sealed)


def test_an_order_the_programme_refuses_after_its_payment_is_paid_not_placed(database: Database) -> None:
    with house(database, "menu") as at:
        order_id = at.bought("owned", 300, reward_id="1", total=900)  # an offer that is gone
        rounds(at)
        assert at.order(order_id).points_state == "refused"
        assert at.alerts() == ["delivery_parked", "paid_not_placed"]
        assert at.order(order_id).state == "paid"


def test_a_guest_with_a_code_of_the_programme_is_told_and_one_without_is_not(database: Database) -> None:
    with house(database, "gonnaorder") as at:
        guest = at.bought("code", 90, code="SUMMER", phone=None)
        assert at.message(guest).state == "new"
        assert at.order(guest).points_state == "none"
        rounds(at, 1)
        assert [(row["taken"], row["body"]["voucherCode"]) for row in at.reports()] == [(90, "SUMMER")]
        at.settle(at.place(phone=None))
        rounds(at, 1)
        assert len(at.reports()) == 1


def test_a_number_without_an_account_is_told_to_nobody(database: Database) -> None:
    with house(database, "gonnaorder") as at:
        order_id = at.place(phone="+33600000001")
        at.settle(order_id)
        rounds(at)
        assert (at.message(order_id).state, at.order(order_id).points_state, at.reports()) == ("done", "nobody", [])


def test_nothing_is_sent_before_what_settles_it_is_kept(database: Database) -> None:
    with house(database, "gonnaorder") as at:
        order_id = used(at)
        at.fault("vouchers", "error", status=503)
        rounds(at, 1)
        assert (at.message(order_id).attempts, at.reports()) == (0, [])
        rounds(at)
        assert (at.message(order_id).state, len(at.reports())) == ("done", 1)


def test_cancellations_go_oldest_first_and_stop_at_a_refusal(database: Database) -> None:
    with house(database, "spoonity") as at:
        older, newer = at.bought("code", 0, total=700), at.bought("code", 0, total=800)
        rounds(at, 1)
        for order_id in (newer, older):
            with at.database.transaction() as session:
                take_back(session, session.get_one(Order, order_id), at.clock.now())
        at.fault("void", "error", status=400)
        at.deliver()
        waits = {one: at.message(one, "loyalty.cancel") for one in (older, newer)}
        assert (waits[older].state, waits[newer].state) == ("parked", "new")
        rounds(at, 2)
        assert at.message(newer, "loyalty.cancel").reason == "an older cancellation goes first"
        with at.database.transaction() as session:
            box.unpark(session, waits[older].id, at.clock.now())
        rounds(at, 3)
        assert [at.message(one, "loyalty.cancel").state for one in (older, newer)] == ["done", "done"]


@pytest.mark.parametrize(
    "who", [Identity(IdentityKind.EMAIL, "ada@example.org"), Identity(IdentityKind.CODE, "999901")]
)
def test_whoever_gave_an_address_or_a_card_while_the_programme_was_silent_gets_the_points(
    database: Database, who: Identity
) -> None:
    """Their member was never learnt, and the order names no number: they are looked up by what they gave."""
    with house(database, "spoonity") as at:
        order_id = at.place(phone=BOB)
        with database.transaction() as session:
            named = {"phone": key_of(who), "identity_sealed": sealed(VAULT, who)}
            session.execute(update(Customer).where(Customer.phone == BOB).values(named))
            session.execute(update(Order).values(phone=key_of(who)))
        assert at.settle(order_id) == "paid"
        rounds(at)
        assert (at.message(order_id).result or {}).get("nobody") is None
        assert [row["email"] for row in at.books()["people"] if row["points"] > 0] == ["ada@example.org"]
        assert (len(at.reports()), at.order(order_id).points_state) == (1, "credited")
