"""The last page's tap: it leads back where its page would, and asks the database little."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from tests.functional.town import HOME, Town
from tests.shop import Browser

PHONE = "06 12 34 56 78"


def nothing_chosen(town: Town) -> Browser:
    browser = town.shop.browser()
    browser.get(f"{HOME}t/{town.shop.code()}")
    return browser


def no_time(town: Town) -> Browser:
    browser = town.shop.browser()
    browser.get(HOME)
    browser.post(f"{HOME}d/DES-FAR", {"quantity": "1"})
    return browser


def pick_up(browser: Browser) -> None:
    """Choose the first time offered."""
    soonest = browser.get(f"{HOME}slot").root.first("button", name="slot").attributes["value"]
    browser.post(f"{HOME}slot", {"slot": soonest})


def time_gone_by(town: Town) -> Browser:
    browser = no_time(town)
    pick_up(browser)
    town.later(hours=2)
    return browser


def no_answer(town: Town) -> Browser:
    return town.seated()


def number_of_yesterday(town: Town) -> Browser:
    browser = town.identified(PHONE)
    town.later(hours=23)
    return browser


@pytest.mark.parametrize(
    ("ready", "step"),
    [
        (nothing_chosen, "basket"),
        (no_time, "slot"),
        (time_gone_by, "slot"),
        (no_answer, "identify"),
        (number_of_yesterday, "identify"),
    ],
)
def test_the_tap_and_the_page_lead_to_the_same_unfinished_step(
    town: Town, ready: Callable[[Town], Browser], step: str
) -> None:
    browser = ready(town)
    token = browser.get(f"{HOME}basket").token
    page = browser.raw(f"{HOME}checkout")
    tap = browser.raw(f"{HOME}checkout", "POST", data={"csrf_token": token, "shown": "0" * 64})
    assert (page.status_code, tap.status_code) == (303, 303)
    assert urlsplit(page.headers["Location"]).path == urlsplit(tap.headers["Location"]).path == f"{HOME}{step}"
    assert town.rows('SELECT count(*) FROM "order"') == [(0,)]


def asked(town: Town, browser: Browser) -> int:
    """How many statements the tap of this browser's last page takes."""
    page = browser.get(f"{HOME}checkout")
    form = {"csrf_token": page.token, "shown": page.root.first("input", name="shown").attributes["value"]}
    with town.shop.statements() as statements:
        answer = browser.raw(f"{HOME}checkout", "POST", data=form)
    assert "/pay/" in answer.headers["Location"]
    return len(statements)


@pytest.mark.parametrize("phone", ["", PHONE])
def test_an_order_at_a_table_asks_seven_questions_however_much_is_in_it(town: Town, phone: str) -> None:
    browser = town.identified(phone)
    for dish in ("DES-FAR", "DES-FAR", "CID-BRUT"):
        browser.post(f"{HOME}d/{dish}", {"quantity": "1"})
    assert asked(town, browser) == 7


def test_a_pick_up_time_costs_one_question_more_and_two_for_whoever_orders_for_it_first(town: Town) -> None:
    counts = []
    for _ in range(2):
        browser = no_time(town)
        pick_up(browser)
        browser.get(f"{HOME}identify")
        browser.post(f"{HOME}identify", {"skip": "1"})
        counts.append(asked(town, browser))
    assert counts == [10, 8]
