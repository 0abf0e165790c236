"""Every address the shop has, met with everything that does not belong there: a clear answer, and nothing changes."""

import itertools
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.routing import Rule

from tests.functional.town import COUNTING, Town, changed
from tests.shop import MERCHANT, STORE, Browser, Page

CLEAR = frozenset({200, 303, 308, 400, 403, 404, 405, 409, 410, 422})
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
HOSTILE = (
    "nothing-here",
    "../../etc/passwd",
    "%00",
    "%ff%fe%80",
    "'; DROP TABLE merchant; --",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "9" * 40,
    "-1",
    "\u202eexe.\u0000",
    "a" * 3000,
    "%0d%0aSet-Cookie:%20x=y",
    "Ⅷ",
)
QUERIES = (
    "line=-1&line=2",
    "line=%00",
    "mode=%ff",
    "mode=collect&mode=table",
    "why=<script>",
    "next=//evil.example",
    "next=shop.place",
    "again=%00",
    "v=%00",
    "owned=%00&reward=%00&key=%00&id=%00",
    "owned=%F0%9F%8D%95&reward=rew_1&reward=rew_2",
    "code=%00%ff",
    "code=" + "9" * 3000,
    "&&&;=;&",
    "a" * 3000,
)
FIELDS: tuple[dict[str, Any], ...] = (
    {},
    {"quantity": "-1", "note": "\0\x1b[31m", "slot": "9999-12-31T23:59Z", "phone": "\0", "code": "\0", "shown": "\0"},
    {"quantity": "9" * 5000, "note": "a" * 10_000, "phone": "9" * 5000, "name": "x" * 5000, "code": "9" * 5000},
    {"quantity": ["1", "two"], "slot": ["", "😀"], "next": ["//evil", "/"], "country": ["", "🇫🇷"]},
    {"consent_email": "yes", "email": "\0@\0.", "wording_email": "\0", "skip": "", "country": "\0\0"},
    {"owned": "\0", "reward": "\0", "key": "\0", "pin": "\0", "sku": "\0", "cost": "\0"},
    {"owned": "9" * 5000, "reward": "9" * 5000, "key": "9" * 5000, "pin": "9" * 5000, "sku": "9" * 5000},
    {"owned": "x", "reward": "rew_1", "key": "-1", "pin": "0000", "sku": "GAL-RACLETTE", "cost": "-5"},
    {"total": "0", "price": "-1", "state": "paid", "customer_id": "1", "store_id": "2", "points": "99999"},
)


RIGHT = {"merchant": MERCHANT, "store": STORE, "sku": "DES-FAR", "provider": "sandbox", "code": "fr"}


def address(rule: Rule, **words: str) -> str:
    """The rule's address with right arguments, or these words in their places."""
    path = rule.rule
    for argument in rule.arguments:
        word = words.get(argument, RIGHT.get(argument, "1"))
        for kind in ("", "int:"):
            path = path.replace(f"<{kind}{argument}>", word if "%" in word else quote(word, safe=""))
    return path


def addresses(rule: Rule) -> Iterator[str]:
    """The rule's address with every hostile word in every place."""
    yield from (address(rule, **{name: word}) for name, word in itertools.product(rule.arguments, HOSTILE))


