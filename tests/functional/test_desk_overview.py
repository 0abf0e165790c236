"""The first page of a merchant: its days are the stores' own, its questions few, and the log under it only grows."""

import ast
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from tests.functional.desk_cast import hire, owner, sign_in
from tests.functional.desk_orders import paid
from tests.shop import MERCHANT, STORE, Shop
from webapp.bootstrap import ROOT
from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.outbox.box import Message, put
from webapp.nouns.promotion.models import OrderDiscount

HOME = f"/desk/{MERCHANT}/"


def rows(shop: Shop) -> dict[str, list[str]]:
    """The chart as the table it is: by ISO day, the numbers."""
    table = owner(shop).get(HOME).root.first("table")
    return {
        row.first("time").attributes["datetime"]: [cell.text.strip() for cell in row.all("td")]
        for row in table.all("tr")[1:]
    }


def test_the_fortnight_counts_each_store_on_its_own_clock(shop: Shop) -> None:
    island = next(one.slug for one in shop.houses[0].stores if one.timezone == "Indian/Reunion")
    paid(shop, "noon", total=1000)
    paid(shop, "gone", total=9900, state="refunded")
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)  # half past eleven in Paris, half past two the next day there
    paid(shop, "paris", total=200, paid_at=late)
    used = paid(shop, "island", total=30, paid_at=late, store=island)
    paid(shop, "old", total=5, paid_at=datetime(2026, 11, 9, 12, tzinfo=UTC))
    reward = {"order_id": used, "kind": "reward", "name": "r", "shown_name": "r", "amount": 1, "state": "used",
              "holder": "", "shares": []}  # fmt: skip
    place = shop.store(STORE)
    with shop.database.transaction() as session:
        session.execute(insert(OrderDiscount), [reward])
        put(session, Message("loyalty.enrol", "1-x", place.merchant.id, place.id, "{}"), shop.clock.now())
    found = rows(shop)
    assert len(found) == 14
    assert found["2026-11-24"] == ["2", "€10.30", "1", "0", "0", "1"]
    assert found["2026-11-23"] == ["1", "€2.00", "0", "0", "0", "0"]
    assert "2026-11-09" not in found


def test_whoever_works_in_one_store_is_shown_its_figures_only(shop: Shop) -> None:
    here, elsewhere = shop.store(STORE), shop.store("lyon-terreaux")
    paid(shop, "here", total=1000)
    paid(shop, "there", total=77700, store="lyon-terreaux")
    with shop.database.transaction() as session:
        for place, key in ((here, "x"), (elsewhere, "y"), (elsewhere, "z")):
            put(session, Message("loyalty.enrol", f"1-{key}", place.merchant.id, place.id, "{}"), shop.clock.now())
        for one in ("here", "there"):
            raise_alert(session, "payment_paid_twice", f"{one}/1", shop.clock.now(), merchant_id=here.merchant.id)
    hire(shop, "waiter@example.org", "staff", stores=[here.id])
    waiter = sign_in(shop, "waiter@example.org")
    for browser, shown, waiting in ((owner(shop), ("€787.00", "Yes to e-mail"), 3), (waiter, ("€10.00",), 1)):
        page = browser.get(HOME)
        assert all(words in page.text for words in shown)
        assert f"Set aside ({waiting})" in browser.get(f"/desk/{MERCHANT}/deliveries").text
    titles = [one.text for one in waiter.get(HOME).root.all("p", class_="notice-title")]
    assert titles.count("An order was paid twice.") == 1
    assert "Yes to e-mail" not in waiter.page.text
    assert "€777" not in waiter.page.text


def test_the_first_page_asks_as_little_after_many_orders_as_after_none(shop: Shop) -> None:
    browser = owner(shop)
    with shop.statements() as few:
        browser.get(HOME)
    for number in range(30):
        paid(shop, f"order-{number}")
    with shop.statements() as many:
        browser.get(HOME)
    assert len(many) <= len(few) + 2
    assert len(few) < 40


def test_nothing_in_the_code_changes_or_removes_a_line_of_the_log() -> None:
    touching = []
    for path in Path(ROOT, "webapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"update", "delete"}:
                touching += [f"{path}:{node.lineno}" for one in node.args if getattr(one, "id", "") == "StaffDeed"]
    assert touching == []
