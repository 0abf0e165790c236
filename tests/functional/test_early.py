"""The menu answered before Flask is asked: the same answer, never somebody else's."""

import re

from werkzeug.test import Client, TestResponse

from tests.shop import MERCHANT, STORE, Browser, Shop
from webapp.doors.quick import Quick
from webapp.doors.shop.browse.early import Early

HOME = f"/r/{MERCHANT}/{STORE}/"
TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')


def cookies(browser: Browser) -> str:
    """What this browser would send."""
    cookie = browser.client.get_cookie("passe")
    assert cookie is not None
    return f"passe={cookie.value}"


def shortcut(shop: Shop) -> Early:
    """What stands before Flask, behind the shortcut of the boards."""
    quick = shop.app.wsgi_app
    assert isinstance(quick, Quick)
    early = quick._inner
    assert isinstance(early, Early)
    return early


def both(shop: Shop, browser: Browser, **headers: str) -> tuple[TestResponse, TestResponse]:
    """The shortcut's answer, and Flask's own."""
    early = shortcut(shop)
    sent = {"Cookie": cookies(browser), "Accept-Language": browser.language, **headers}
    browser.get(HOME)
    return Client(early, use_cookies=False).get(HOME, headers=sent), Client(early._inner, use_cookies=False).get(
        HOME, headers=sent
    )


def same(early: TestResponse, flask: TestResponse) -> None:
    """Fails where the two differ in more than the moment their tokens were made."""
    assert early.status_code == flask.status_code
    assert TOKEN.sub("", early.text) == TOKEN.sub("", flask.text)
    assert {k: v for k, v in early.headers.items() if k != "Content-Length"} == {
        k: v for k, v in flask.headers.items() if k != "Content-Length"
    }


def test_the_shortcut_says_what_flask_says(shop: Shop) -> None:
    for language in ("en", "fr"):
        browser = shop.browser(language)
        browser.get(HOME)
        same(*both(shop, browser))
        browser.get(f"{HOME}t/{shop.code()}")
        same(*both(shop, browser))
        browser.post(f"{HOME}d/DES-FAR", {"quantity": "2"})
        early, flask = both(shop, browser)
        assert "10.40" in early.text.replace(",", ".")
        same(early, flask)
        held = both(shop, browser, If_None_Match=early.headers["ETag"])
        assert [one.status_code for one in held] == [304, 304]


def test_no_question_but_one_is_asked(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(HOME)
    browser.post(f"{HOME}d/DES-FAR", {"quantity": "2"})
    browser.get(HOME)
    with shop.statements() as statements:
        both_answers = both(shop, browser)
    assert both_answers[0].status_code == 200
    assert len(statements) == 3, "the browser's own request, the shortcut, and Flask"


def test_a_token_sent_early_opens_the_form(shop: Shop) -> None:
    browser = shop.browser()
    for _ in range(3):
        browser.get(HOME)
    assert browser.post(f"{HOME}d/DES-FAR", {"quantity": "1"}).status == 200


def test_a_forged_or_odd_cookie_is_nobody(shop: Shop) -> None:
    browser = shop.browser()
    browser.get(HOME)
    browser.post(f"{HOME}d/DES-FAR", {"quantity": "2"})
    browser.get(HOME)
    good = cookies(browser)
    for sent in (f"{good}x", "passe=", "passe=forged", f"{good}; {good}x", "passe", ";;=;", "passe=é"):
        answer = Client(shop.app.wsgi_app, use_cookies=False).get(HOME, headers={"Cookie": sent})
        assert answer.status_code == 200
        if good not in sent:
            assert "10.40" not in answer.text


def test_every_answer_is_counted(shop: Shop) -> None:
    told: list[tuple[str, int]] = []
    early = shortcut(shop)
    browser = shop.browser()
    browser.get(HOME)
    browser.get(HOME)
    watched = Early(
        shop.app, early._inner, early._desk, {}, lambda route, status, _seconds: told.append((route, status))
    )
    answer = Client(watched, use_cookies=False).get(HOME, headers={"Cookie": cookies(browser), "Accept-Language": "en"})
    assert answer.status_code == 200
    assert told == [("/r/<merchant>/<store>/", 200)]
