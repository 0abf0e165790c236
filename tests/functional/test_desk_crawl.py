"""Every address of the back office with every row of another merchant: zero reads, zero changes, all of them 404 (A5).

The addresses are read from the application, the rows from the database: a new desk is crawled without a word here.
"""

from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.functional.desk_orders import paid, told
from tests.functional.test_desk_guard import desk_rules
from tests.functional.town import changed, image
from tests.shop import MERCHANT, STORE, Browser, Shop
from webapp.ground.db import Base
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.order.alerts import raise_alert
from webapp.nouns.staff.posts import ROLES

ELSEWHERE = "marseille-panier"  # the one store of the other merchant
SEEN = frozenset({"staff_session", "throttle_mark", "visit"})  # that somebody was here may be written down
CANARY = "Sarrasin"  # the first merchant by its name; addresses that are echoed write it small
MOST = 12  # values tried in one hole


def _peopled(shop: Shop) -> None:
    """Rows of both merchants in every table desks show."""
    for merchant, store in ((MERCHANT, STORE), (OTHER, ELSEWHERE)):
        told(shop, paid(shop, f"crawl-{merchant}", merchant=merchant, store=store, progress="accepted", number=41))
        hire(shop, f"owner@{merchant}.example", "owner", merchant)
        merchant_id = shop.store(store, merchant).merchant.id
        with shop.database.transaction() as session:
            raise_alert(session, "payment_paid_twice", merchant, shop.clock.now(), merchant_id=merchant_id)
    hire(shop, "canary@sarrasin.example", "staff", MERCHANT)


def _ids(session: Session, merchant: str) -> dict[str, set[int]]:
    """The numbers of a merchant's rows, by table: those that name it or one of its stores."""
    merchant_id = session.scalars(select(Merchant.id).where(Merchant.slug == merchant)).one()
    stores = list(session.scalars(select(Store.id).where(Store.merchant_id == merchant_id)))
    found: dict[str, set[int]] = {}
    for table in Base.metadata.sorted_tables:
        whose = _owner(table, merchant_id, stores)
        if whose is not None and "id" in table.c:
            found[table.name] = set(session.scalars(select(table.c.id).where(whose)))
    return found


def _owner(table: Table, merchant_id: int, stores: list[int]) -> ColumnElement[bool] | None:
    if "merchant_id" in table.c:
        return table.c.merchant_id == merchant_id
    return table.c.store_id.in_(stores) if "store_id" in table.c else None


def _foreign_numbers(shop: Shop) -> list[str]:
    """Numbers that are rows of the first merchant and of no table of the other's, so that none is theirs by chance."""
    with shop.database.reading() as session:
        theirs = set().union(*_ids(session, MERCHANT).values())
        own = set().union(*_ids(session, OTHER).values())
    chosen = sorted(theirs - own)
    return [str(number) for number in [*chosen[: MOST // 2], *chosen[-MOST // 2 :]]]


def _foreign(shop: Shop) -> dict[str, list[str]]:
    """By the table a hole is named after: the first merchant's rows there."""
    names = {"delivery": "outbox_message", "post": "staff_post", "table": "dining_table"}
    with shop.database.reading() as session:
        rows = {table: sorted(map(str, ids))[:MOST] for table, ids in _ids(session, MERCHANT).items()}
    return rows | {hole: rows[table] for hole, table in names.items()}


def _addresses(shop: Shop, merchant: str, store: str) -> Iterator[tuple[Rule, str]]:
    foreign, numbers = _foreign(shop), _foreign_numbers(shop)
    for rule, _guard in desk_rules(shop.app):
        if "merchant" not in rule.arguments:
            continue
        holes = sorted(rule.arguments - {"merchant", "store"})
        values = [foreign.get(hole) or numbers if _is_number(rule, hole) else ["x"] for hole in holes]
        for chosen in product(*values):
            built = rule.build(
                {"merchant": merchant, "store": store, **dict(zip(holes, chosen, strict=True))}, append_unknown=False
            )
            assert built is not None, rule.rule
            yield rule, built[1]


def _is_number(rule: Rule, hole: str) -> bool:
    kind = type(rule._converters[hole]).__name__.lower()
    return "int" in kind or "row" in kind


def _knock(browser: Browser, rule: Rule, address: str) -> Iterator[tuple[str, int, str]]:
    for method in sorted((rule.methods or set()) & {"GET", "POST"}):
        data = {"csrf_token": browser.page.token} if method == "POST" else None
        answer = browser.raw(address, method, data=data)
        yield f"{method} {address}", answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_of_another_merchant_reads_or_changes_anything_at_any_address(shop: Shop, role: str) -> None:
    _peopled(shop)
    hire(shop, "stranger@example.org", role, OTHER)
    browser = sign_in(shop, "stranger@example.org")
    browser.get("/desk/account")
    before, wrong = image(shop.database, without=SEEN), []
    for rule, address in _addresses(shop, MERCHANT, STORE):
        for asked, status, text in _knock(browser, rule, address):
            if status != 404 or CANARY in text:
                wrong.append((asked, status))
    assert wrong == []
    assert changed(before, image(shop.database, without=SEEN)) == []


def test_rows_of_another_merchant_are_not_there_under_ones_own_address(shop: Shop) -> None:
    _peopled(shop)
    browser = owner(shop, OTHER)
    browser.get("/desk/account")
    before, wrong, tried = image(shop.database, without=SEEN), [], 0
    for rule, address in _addresses(shop, OTHER, ELSEWHERE):
        if not any(_is_number(rule, hole) for hole in rule.arguments - {"merchant", "store"}):
            continue
        for asked, status, text in _knock(browser, rule, address):
            tried += 1
            # Some desks go back to their own list and say that it is gone: nothing is read, and below, nothing changed.
            if status not in {303, 404} or CANARY in text:
                wrong.append((asked.split()[0], rule.rule, status))
    assert sorted(set(wrong)) == []
    assert tried > 5
    assert changed(before, image(shop.database, without=SEEN)) == []
