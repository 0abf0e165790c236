"""The one guard of the back office: every route has one, and nobody reads another merchant's desk."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.shop import MERCHANT, STORE, Shop
from webapp.doors.backoffice.guard import ANYONE, SIGNED_IN, Guard
from webapp.nouns.staff.posts import ROLES

# Whoever adds a route says here who may use it: a change of a guard is seen by whoever reads the change.
OPEN = {"desk.sign_in", "desk.sign_in_posted", "desk.forgot", "desk.forgot_posted", "desk.new_password",
        "desk.new_password_posted", "desk.invitation", "desk.invitation_posted"}  # fmt: skip


def desk_rules(app: Flask) -> Iterator[tuple[Rule, Guard | None]]:
    """Every route of the door, with its guard."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("desk."):
            yield rule, getattr(app.view_functions[rule.endpoint], "guard", None)


def address(rule: Rule, merchant: str, **values: str) -> str:
    """The rule with something in every hole."""
    given = {"merchant": merchant, "store": STORE, **values}
    for name in rule.arguments:
        number = (
            "int" in str(rule._converters[name].__class__.__name__).lower()
            or "row" in str(rule._converters[name].__class__.__name__).lower()
        )
        given.setdefault(name, "1" if number else "x")
    built = rule.build(given, append_unknown=False)
    assert built is not None
    return built[1]


def test_every_route_of_the_back_office_has_a_guard(shop: Shop) -> None:
    rules = list(desk_rules(shop.app))
    assert len(rules) > 15
    assert [rule.rule for rule, guard in rules if guard is None] == []
    assert {guard.role for _rule, guard in rules if guard} <= {ANYONE, SIGNED_IN, *ROLES}
    assert {rule.endpoint for rule, guard in rules if guard and guard.role == ANYONE} == OPEN


def test_every_address_with_a_merchant_asks_for_a_role_there(shop: Shop) -> None:
    for rule, guard in desk_rules(shop.app):
        assert rule.rule.startswith("/desk/")
        assert ("merchant" in rule.arguments) == bool(guard and guard.role in ROLES), rule.rule


def test_a_view_without_a_guard_opens_for_nobody(shop: Shop) -> None:
    browser = owner(shop)
    shop.app.view_functions["desk.overview"] = lambda merchant: merchant
    assert browser.raw(f"/desk/{MERCHANT}/").status_code == 404


def test_nobody_signed_in_is_sent_to_the_sign_in_page_from_every_address(shop: Shop) -> None:
    for rule, guard in desk_rules(shop.app):
        if guard is None or guard.role == ANYONE:
            continue
        for method in (rule.methods or set()) & {"GET", "POST"}:
            browser = shop.browser()
            token = browser.get("/desk/sign-in").token
            for merchant in (MERCHANT, "nowhere"):
                answer = browser.raw(address(rule, merchant), method, data={"csrf_token": token})
                assert answer.status_code == 303, rule.rule
                assert answer.location.startswith("/desk/sign-in"), rule.rule


def test_another_merchants_desk_is_not_there_at_any_address(shop: Shop) -> None:
    browser = owner(shop, OTHER)
    for rule, _guard in desk_rules(shop.app):
        if "merchant" not in rule.arguments:
            continue
        for method in (rule.methods or set()) & {"GET", "POST"}:
            token = browser.get("/desk/account").token
            answer = browser.raw(address(rule, MERCHANT), method, data={"csrf_token": token})
            assert answer.status_code == 404, rule.rule
            assert "Sarrasin" not in answer.text


def test_another_merchants_store_is_not_there_under_ones_own_name(shop: Shop) -> None:
    browser = owner(shop, OTHER)
    for rule, _guard in desk_rules(shop.app):
        if "store" in rule.arguments and "GET" in (rule.methods or set()):
            assert browser.raw(address(rule, OTHER)).status_code == 404, rule.rule


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_it_may_and_nothing_above(shop: Shop, role: str) -> None:
    hire(shop, "eve@example.org", role)
    browser = sign_in(shop, "eve@example.org")
    token = browser.get("/desk/account").token
    rank = {name: place for place, name in enumerate(ROLES)}
    for rule, guard in desk_rules(shop.app):
        if guard is None or guard.role not in ROLES or rank[guard.role] <= rank[role]:
            continue
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = browser.raw(address(rule, MERCHANT), method, data={"csrf_token": token})
            assert answer.status_code == 403, rule.rule


def test_every_posted_form_needs_its_token(shop: Shop) -> None:
    browser = owner(shop)
    for rule, _guard in desk_rules(shop.app):
        if "POST" in (rule.methods or set()):
            assert browser.raw(address(rule, MERCHANT), "POST").status_code == 403, rule.rule
