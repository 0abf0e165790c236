"""Typing numbers: counted on distinct ones, by browser, address and network, and telling nothing where it must not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.functional.town import HOME, Town, open_town
from tests.shop import MERCHANT, Browser, Watched
from webapp.nouns.merchant.models import Merchant

IDENTIFY = f"{HOME}identify"
# Numbers of our own rows, and the digest of what is ordered: they differ between any two browsers.
ROWS = re.compile(r'/line/\d+|line=\d+|"(less|more|line|quantity)-\d+"|name="shown" value="\w+"')
TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')


def number(place: int) -> str:
    return f"06 12 34 {place // 100:02} {place % 100:02}"


def give(browser: Browser, phone: str, address: str = "192.0.2.1", **headers: str) -> Any:
    """Type a number, from this address."""
    token = browser.get(IDENTIFY).token
    form = {"phone": phone, "country": "FR", "csrf_token": token}
    return browser.raw(IDENTIFY, "POST", data=form, environ_base={"REMOTE_ADDR": address}, headers=headers)


@pytest.fixture
def behind_a_proxy(watched: Watched, shared_data: Path, tmp_path: Path) -> Iterator[Town]:
    with open_town(watched, shared_data, tmp_path, trusted_proxies=1) as opened:
        yield opened


def test_a_browser_may_ask_for_three_numbers(town: Town) -> None:
    browser = town.shop.browser()
    assert [give(browser, number(place)).status_code for place in (1, 2, 3, 1, 2, 3, 4, 5)] == [303] * 6 + [429] * 2
    refused = give(browser, number(6))
    assert 0 < int(refused.headers["Retry-After"]) <= 600
    assert refused.headers["Cache-Control"] == "private, no-store"
    town.later(minutes=10, seconds=1)
    assert give(browser, number(4)).status_code == 303


def test_throwing_cookies_away_leaves_the_address(town: Town) -> None:
    asked = [give(town.shop.browser(), number(place)).status_code for place in range(12)]
    assert asked == [303] * 10 + [429] * 2
    assert give(town.shop.browser(), number(3)).status_code == 303


def test_a_network_of_addresses_is_one_crowd(town: Town) -> None:
    for place in range(30):
        assert give(town.shop.browser(), number(place), f"198.51.100.{place}").status_code == 303
    assert give(town.shop.browser(), number(90), "198.51.100.200").status_code == 429
    assert give(town.shop.browser(), number(90), "198.51.101.1").status_code == 303
    for place in range(30):
        assert give(town.shop.browser(), number(place), f"2001:db8:7:{place:x}::1").status_code == 303
    assert give(town.shop.browser(), number(90), "2001:db8:7:ffff::9").status_code == 429
    assert give(town.shop.browser(), number(90), "2001:db8:8::9").status_code == 303


def test_a_restart_forgets_no_count(town: Town, shared_data: Path) -> None:
    for place in range(10):
        give(town.shop.browser(), number(place))
    town.shop.app.extensions.clear()
    again = town.rows("SELECT COUNT(*) FROM throttle_mark WHERE scope = 'identify:address'")
    assert again == [(10,)]


FORWARDED = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")


def test_a_header_of_the_senders_dodges_no_limit_without_a_proxy(town: Town) -> None:
    for place in range(10):
        headers = dict.fromkeys(FORWARDED, f"203.0.113.{place}")
        assert give(town.shop.browser(), number(place), **headers).status_code == 303
    headers = dict.fromkeys(FORWARDED, "203.0.113.250")
    assert give(town.shop.browser(), number(50), **headers).status_code == 429
    # Nor does it spend somebody else's allowance.
    assert give(town.shop.browser(), number(51), "203.0.113.3").status_code == 303


def test_behind_a_proxy_only_the_proxys_own_word_counts(behind_a_proxy: Town) -> None:
    shop = behind_a_proxy.shop
    for place in range(10):
        forged = f"203.0.113.{place}, 192.0.2.77"
        assert give(shop.browser(), number(place), "10.0.0.1", X_Forwarded_For=forged).status_code == 303
    forged = "203.0.113.250, 192.0.2.77"
    assert give(shop.browser(), number(50), "10.0.0.1", X_Forwarded_For=forged).status_code == 429
    assert give(shop.browser(), number(50), "10.0.0.1", X_Forwarded_For="192.0.2.78").status_code == 303
    for odd in ("", ",", "unknown", "\x01", "a" * 5000, "[::1]:80"):
        assert give(shop.browser(), number(60), "10.0.0.1", X_Forwarded_For=odd).status_code in {303, 429}


def seen_by(town: Town, phone: str) -> list[tuple[int, str, str]]:
    """Everything a browser is shown and told after typing a number, the tokens of its forms left out."""
    browser = town.seated("en")
    posted = give(browser, phone, address="203.0.113.9")
    told = [(posted.status_code, posted.headers["Location"], "")]
    for path in ("loyalty", "join", "identify", "checkout", "basket", "proof", "loyalty/get?reward=rew_1", ""):
        answer = browser.raw(f"{HOME}{path}", headers={"Accept-Encoding": ""})
        text = ROWS.sub("", TOKEN.sub("", answer.text))
        told.append((answer.status_code, answer.headers.get("Location", ""), text))
    return told


@pytest.mark.parametrize("level", ["open", "strict"])
def test_at_strict_level_a_member_and_a_stranger_see_the_same(town: Town, level: str) -> None:
    with town.shop.database.transaction() as session:
        session.execute(update(Merchant).where(Merchant.slug == MERCHANT).values(loyalty_display=level))
    town.shop.catch_up()
    member, stranger = seen_by(town, "06 12 34 56 78"), seen_by(town, "06 98 76 54 78")
    same = [one == other for one, other in zip(member, stranger, strict=True)]
    if level == "strict":
        assert all(same), [place for place, equal in enumerate(same) if not equal]
        assert "400" not in member[1][2]
    else:
        assert not all(same)  # the measure is one that can tell


def test_at_strict_level_nobody_is_looked_up(town: Town) -> None:
    with town.shop.database.transaction() as session:
        session.execute(update(Merchant).where(Merchant.slug == MERCHANT).values(loyalty_display="strict"))
    town.shop.catch_up()
    assert give(town.shop.browser(), "06 12 34 56 78").status_code == 303
    assert town.rows("SELECT membership FROM visit") == [("unsure",)]
    assert town.rows("SELECT member_id FROM customer") == [(None,)]
