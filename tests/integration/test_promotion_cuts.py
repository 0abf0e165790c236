"""Cut off at any statement: codes and rewards neither leak nor come back twice (K3); orders keep to the cent (P2)."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.integration.checkout_cast import Cast, Guest
from tests.integration.promo_cast import Promos
from webapp.ground.db import Database
from webapp.nouns.order.find import lines_of
from webapp.nouns.order.models import Order
from webapp.nouns.promotion.models import OrderDiscount
from webapp.usecases.checkout.confirm import refresh
from webapp.usecases.checkout.give_up import give_up
from webapp.usecases.checkout.pay import start_payment
from webapp.usecases.checkout.tell import paid_lines

ROUNDS = 25
# What a code and a voucher of one order may be seen as: both held, both used, both free.
WHOLE = {((1, 0), ("held", "held")), ((0, 1), ("used", "used")), ((0, 0), ("released", "released"))}


class Cut(Exception):
    """The process dies here."""


@contextmanager
def cut_after(database: Database, statements: int) -> Iterator[None]:
    """Die before the next statement, once that many have run."""
    left = [statements]

    def count(*_facts: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Cut

    event.listen(database.engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", count)


@pytest.fixture
def promos(cast: Cast) -> Promos:
    """Promotions at the café."""
    made = Promos(cast)
    made.reward("two-euros", "voucher_amount", value=200)
    return made


def _loaded(promos: Promos) -> tuple[Guest, int]:
    """A basket with a code that stacks and a voucher; the code's row."""
    coupon = promos.coupon(code="ONCE", kind="amount", value=300, max_uses=1, stacks=True)
    guest = promos.proved()
    promos.cast.choose(guest)
    promos.use(guest, promos.copy("two-euros"))
    assert promos.type(guest, "once") == "accepted"
    return guest, coupon


def test_an_order_cut_off_at_any_statement_holds_nothing(promos: Promos) -> None:
    guest, coupon = _loaded(promos)
    shown = promos.cast.shown(guest)
    for statements in range(200):
        try:
            with cut_after(promos.cast.wiring.db, statements):
                order = promos.cast.place(guest, shown)
        except Cut:
            assert (promos.counts(coupon), promos.cast.rows(OrderDiscount)) == ((0, 0), [])
            continue
        break
    assert statements > 10
    assert (order.total, promos.counts(coupon), promos.states(order)) == (400, (1, 0), ["held", "held"])


@pytest.mark.parametrize("ends", ["paid", "cancelled"])
def test_an_end_cut_off_at_any_statement_counts_once(promos: Promos, ends: str) -> None:
    guest, coupon = _loaded(promos)
    order = promos.cast.place(guest)
    start_payment(promos.cast.wiring, order.reference)
    if ends == "paid":
        promos.cast.paid_at_provider(order)
    for statements in range(0, 300, 3):
        try:
            with cut_after(promos.cast.wiring.db, statements):
                if ends == "paid":
                    refresh(promos.cast.wiring, order.reference, "return")
                else:
                    give_up(promos.cast.wiring, order.reference, "cancelled", "test")
        except Cut:
            assert (promos.counts(coupon), tuple(promos.states(order))) in WHOLE
            continue
        break
    assert promos.cast.state(order) == ends
    used = ends == "paid"
    assert promos.counts(coupon) == ((0, 1) if used else (0, 0))
    assert promos.states(order) == (["used", "used"] if used else ["released", "released"])


def test_random_baskets_are_frozen_and_told_to_the_cent(promos: Promos) -> None:
    chance = random.Random(7)  # noqa: S311 -- the same baskets every time
    kinds = ("percent", "amount", "free_product")
    for number in range(12):
        kind = chance.choice(kinds)
        value = {"percent": chance.randint(1, 10_000), "amount": chance.randint(1, 3000), "free_product": 1}[kind]
        skus = ["CREPE", "CIDER"] if kind == "free_product" else []
        promos.coupon(code=f"C{number}", kind=kind, value=value, stacks=chance.random() < 0.6, skus=skus)
    for number in range(ROUNDS):
        guest = promos.cast.guest()
        for sku in chance.sample(["CREPE", "CIDER", "WATER"], chance.randint(1, 3)):
            promos.cast.choose(guest, sku, chance.randint(1, 9))
        for code in chance.sample(range(12), chance.randint(0, 4)):
            assert promos.type(guest, f"c{code}", f"198.51.100.{number}") == "accepted"
        _to_the_cent(promos, promos.cast.place(guest))


def _to_the_cent(promos: Promos, order: Order) -> None:
    rows = promos.discounts(order)
    with promos.cast.wiring.db.reading() as session:
        lines = list(lines_of(session, order.id))
    assert order.subtotal == sum(line.total for line in lines)
    assert order.total == order.subtotal - sum(row.amount for row in rows) >= 0
    assert sum(share["gross"] for share in order.vat) == order.total
    assert sum(line.amount for line in paid_lines(lines, rows)) == order.total
    assert sum(row["amount"] for row in order.discounts) == sum(row.amount for row in rows)