def rules(town: Town) -> list[Rule]:
    found = sorted(town.shop.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    assert len(found) > 30
    return found


def calm(browser: Browser, path: str, method: str = "GET", **options: Any) -> int:
    """The status of an answer, which may be no failure and must keep the rules of every page."""
    answer = browser.raw(path, method, **options)
    assert answer.status_code < 500, f"{method} {path[:80]} {options}"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Traceback" not in answer.text
    if answer.mimetype == "text/html" and method != "HEAD" and answer.status_code not in range(300, 400):
        Page.of(answer)
    return answer.status_code


@pytest.fixture
def diner(town: Town) -> Browser:
    """Somebody with a basket, a number they have proved, and an order that waits for its payment."""
    browser = town.identified("06 12 34 56 78", language="fr")
    town.prove()
    link = town.place(browser)
    town.start(browser, link)
    browser.get(f"/r/{MERCHANT}/{STORE}/basket")
    return browser


def test_no_address_fails_whatever_stands_in_it(town: Town, diner: Browser) -> None:
    before = town.image(without=COUNTING)
    for rule in rules(town):
        for path in (address(rule), *addresses(rule)):
            assert calm(diner, path) in CLEAR, path
    assert changed(before, town.image(without=COUNTING)) == []


def test_no_query_fails_whatever_it_asks(town: Town, diner: Browser) -> None:
    for rule in rules(town):
        path = address(rule)
        for query in QUERIES:
            assert calm(diner, f"{path}?{query}") in CLEAR, f"{path}?{query}"


def test_a_wrong_method_is_refused_and_changes_nothing(town: Town, diner: Browser) -> None:
    before = town.image(without=COUNTING)
    for rule in rules(town):
        allowed = {method for one in rules(town) if one.rule == rule.rule for method in one.methods or ()}
        path = address(rule)
        for method in set(METHODS) - allowed:
            # (308: another address begins the same and ends in a slash)
            assert calm(diner, path, method) in {405, 308}, f"{method} {path}"
    assert changed(before, town.image(without=COUNTING)) == []


def test_no_form_is_taken_without_the_browsers_own_token(town: Town, diner: Browser) -> None:
    stranger = town.shop.browser()
    theirs = stranger.get("/").token
    before = town.image()
    posts = [rule for rule in rules(town) if "POST" in (rule.methods or ()) and not rule.rule.startswith("/callbacks")]
    for rule in posts:
        path = address(rule)
        # A file is not even read, nor a token in it, of somebody who has not signed in.
        refused = 303 if hasattr(town.shop.app.view_functions[rule.endpoint], "takes") else 403
        for token in ("", "x", theirs, diner.page.token[:-1], "\0", "é", diner.page.token + "."):
            fields = {"quantity": "1", "skip": "1", "csrf_token": token}
            assert calm(diner, path, "POST", data=fields) == refused
        assert calm(diner, path, "POST") == refused
        assert calm(diner, f"{path}?csrf_token={diner.page.token}", "POST") == refused
    assert changed(before, town.image()) == []


def test_no_form_fails_whatever_is_in_it(town: Town, diner: Browser) -> None:
    token = diner.page.token
    for rule in [one for one in rules(town) if "POST" in (one.methods or ())]:
        for path in addresses(rule):
            calm(diner, path, "POST", data={"quantity": "1", "csrf_token": token})
        path = address(rule)
        for fields in FIELDS:
            calm(diner, path, "POST", data={**fields, "csrf_token": token})
            calm(diner, path, "POST", data={**fields, "csrf_token": token}, headers={"X_Fragment": "1"})
    assert [row[0] for row in town.rows('SELECT DISTINCT state FROM "order"')] != ["paid"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"&" * 100_000),
        ("application/x-www-form-urlencoded", b"%" * 50_000 + b"\xff" * 50_000),
        ("application/x-www-form-urlencoded", b"a=1&" * 50_000),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 3000),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A: b\r\n" * 30_000),
        ("multipart/form-data; boundary=" + "x" * 300, b"\r\n" * 100_000),
        ("multipart/form-data", b"--\r\n"),
        ("application/json", b"[" * 100_000),
        ("text/html; charset=no-such-charset", b"\xff"),
        ("x" * 5000, b""),
    ],
)
def test_a_body_made_to_choke_on_is_refused(town: Town, diner: Browser, kind: str, body: bytes) -> None:
    before = town.image(without=COUNTING)
    for path in (f"/r/{MERCHANT}/{STORE}/d/DES-FAR", f"/r/{MERCHANT}/{STORE}/checkout", "/callbacks/payment/sandbox"):
        assert calm(diner, path, "POST", data=body, content_type=kind) in {400, 403, 413}
    assert changed(before, town.image(without=COUNTING)) == []


def test_more_than_a_form_can_be_is_refused_unread(town: Town, diner: Browser) -> None:
    for path in ("/language/fr", f"/r/{MERCHANT}/{STORE}/d/DES-FAR", "/callbacks/payment/sandbox"):
        answer = diner.raw(path, "POST", data=b"x" * 5_000_000, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413
