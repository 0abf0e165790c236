"""Callbacks nobody should believe, and true ones that come early: refused unread, or kept; never lost, never paid."""

import json
from typing import Any

import pytest

from tests.functional.town import Town, changed
from tests.shop import SECRETS
from webapp.sandbox.payment.callbacks import SIGNATURE_HEADER, signature
from webapp.usecases.checkout.reconcile import reconcile

SECRET = SECRETS["sandbox_payment_webhook_secrets"]


def event(**changes: Any) -> dict[str, Any]:
    """A callback about an order nobody here has heard of."""
    session = {"id": "ses_nobody", "reference": "no-such-order", "attempt_number": 1}
    body = {"id": "evt_1", "kind": "session.captured", "created_at": "2026-11-24T11:30:00+00:00"}
    return {**body, "account": "acct_sandbox", "livemode": False, "session": session, **changes}


def signed(town: Town, body: bytes, **more: Any) -> str:
    return signature(SECRET, int(town.shop.clock.now().timestamp()), body, **more)


@pytest.fixture
def body() -> bytes:
    return json.dumps(event()).encode()


def test_a_forged_callback_is_refused_and_nothing_is_kept(town: Town, body: bytes) -> None:
    right = signed(town, body)
    stamp, mark = right.split(",")
    forged: list[dict[str, str]] = [
        {"X-Nothing": "1"},
        {SIGNATURE_HEADER: ""},
        {SIGNATURE_HEADER: stamp},
        {SIGNATURE_HEADER: mark},
        {SIGNATURE_HEADER: right[:-1]},
        {SIGNATURE_HEADER: right.upper()},
        {SIGNATURE_HEADER: right.replace("v1=", "v0=")},
        {SIGNATURE_HEADER: f"{stamp},{stamp},{mark}"},
        {SIGNATURE_HEADER: f"t=1,{right}"},
        {SIGNATURE_HEADER: right.replace("t=", "t=+")},
        {SIGNATURE_HEADER: right.replace("t=", "t=1")},
        {SIGNATURE_HEADER: f"{stamp},v1={'0' * 64}"},
        {SIGNATURE_HEADER: f"{stamp}," + ",".join(f"v1={number:064x}" for number in range(500))},
        {SIGNATURE_HEADER: signature(["another secret"], int(town.shop.clock.now().timestamp()), body)},
        {SIGNATURE_HEADER: signature([""], int(town.shop.clock.now().timestamp()), body)},
        {SIGNATURE_HEADER: "é" + right},
    ]
    before = town.image()
    for headers in forged:
        assert town.call_back(body, headers=headers).status_code == 400, headers
    altered = (body + b" ", body[:-1], body.replace(b"no-such", b"yes-such"), b"", b"\xff" * 50)
    for other in altered:
        assert town.call_back(other, headers={SIGNATURE_HEADER: right}).status_code == 400
    assert changed(before, town.image()) == []


@pytest.mark.parametrize(("late_s", "status"), [(-301, 400), (-300, 204), (300, 204), (301, 400), (-(10**9), 400)])
def test_a_callback_is_believed_for_five_minutes_and_not_ahead_of_time(
    town: Town, body: bytes, late_s: int, status: int
) -> None:
    now = town.shop.clock.now().timestamp()
    before = town.image()
    assert town.call_back(body, at=now + late_s).status_code == status
    kept = town.rows("SELECT COUNT(*) FROM payment_notice")[0][0]
    assert kept == (status == 204)
    if status == 400:
        assert changed(before, town.image()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"null", b"[]", b"{}", b"1", b'"x"', b"\xff\xfe", b"[" * 5000, b'{"id": ' + b"9" * 5000 + b"}",
        *(
            json.dumps(event(**{name: value})).encode()
            for name, value in (
                ("id", None), ("id", ""), ("id", "x" * 300), ("id", "a\0b"), ("id", ["x"]), ("kind", 1),
                ("session", None), ("session", []), ("session", {"id": "x"}), ("account", 1), ("livemode", "no"),
                ("created_at", "yesterday"), ("created_at", "2026-11-24T11:30:00"), ("created_at", 1),
            )
        ),
    ],
)  # fmt: skip
def test_signed_nonsense_is_refused_and_nothing_is_kept(town: Town, content: bytes) -> None:
    before = town.image()
    assert town.call_back(content).status_code == 400
    assert changed(before, town.image()) == []


