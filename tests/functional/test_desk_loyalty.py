"""The mapping, rewards and deliveries desks, and the list that ticks itself."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.functional.desk_house import House, open_house
from tests.functional.desk_orders import paid, told
from tests.shop import MERCHANT, Watched
from webapp.doors.backoffice.deliveries import safe_cell
from webapp.nouns.merchant.program_models import ProgramPlace
from webapp.nouns.order.alerts import open_alerts, raise_alert
from webapp.nouns.order.models import Order, OrderLine
from webapp.nouns.outbox.box import NOT_MAPPED, VANISHED
from webapp.nouns.outbox.models import OutboxMessage
from webapp.usecases.checkout.tell import paid_order as frozen
from webapp.usecases.delivery.cancel import OLDER_FIRST
from webapp.usecases.delivery.lane import work_lane
from webapp.usecases.setup.connect import refresh_due
from webapp.usecases.setup.go_live import steps

STORES = f"/desk/{MERCHANT}/stores"
DELIVERIES = f"/desk/{MERCHANT}/deliveries"


@pytest.fixture
def house(watched: Watched, shared_data: Path, tmp_path: Path) -> Iterator[House]:
    """A house whose programme is connected and not mapped."""
    with open_house(watched, shared_data, tmp_path) as opened:
        opened.connect()
        yield opened


def report(house: House, key: str, *, merchant: str = MERCHANT, store: str = "paris-republique") -> int:
    """A report that waits for its store to be mapped; its row."""
    return told(house.shop, paid(house.shop, key, merchant=merchant, store=store))


def park(house: House, row: int, reason: str) -> None:
    """Set it aside, as the worker does when the programme refuses it."""
    connection = house.shop.store().connection_id
    with house.shop.database.transaction() as session:
        values = {"state": "parked", "reason": reason, "connection_id": connection, "attempts": 1}
        session.execute(update(OutboxMessage).where(OutboxMessage.id == row).values(values))
        found = session.get_one(OutboxMessage, row)
        subject = f"{found.topic}/{found.key}"
        raise_alert(session, "delivery_parked", subject, house.shop.clock.now(), merchant_id=found.merchant_id)


@dataclass(frozen=True)
class Snapshot:
    """An order and what the programme is told of it."""

    id: int
    json: str


def paid_order(house: House, reference: str) -> Snapshot:
    row, store = paid(house.shop, reference), house.shop.store()
    with house.shop.database.reading() as session:
        order = session.get_one(Order, row)
        line = OrderLine(
            position=0, sku="A", name="Crêpe", details=[], quantity=1, unit_price=1250, total=1250, vat_rate=1000
        )
        return Snapshot(row, frozen(order, [line], [], store, None).to_json())


def row_of(house: House, row: int) -> OutboxMessage:
    with house.shop.database.reading() as session:
        return session.get_one(OutboxMessage, row)


def save(house: House, store: str, slug: str) -> str:
    house.owner.get(STORES)
    return house.owner.submit(form=house.owner.page.form(f"/{store}/mapping"), slug=slug).text


def test_the_likely_place_is_suggested_and_saved_with_one_tap(house: House) -> None:
    form = house.owner.get(STORES).form("/paris-republique/mapping")
    chosen = [one.attributes["value"] for one in form.all("option") if "selected" in one.attributes]
    assert chosen == ["sarrasin-republique"]
    assert "is mapped" in house.owner.submit(form=form).text
    assert house.shop.store().loyalty_slug == "sarrasin-republique"


def test_mapping_sets_waiting_orders_free(house: House) -> None:
    rows = [report(house, f"order-{number}") for number in range(3)]
    assert row_of(house, rows[0]).reason == NOT_MAPPED
    assert "3 waiting orders are sent now" in save(house, "paris-republique", "sarrasin-republique")
    assert {row_of(house, row).state for row in rows} == {"new"}


def test_two_stores_on_one_place_only_after_a_yes(house: House) -> None:
    save(house, "paris-republique", "sarrasin-republique")
    said = save(house, "lyon-terreaux", "sarrasin-republique")
    assert "Paris République already has this place" in said
    assert house.shop.store("lyon-terreaux").loyalty_slug == ""
    form = house.owner.page.form("/lyon-terreaux/mapping")
    house.owner.submit(form=form, shared="1")
    assert house.shop.store("lyon-terreaux").loyalty_slug == "sarrasin-republique"


@pytest.mark.parametrize("slug", ["x" * 121, "a\u0000b", "a\nb"])
def test_what_is_no_name_of_a_place_is_not_stored(house: House, slug: str) -> None:
    house.owner.get(STORES)
    page = house.owner.post(f"/desk/{MERCHANT}/s/paris-republique/mapping", {"slug": slug})
    assert page.status in {400, 422}
    assert house.shop.store().loyalty_slug == ""


def test_a_place_that_vanishes_is_a_warning_until_it_is_back_or_mapped_otherwise(house: House) -> None:
    save(house, "paris-republique", "sarrasin-republique")
    connection = house.shop.store().connection_id
    with house.shop.database.transaction() as session:
        session.add(ProgramPlace(connection_id=connection, slug="old-place", name="Old", public_id="", address=""))
    save(house, "lyon-terreaux", "old-place")
    house.owner.get(STORES)
    house.owner.submit(form=house.owner.page.form("/stores/refresh"))
    assert "Vanished from their list" in house.owner.page.text
    assert "no longer in the loyalty programme's list" in house.owner.get(f"/desk/{MERCHANT}/").text
    save(house, "lyon-terreaux", "sarrasin-terreaux")
    with house.shop.database.reading() as session:
        assert not open_alerts(session, house.shop.store().merchant.id)


def test_the_list_is_read_again_once_a_day_and_a_lost_answer_keeps_the_old_one(house: House) -> None:
    assert refresh_due(house.shop.wiring) == 0
    house.shop.clock.set(house.shop.clock.now().replace(day=25, hour=12))
    house.loyalty.fault(route="stores", kind="error", status=500)
    assert refresh_due(house.shop.wiring) == 1
    assert refresh_due(house.shop.wiring) == 0
    token = owner(house.shop)
    page = token.get(STORES)
    assert "last list we read" in page.text
    assert "Bordeaux" in page.text


def test_rewards_say_what_matches_and_what_matches_nothing(house: House) -> None:
    page = house.owner.get(f"/desk/{MERCHANT}/rewards")
    rows = {row.all("th")[0].text: row.text for row in page.root.first("table").all("tr")[1:]}
    assert "CHA-ESPRESSO" in rows["Un espresso"]
    assert "POS-77" in rows["Un espresso"]
    assert "Matches nothing you sell" in rows["Une pizza"]
    assert "Percentage off" in rows["10 %"]
    assert page.root.all("button", data_copy="CHA-ESPRESSO")
    house.loyalty.fault(route="*", kind="error", status=500)
    assert "does not show its rewards now" in house.owner.get(f"/desk/{MERCHANT}/rewards").text


def test_a_refused_report_is_sent_again_once_and_its_bytes_stay(house: House) -> None:
    row = report(house, "order-1")
    park(house, row, "refused: status 422, fields lines")
    page = house.owner.get(DELIVERIES)
    assert "Refused" in page.text
    form = page.form(f"/{row}/again")
    assert "within seconds" in house.owner.submit(form=form).text
    assert row_of(house, row).state == "new"
    assert "nothing to send again" in house.owner.post(f"{DELIVERIES}/{row}/again", {}).text
    with house.shop.database.reading() as session:
        assert not open_alerts(session, house.shop.store().merchant.id)


def test_cancellations_that_wait_behind_a_refused_one_are_said_and_lead_to_it(house: House) -> None:
    assert "cancellations wait" not in house.owner.get(DELIVERIES).text
    refused, *behind = [
        told(house.shop, paid(house.shop, f"order-{number}"), topic="loyalty.cancel") for number in range(3)
    ]
    park(house, refused, "refused: status 400")
    with house.shop.database.transaction() as session:
        waits = {"state": "new", "reason": OLDER_FIRST}
        session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(behind)).values(**waits))
    page = house.owner.get(DELIVERIES)
    assert "2 later cancellations wait" in page.text
    assert "Cancellation" in house.owner.get(f"{DELIVERIES}?state=parked").text


def test_every_paid_order_is_on_the_list_with_its_state_in_words(house: House) -> None:
    """Also those nobody was told of: guests, and orders of a merchant without a programme (O5)."""
    paid(house.shop, "guest", phone=None)
    paid(house.shop, "alone")
    paid(house.shop, "unpaid", state="pending", paid_at=None)
    for number, facts in enumerate(({"state": "new"}, {"state": "done"}, {"reason": VANISHED}, {})):
        told(house.shop, paid(house.shop, f"order-{number}"), **facts)
    credited = paid(house.shop, "credited")
    told(house.shop, credited, state="done")
    with house.shop.database.transaction() as session:
        session.get_one(Order, credited).points_state = "credited"
    park(house, told(house.shop, paid(house.shop, "parked")), "forbidden: status 403")
    words = [row.first("span").text for row in house.owner.get(DELIVERIES).root.first("table").all("tr")[1:]]
    assert words == [
        "Refused", "Points credited", "Waits: store not mapped", "Waits: the mapped place has vanished", "Sent",
        "Waiting", "No programme connected", "No number given",
    ]  # fmt: skip
    assert "reconnect the programme, then send it again" in house.owner.page.text
    for only, many in (("waiting", 1), ("parked", 3), ("sent", 2), ("untold", 1), ("nonsense", 8)):
        assert len(house.owner.get(f"{DELIVERIES}?state={only}").root.first("table").all("tr")) == many + 1, only
    said = house.owner.get(f"/desk/{MERCHANT}/").text
    assert "1 order waits: its store is not mapped" in said
    assert "1 order waits: its store has vanished" in said


def test_a_place_that_vanished_gets_no_orders_until_it_is_back_or_mapped_otherwise(house: House) -> None:
    save(house, "paris-republique", "sarrasin-republique")
    store = house.shop.store()
    with house.shop.database.transaction() as session:
        place = session.get_one(ProgramPlace, (store.connection_id, "sarrasin-republique"))
        place.gone_at = house.shop.clock.now()
    snapshot = paid_order(house, "late")
    facts = {"payload": snapshot.json, "state": "new", "reason": "", "connection_id": store.connection_id}
    row = told(house.shop, snapshot.id, **facts)
    work_lane(house.shop.wiring, store.connection_id or 0)
    assert (row_of(house, row).state, row_of(house, row).reason) == ("parked", VANISHED)
    assert house.loyalty.ledger()["orders"] == []
    house.owner.get(STORES)
    house.owner.submit(form=house.owner.page.form("/stores/refresh"))  # the list names it again
    assert row_of(house, row).state == "new"
    work_lane(house.shop.wiring, store.connection_id or 0)
    assert [order["store_slug"] for order in house.loyalty.ledger()["orders"]] == ["sarrasin-republique"]


def test_an_alert_says_what_to_do_and_is_ticked_off_once_by_its_own_merchant(house: House) -> None:
    merchant, now = house.shop.store().merchant.id, house.shop.clock.now()
    paid(house.shop, "ref")
    with house.shop.database.transaction() as session:
        raise_alert(session, "payment_paid_twice", "ref/cap", now, merchant_id=merchant)
        raise_alert(session, "orphan_notice", "sandbox/evt", now)
    page = house.owner.get(f"/desk/{MERCHANT}/")
    assert "An order was paid twice" in page.text
    assert "goes back by itself" in page.text
    assert "Order 7" in page.text
    assert "belongs to no order here" in page.text
    hire(house.shop, "carl@example.org", "manager")
    assert "belongs to no order here" not in sign_in(house.shop, "carl@example.org").get(f"/desk/{MERCHANT}/").text
    other = owner(house.shop, OTHER)
    other.get(f"/desk/{OTHER}/")
    assert other.post(f"/desk/{OTHER}/alerts/1/tick", {}).status == 404
    assert "Ticked off" in house.owner.submit(form=page.form("/tick")).text
    assert "paid twice" not in house.owner.page.text
    assert house.owner.post(f"/desk/{MERCHANT}/alerts/1/tick", {}).status == 404


def test_another_merchants_delivery_is_not_there(house: House) -> None:
    row = report(house, "theirs", merchant=OTHER, store="marseille-panier")
    house.owner.get(DELIVERIES)
    assert house.owner.post(f"{DELIVERIES}/{row}/again", {}).status == 404
    assert "Panier" not in house.owner.get(DELIVERIES).text
    assert row_of(house, row).state == "parked"


def test_the_list_is_paged_and_exported_whole(house: House) -> None:
    for number in range(60):
        report(house, f"order-{number}")
    first = house.owner.get(DELIVERIES)
    assert len(first.root.first("table").all("tr")) == 51
    assert len(house.owner.get(first.link("Older")).root.first("table").all("tr")) == 11
    answer = house.owner.raw(f"{DELIVERIES}.csv")
    assert answer.content_type.startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert len(rows) == 60
    assert {row["state"] for row in rows} == {"unmapped"}


@pytest.mark.parametrize(("currency", "total"), [("EUR", "12.50"), ("JPY", "1250"), ("TND", "1.250")])
def test_a_sum_in_the_export_has_the_places_of_its_currency(house: House, currency: str, total: str) -> None:
    report(house, "order-abroad")
    with house.shop.database.transaction() as session:
        order = session.scalars(select(Order).where(Order.reference == "order-abroad")).one()
        order.currency, order.total = currency, 1250
    rows = csv.DictReader(io.StringIO(house.owner.raw(f"{DELIVERIES}.csv").get_data().decode("utf-8-sig")))
    assert [(row["total"], row["currency"]) for row in rows] == [(total, currency)]


@pytest.mark.parametrize("text", ["=1+1", "+33612345678", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n@A1", "＝1"])
def test_no_cell_of_an_export_is_a_formula(text: str) -> None:
    assert safe_cell(text) == "'" + text


def test_the_list_ticks_itself(house: House) -> None:
    def done() -> set[str]:
        merchant = house.shop.store().merchant.id
        with house.shop.database.reading() as session:
            return {step.code for step in steps(session, merchant, MERCHANT, "sandbox") if step.done}

    assert {"connected", "alone", "hours"} <= done()
    assert not {"mapped", "sent", "payment", "consent_passed"} & done()
    for number, ours in enumerate(house.shop.houses[0].stores):
        save(house, ours.slug, f"typed-by-hand-{number}")
    assert "mapped" in done()
    assert "Before going live" in house.owner.get(f"/desk/{MERCHANT}/").text


def test_nothing_of_the_desk_is_said_in_two_languages(house: House) -> None:
    report(house, "order-1")
    french = owner(house.shop, language="fr")
    for path in ("", "loyalty", "stores", "rewards", "deliveries", "people", "log"):
        assert french.get(f"/desk/{MERCHANT}/{path}").status == 200
    assert french.get("/desk/account").status == 200
