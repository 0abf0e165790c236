"""Signing in to the back office: sessions, limits, and what a stranger never learns."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.functional.desk_cast import PASSWORD, hire, owner, sign_in
from tests.shop import MERCHANT, Shop, open_shop
from webapp.nouns.staff.sessions import ABSOLUTE, IDLE

HOME = f"/desk/{MERCHANT}/"
ADA = "ada@example.org"


def test_the_desk_asks_who_it_is_and_then_opens_where_one_wanted_to_go(shop: Shop) -> None:
    hire(shop, ADA)
    browser = shop.browser()
    page = browser.get(f"{HOME}log")
    assert page.path == f"/desk/sign-in?next=/desk/{MERCHANT}/log"
    assert browser.submit(email=f" {ADA.upper()} ", password=PASSWORD).path == f"{HOME}log"


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(shop: Shop) -> None:
    hire(shop, ADA)
    answers = []
    odd = ("a\u0000@example.org", "x" * 10_000, "\u202ea@example.org", "a\u0301@example.org", "=1+1", "' OR 1=1 --")
    for email in (ADA, "nobody@example.org", "no address", *odd):
        browser = shop.browser()
        browser.get("/desk/sign-in")
        page = browser.submit(email=email, password="wrong")
        answers.append((page.status, page.root.first("div", role="alert").text))
    assert answers == [(422, "The e-mail address or the password is wrong.")] * 9


def test_letters_that_only_look_like_those_of_an_address_are_not_that_address(shop: Shop) -> None:
    hire(shop, "kim@example.org")
    assert sign_in(shop, "\u212aim@example.org").page.status == 422  # the Kelvin sign
    assert sign_in(shop, "\uff4bim@example.org").page.status == 422  # a wide k
    assert sign_in(shop, "KIM@EXAMPLE.ORG").page.path == HOME


def test_the_count_of_tries_survives_a_restart(shop: Shop, shared_data: Path) -> None:
    hire(shop, ADA)
    browser = shop.browser()
    browser.get("/desk/sign-in")
    for _ in range(10):
        browser.submit(email=ADA, password="wrong")
    again = open_shop(shop.database, shared_data, houses=())
    assert sign_in(again, ADA).page.status == 429


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/desk/", "/desk/\\evil", "/r/x/", "é", ""])
def test_signing_in_leads_to_no_foreign_place(shop: Shop, where: str) -> None:
    hire(shop, ADA)
    browser = shop.browser()
    browser.get("/desk/sign-in")
    assert browser.submit({"next": where}, email=ADA, password=PASSWORD).path == HOME


def test_the_eleventh_try_waits_even_with_the_right_password(shop: Shop) -> None:
    hire(shop, ADA)
    browser = shop.browser()
    browser.get("/desk/sign-in")
    for _ in range(10):
        assert browser.submit(email=ADA, password="wrong").status == 422
    page = browser.submit(email=ADA, password=PASSWORD)
    assert page.status == 429
    assert int(page.headers["Retry-After"]) > 0
    assert "Too many tries" in page.text
    shop.clock.set(shop.clock.now() + timedelta(minutes=16))
    assert browser.submit(email=ADA, password=PASSWORD).status == 200


def test_signing_in_makes_a_new_session_each_time_and_a_new_form_token(shop: Shop) -> None:
    hire(shop, ADA)
    browser = shop.browser()
    before = browser.get("/desk/sign-in").token
    after = browser.submit(email=ADA, password=PASSWORD).token
    assert before != after
    with browser.client.session_transaction() as kept:
        first = kept["s"]
    with sign_in(shop, ADA).client.session_transaction() as kept:
        assert kept["s"] != first


@pytest.mark.parametrize("limit", [IDLE, ABSOLUTE])
def test_a_session_ends_by_itself(shop: Shop, limit: timedelta) -> None:
    browser = owner(shop)
    start = shop.clock.now()
    step = min(limit, IDLE / 2) if limit == ABSOLUTE else limit
    while shop.clock.now() + step <= start + limit:
        shop.clock.set(shop.clock.now() + step)
        page = browser.get(HOME)
        if shop.clock.now() - start < limit:
            assert page.path == HOME
    assert browser.get(HOME).path.startswith("/desk/sign-in")


def test_signing_out_everywhere_ends_every_browser_of_that_person_only(shop: Shop) -> None:
    here, there, colleague = owner(shop), owner(shop), None
    hire(shop, "bob@example.org")
    colleague = sign_in(shop, "bob@example.org")
    here.get("/desk/account")
    page = here.submit(form=here.page.root.first("button", name="everywhere").parent, button=("everywhere", "1"))
    assert "signed out everywhere" in page.text
    assert there.get(HOME).path.startswith("/desk/sign-in")
    assert colleague.get(HOME).path == HOME


def test_signing_out_ends_the_session_and_not_only_the_cookie(shop: Shop) -> None:
    browser = owner(shop)
    with browser.client.session_transaction() as kept:
        token = kept["s"]
    browser.submit(form=browser.page.form("/desk/sign-out"))
    with browser.client.session_transaction() as kept:
        assert "s" not in kept
        kept["s"] = token
    assert browser.get(HOME).path.startswith("/desk/sign-in")


def test_what_holds_secrets_asks_for_the_password_again_after_a_quarter_of_an_hour(shop: Shop) -> None:
    browser = owner(shop)
    assert browser.get("/desk/account").path == "/desk/account"
    shop.clock.set(shop.clock.now() + timedelta(minutes=16))
    assert browser.get("/desk/account").path == "/desk/again?next=/desk/account"
    assert browser.submit(form=browser.page.form("/again"), password="wrong").status == 422
    assert browser.submit(form=browser.page.form("/again"), password=PASSWORD).path == "/desk/account"


def test_another_password_ends_every_other_browser(shop: Shop) -> None:
    here, there = owner(shop), owner(shop)
    here.get("/desk/account")
    form = here.page.form("/account/password")
    for first, second, wrong in (
        ("short", "short", "12"),
        ("a" * 201, "a" * 201, "200"),
        ("new words here", "x", "same"),
    ):
        assert wrong in here.submit(form=form, password=first, repeated=second).text
    here.submit(form=form, password="new words here", repeated="new words here")
    assert here.page.path == "/desk/account"
    assert there.get(HOME).path.startswith("/desk/sign-in")
    assert sign_in(shop, f"owner@{MERCHANT}.example", "new words here").page.path == HOME
