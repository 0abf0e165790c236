"""A day of the provider's ledger against ours: empty when nothing is wrong, and every difference by its name."""

from datetime import date, timedelta

from sqlalchemy import update

from tests.integration.checkout_cast import OPENED, Cast
from webapp.nouns.order.models import Alert, PaymentCapture
from webapp.nouns.order.refund_models import PaymentReport
from webapp.usecases.books.report import find_unheard, make_report, report_due

DAY = date(2026, 11, 20)


def differences(cast: Cast) -> list[tuple[str, int | None, int | None]]:
    """What the report of the day names."""
    rows = make_report(cast.wiring, 1, "cafe", DAY)
    assert rows is not None
    return [(one["what"], one["ours"], one["theirs"]) for row in rows for one in row["differences"]]


def test_a_day_of_payments_refunds_and_double_payments_has_no_difference(cast: Cast) -> None:
    orders = [cast.paid("CREPE", 2) for _ in range(3)]
    cast.give_back(orders[0])
    cast.give_back(orders[1], {0: 1})
    cast.payment_takes_again(cast.session_of(orders[2]))
    cast.rounds(4, minutes=10)
    assert differences(cast) == []
    (row,) = cast.rows(PaymentReport)
    assert (row.orders, row.captured, row.refunded) == (4, 4 * 1800, 1800 + 900 + 1800)
    assert (row.provider_captured, row.provider_refunded, row.fees) == (row.captured, row.refunded, None)
    assert cast.alerts() == ["payment_paid_twice"]


def test_every_difference_has_its_name_and_an_alert_until_it_is_gone(cast: Cast) -> None:
    order, other = cast.paid(), cast.paid()
    (capture,) = cast.captures(order)
    cast.payment.provider().refund(capture.capture_id, 100, "by-hand")
    with cast.wiring.db.transaction() as session:
        session.execute(update(PaymentCapture).where(PaymentCapture.order_id == other.id).values(amount=1))
    assert differences(cast) == [("capture_amount", 1, 900), ("refund_unknown", None, 100)]
    assert "payment_difference" in cast.alerts()
    with cast.wiring.db.transaction() as session:
        session.execute(update(PaymentCapture).values(amount=900, capture_id=PaymentCapture.capture_id + "x"))
    found = differences(cast)
    assert sorted(what for what, _, _ in found) == ["capture_missing"] * 2 + ["refund_unknown"]
    assert len(cast.rows(PaymentReport)) == 1


def test_money_nobody_told_us_of_is_found_in_the_ledger_long_after_its_session_was_given_up(cast: Cast) -> None:
    order, session_id = cast.opened()
    cast.rounds(32, minutes=1)
    assert cast.state(order) == "expired"
    cast.later(minutes=40)
    with cast.payment.peer.bank.ledger.transaction() as db:
        values = ("cap_late", session_id, order.total, "EUR", cast.clock.now().timestamp())
        db.execute("INSERT INTO capture (id, session_id, amount, currency, captured_at) VALUES (?,?,?,?,?)", values)
        db.execute("UPDATE session SET state='captured' WHERE id=?", (session_id,))
    cast.rounds(1, minutes=1)
    assert cast.state(order) == "expired"
    assert find_unheard(cast.wiring) == 1
    cast.rounds(1, minutes=1)
    assert (cast.state(order), cast.balance(order)) == ("refunded", 0)
    assert find_unheard(cast.wiring) == 0


def test_money_of_no_order_of_ours_is_put_before_the_operator(cast: Cast) -> None:
    order = cast.paid()
    bank = cast.payment.peer.bank.ledger
    with bank.transaction() as db:
        db.execute("UPDATE session SET key='somebody-else-1'")
        db.execute("UPDATE capture SET id='cap_strange'")
    cast.later(seconds=1)
    assert (find_unheard(cast.wiring), cast.alerts()) == (0, ["payment_unknown"])
    assert cast.state(order) == "paid"
    assert [one.merchant_id for one in cast.rows(Alert)] == [order.merchant_id], "it names an order of theirs"


def test_the_worker_compares_each_day_once_when_it_is_over(cast: Cast) -> None:
    cast.paid()
    assert report_due(cast.wiring) == 1  # the day before, on which nothing was sold
    cast.clock.set(OPENED + timedelta(hours=14))  # 02:00 in Paris
    assert (report_due(cast.wiring), report_due(cast.wiring)) == (1, 0)
    (row,) = cast.rows(PaymentReport, PaymentReport.day == DAY)
    assert (row.day, row.orders, row.differences) == (DAY, 1, [])


def test_a_provider_that_does_not_answer_is_asked_again_and_nothing_is_written(cast: Cast) -> None:
    cast.paid()
    cast.payment.fault("movements.find", "error", count=5)
    assert make_report(cast.wiring, 1, "cafe", DAY) is None
    assert cast.rows(PaymentReport) == []


def test_a_disputed_payment_is_shown_and_the_order_stays_what_it_was(cast: Cast) -> None:
    order = cast.paid()
    (capture,) = cast.captures(order)
    cast.payment.peer.bank.dispute(capture.capture_id)
    cast.rounds(2, minutes=1)
    assert (cast.state(order), cast.attempts(order)[0].state) == ("paid", "disputed")
    assert [alert.kind for alert in cast.rows(Alert)] == ["payment_disputed"]


def test_a_long_ledger_is_read_to_its_end(cast: Cast) -> None:
    order = cast.paid()
    at = cast.clock.now().timestamp()
    with cast.payment.peer.bank.ledger.transaction() as db:
        rows = [(f"cap_{n}", cast.session_of(order), 1, "EUR", at) for n in range(1100)]
        db.executemany("INSERT INTO capture (id, session_id, amount, currency, captured_at) VALUES (?,?,?,?,?)", rows)
    found = cast.payment.provider().movements(OPENED, OPENED + timedelta(days=1))
    assert sum(one.amount for one in found) == order.total + 1100
