"""The exact bytes that leave for the programme."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contract.pongo_calls import a_table_order, an_order
from webapp.ports.loyalty.pongo import DEFAULT, bodies
from webapp.ports.loyalty.port import Consent, PaidLine, PaidOrder

EARLIEST, LATEST = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2000, 2100))


def test_a_collect_order_is_written_as_the_contract_shows() -> None:
    assert json.loads(bodies.order_report(an_order(), DEFAULT)) == {
        "order_id": "r-7f3c1f0e5b6a4d0c",
        "channel": "click_and_collect",
        "delivery_mode": "takeaway",
        "loyalty_store_slug": "demo-republique",
        "amount": 1290,
        "tax_amount": 117,
        "status": "closed",
        "created_at": "2026-04-23T12:30:00+02:00",
        "delivery_status": "delivered",
        "withdrawal_at": "2026-04-23T12:50:00+02:00",
        "comment": "no onions",
        "lines": [
            {"name": "Burger", "quantity": 1, "amount": 1190, "sku": "SKU-BURGER"},
            {"name": "Oat milk", "quantity": 1, "amount": 100},
        ],
        "customer": {
            "customer_public_id": "cus_0000000001",
            "international_phone_number": "33612345678",
            "has_optin_sms": False,
            "has_optin_email": True,
            "has_optin": False,
        },
    }


def test_a_voucher_is_a_negative_line_and_an_order_of_nothing_is_sent_with_zero() -> None:
    body = json.loads(bodies.order_report(a_table_order(), DEFAULT))
    assert (body["amount"], body["channel"], body["customer"]) == (0, "order_and_pay", None)
    assert body["lines"][1] == {"name": "Voucher", "quantity": 1, "amount": -1000, "reward_id": "rew_2"}
    assert body["created_at"] == "2026-04-23T10:30:00+00:00"


def test_the_same_order_is_the_same_bytes_also_after_being_stored() -> None:
    order = an_order()
    again = PaidOrder.from_json(order.to_json())
    assert again == order
    assert again.to_json() == order.to_json()
    assert bodies.order_report(again, DEFAULT) == bodies.order_report(order, DEFAULT)


def test_a_stored_order_keeps_the_local_hour_across_the_end_of_summer_time() -> None:
    paris = ZoneInfo("Europe/Paris")
    for fold, offset in ((0, "+02:00"), (1, "+01:00")):
        order = an_order(pickup_at=datetime(2026, 10, 25, 2, 30, tzinfo=paris, fold=fold))
        body = json.loads(bodies.order_report(PaidOrder.from_json(order.to_json()), DEFAULT))
        assert body["withdrawal_at"] == f"2026-10-25T02:30:00{offset}"


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 1289},
        {"lines": ()},
        {"created_at": an_order().created_at.replace(tzinfo=None)},
        {"lines": (PaidLine("A", -5),), "amount": -5},
    ],
)
def test_an_order_that_does_not_add_up_cannot_exist(changed: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"line|add up|zone"):
        an_order(**changed)


def test_the_repr_of_an_order_names_nobody() -> None:
    assert "33612345678" not in repr(an_order())
    assert "onions" not in repr(an_order())


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (Consent(), {}),
        (Consent(email=True), {"has_optin_email": True}),
        (Consent(sms=False), {"has_optin_sms": False}),
        (Consent(email=True, sms=True), {"has_optin_sms": True, "has_optin_email": True, "has_optin": True}),
        (Consent(email=True, sms=False), {"has_optin_sms": False, "has_optin_email": True, "has_optin": False}),
    ],
)
def test_only_answers_given_are_sent(answers: Consent, expected: dict[str, bool]) -> None:
    assert bodies.consent(answers, DEFAULT) == expected
    narrowed = bodies.consent(answers, replace(DEFAULT, send_has_optin=False))
    assert "has_optin" not in narrowed


def test_the_reward_ids_are_listed_only_when_asked_for() -> None:
    body = json.loads(bodies.order_report(a_table_order(), replace(DEFAULT, send_reward_ids=True)))
    assert body["reward_ids"] == ["rew_2"]


@pytest.mark.parametrize("phone", ["", "+", "0612345678", "+33 6", "+٣٣٦١٢٣٤٥٦٧٨", "12345", "+1234567890123456"])
def test_a_number_that_is_not_international_is_never_sent(phone: str) -> None:
    with pytest.raises(ValueError, match="international"):
        bodies.phone_digits(phone)


@given(st.datetimes(EARLIEST, LATEST, timezones=st.timezones()))
def test_every_moment_has_an_offset_with_a_colon_and_no_fraction(moment: datetime) -> None:
    text = bodies.moment(moment)
    assert len(text) == 25
    assert text[-3] == ":"
    assert abs(datetime.fromisoformat(text).astimezone(UTC) - moment.astimezone(UTC)) < timedelta(seconds=1)


@given(st.lists(st.tuples(st.text(max_size=20), st.integers(0, 10_000)), min_size=1, max_size=30))
def test_the_lines_always_add_up_to_the_amount(lines: list[tuple[str, int]]) -> None:
    made = tuple(PaidLine(name, amount) for name, amount in lines)
    body = json.loads(bodies.order_report(an_order(lines=made, amount=sum(line.amount for line in made)), DEFAULT))
    assert sum(line["amount"] for line in body["lines"]) == body["amount"]
    assert all(line["name"] and line["quantity"] == 1 for line in body["lines"])