def test_a_callback_for_an_unknown_order_is_kept_flagged_and_tried_again(town: Town, body: bytes) -> None:
    assert town.call_back(body).status_code == 204
    assert town.rows("SELECT state, attempts FROM payment_notice") == [("orphan", 1)]
    assert town.rows("SELECT kind FROM alert") == [("orphan_notice",)]
    town.later(minutes=1)
    reconcile(town.shop.wiring)
    assert town.rows("SELECT state, attempts FROM payment_notice") == [("orphan", 2)]


def test_a_replayed_callback_changes_nothing_more(town: Town) -> None:
    browser = town.identified("06 12 34 56 78")
    link = town.place(browser)
    session = town.start(browser, link)
    town.payment.act(session, "pay")
    order = town.order()
    about = {"id": session, "reference": order.reference, "attempt_number": 1}
    content = json.dumps(event(session=about)).encode()
    assert town.call_back(content).status_code == 204
    assert town.order().state == "paid"
    before = town.image()
    for _ in range(5):
        assert town.call_back(content).status_code == 204
    renamed = json.dumps(event(id="evt_2", session=about)).encode()
    assert town.call_back(renamed).status_code == 204
    assert set(changed(before, town.image())) <= {"payment_notice"}


def test_a_captured_callback_alone_pays_nothing(town: Town) -> None:
    browser = town.identified()
    link = town.place(browser)
    session = town.start(browser, link)
    about = {"id": session, "reference": town.order().reference, "attempt_number": 1, "state": "captured"}
    lie = event(session=about, amount=1, captured=True)
    assert town.call_back(json.dumps(lie).encode()).status_code == 204
    assert town.order().state == "pending"
    for path in ("return", "return?paid=1&state=captured", "state", "state?state=paid"):
        browser.raw(f"/pay/{link}/{path}")
    assert town.order().state == "pending"
    assert town.rows("SELECT COUNT(*) FROM payment_capture") == [(0,)]


@pytest.mark.parametrize("wrong", ["wrong_amount", "wrong_currency"])
def test_wrong_money_never_pays_and_goes_back(town: Town, wrong: str) -> None:
    town.payment.settings(capture=wrong)
    browser = town.identified("06 12 34 56 78")
    link = town.place(browser)
    session = town.start(browser, link)
    town.payment.act(session, "pay")
    about = {"id": session, "reference": town.order().reference, "attempt_number": 1}
    assert town.call_back(json.dumps(event(session=about)).encode()).status_code == 204
    assert town.order().state == "refund_due"
    assert town.rows("SELECT kind FROM alert") == [(f"payment_{wrong}",)]
    assert town.rows("SELECT COUNT(*) FROM outbox_message") == [(0,)]
    town.later(seconds=5)
    reconcile(town.shop.wiring)
    assert town.order().state == "refunded"
    page = browser.get(f"/o/{link}")
    assert page.status == 200
    assert "refund" in page.text


def test_only_machines_posts_are_free_of_tokens(town: Town) -> None:
    exempt = [
        rule.rule
        for rule in town.shop.app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint.startswith("callbacks.")
    ]
    assert sorted(exempt) == ["/callbacks/payment/<provider>", "/callbacks/payment/<provider>/<token>"]
    for name in ("stripe", "zero", "", "sandbox%00", "SANDBOX"):
        assert town.shop.app.test_client().post(f"/callbacks/payment/{name}").status_code == 404
