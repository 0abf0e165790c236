"""Ten thousand baskets with rewards and codes, priced, kept as orders and read back from both databases (P2, K7)."""

import random
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from tests.integration.checkout_cast import OPENED, chance_of, set_up
from tests.unit.pricing_cases import FORMULA, SMALL, menu
from tests.unit.test_promotion_rules import coupon, taken
from webapp.ground.db import Database
from webapp.nouns.merchant.models import Store
from webapp.nouns.order.models import Order, OrderLine
from webapp.nouns.pricing import Adjustment, Choice, Configuration, Quote, Wanted
from webapp.nouns.promotion.models import Coupon, OrderDiscount

BASKETS, BATCH = 10_000, 1000
MENU = menu()
DISHES = (
    ("plain", Configuration()),
    ("fries", Configuration((Choice("sauce", "mayo", 2), Choice("sauce", "truffle")))),
    ("coffee", Configuration((SMALL,))),
    ("wine", Configuration()),
    ("free", Configuration()),
    ("formula", Configuration((), FORMULA)),
)


def _lines(chance: random.Random) -> list[Wanted]:
    chosen = [chance.choice(DISHES) for _ in range(chance.randint(1, 5))]
    return [Wanted(f"l{place}", sku, chance.randint(1, 99), what) for place, (sku, what) in enumerate(chosen)]


def _codes(chance: random.Random) -> list[Coupon]:
    kinds = {"percent": 10_000, "amount": 40_000, "free_product": 4}
    made = []
    for number in range(1, chance.randint(0, 4) + 1):
        kind = chance.choice(list(kinds))
        skus = chance.sample(["plain", "fries", "coffee", "nobody"], chance.randint(0, 2))
        made.append(
            coupon(number, kind=kind, value=chance.randint(0, kinds[kind]), skus=skus, stacks=chance.random() < 0.5)
        )
    return made


def _reward(chance: random.Random) -> Adjustment | None:
    return chance.choice([
        None, Adjustment("r:1", "amount", chance.randint(0, 30_000)),
        Adjustment("r:1", "percent", chance.randint(0, 10_000)), Adjustment("r:1", "free_item", 1, ("l0",)),
    ])  # fmt: skip


@cache
def _priced() -> tuple[Quote, ...]:
    """The baskets, each priced in two orders of its lines and codes."""
    chance = chance_of("ten thousand baskets")
    found = []
    for _ in range(BASKETS):
        lines, codes, reward = _lines(chance), _codes(chance), _reward(chance)
        priced = taken(lines, codes, reward)
        again = taken(chance.sample(lines, len(lines)), chance.sample(codes, len(codes)), reward)
        assert (again.total, again.vat) == (priced.total, priced.vat)
        found.append(priced)
    return tuple(found)


def _order(priced: Quote, number: int, store: Store) -> dict[str, Any]:
    return {
        "id": number, "reference": f"basket-{number}", "number": number, "merchant_id": store.merchant_id,
        "store_id": store.id, "state": "pending", "mode": "table", "currency": priced.currency,
        "subtotal": priced.subtotal, "total": priced.total, "quote_digest": "", "menu_stamp": 1, "language": "fr",
        "vat": [{"gross": share.gross} for share in priced.vat], "points_state": "none", "created_at": OPENED,
        "expires_at": OPENED,
    }  # fmt: skip


def _line_rows(priced: Quote, number: int) -> list[dict[str, Any]]:
    return [
        {
            "order_id": number, "position": place, "sku": line.sku, "name": line.sku, "shown_name": line.sku,
            "quantity": line.quantity, "unit_price": line.unit_price, "total": line.total, "vat_rate": line.vat_rate,
            "details": [], "configuration": "{}",
        }
        for place, line in enumerate(priced.lines)
    ]  # fmt: skip


def _discount_rows(priced: Quote, number: int) -> list[dict[str, Any]]:
    return [
        {"order_id": number, "kind": "coupon", "name": one.id, "shown_name": one.id, "amount": one.amount,
         "shares": [], "state": "held"}
        for one in priced.discounts
    ]  # fmt: skip


def _keep(session: Session, priced: Sequence[Quote], first: int, store: Store) -> None:
    numbered = list(enumerate(priced, first))
    session.execute(insert(Order), [_order(one, number, store) for number, one in numbered])
    session.execute(insert(OrderLine), [row for number, one in numbered for row in _line_rows(one, number)])
    discounts = [row for number, one in numbered for row in _discount_rows(one, number)]
    if discounts:
        session.execute(insert(OrderDiscount), discounts)


def test_ten_thousand_baskets_are_the_same_to_the_cent_when_read_back(database: Database) -> None:
    set_up(database, OPENED)
    for first in range(0, BASKETS, BATCH):
        with database.transaction() as session:
            store = session.scalars(select(Store).order_by(Store.id)).first()
            assert store is not None
            _keep(session, _priced()[first : first + BATCH], first + 1, store)
    of_lines = select(func.sum(OrderLine.total)).where(OrderLine.order_id == Order.id).scalar_subquery()
    off = select(func.coalesce(func.sum(OrderDiscount.amount), 0)).where(OrderDiscount.order_id == Order.id)
    with database.reading() as session:
        rows = session.execute(select(Order.total, Order.vat, of_lines, off.scalar_subquery()).order_by(Order.id)).all()
    assert len(rows) == BASKETS
    assert all(total == lines - less >= 0 for total, _vat, lines, less in rows)
    assert all(sum(share["gross"] for share in vat) == total for total, vat, _lines, _less in rows)
    assert [row[0] for row in rows] == [one.total for one in _priced()]
    assert sum(1 for row in rows if row[3]) > BASKETS / 4, "most carry something"
