"""Proving a number: a code over the real inbox, typed as people type, by the browser that asked (section 3)."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.carrier import KEY, PATIENT, Carrier, carrier
from tests.functional.proof_house import BASE, E164, PROOF, House, ask, enter, wrong
from tests.shop import Browser, open_shop
from webapp.ground.db import Database
from webapp.usecases.proof.messages import send_waiting

TOKEN = re.compile(r'name="csrf_token" value="[^"]+"')


@pytest.fixture(scope="module")
def running() -> Iterator[Carrier]:
    with carrier() as one:
        yield one


@pytest.fixture
def house(database: Database, shared_data: Path, running: Carrier) -> House:
    running.forget()
    changes: dict[str, Any] = {
        "sms_provider": "sandbox",
        "sms_url": running.url,
        "sms_api_key": KEY,
        **PATIENT,
    }
    return House(open_shop(database, shared_data, **changes), running)


def test_a_code_is_sent_only_when_asked_for_and_proves_the_number(house: House) -> None:
    browser = house.diner()
    browser.get(PROOF)
    assert house.carrier.messages() == []
    ask(browser)
    (message,) = house.carrier.messages()
    assert message["to"] == E164
    assert message["text"].splitlines()[-1] == f"@127.0.0.1 #{house.carrier.code()}"
    assert "point" not in message["text"]
    assert enter(browser, house.carrier.code()).path == f"{BASE}/"
    assert [proof.method for proof in house.proofs()] == ["sms"]
    assert browser.get(PROOF).path == f"{BASE}/"


def test_the_field_takes_what_telephones_fill_in(house: House) -> None:
    browser = house.diner()
    page = ask(browser)
    field = page.root.first("input", name="code").attributes
    assert field["autocomplete"] == "one-time-code"
    assert field["inputmode"] == "numeric"
    assert int(field["maxlength"]) >= 20
    assert "pattern" not in field


def test_a_code_may_be_pasted_with_what_stands_around_it(house: House) -> None:
    for spelling in ("{0} {1}", " {0}-{1} ", "{0}\u00a0{1}\n", "{0}.{1}"):
        browser = house.diner()
        ask(browser)
        code = house.carrier.code()
        assert enter(browser, spelling.format(code[:3], code[3:])).path == f"{BASE}/"
        house.later(minutes=61)


def test_figures_of_other_scripts_are_figures(house: House) -> None:
    browser = house.diner()
    ask(browser)
    wide = "".join(chr(0xFF10 + int(figure)) for figure in house.carrier.code())
    assert enter(browser, wide).path == f"{BASE}/"


def test_what_is_no_code_costs_no_try_and_gets_a_sentence(house: House) -> None:
    browser = house.diner()
    ask(browser)
    for typed in ("", "12345", "1234567", "abcdef", "12345é", "<b>123456</b>", "9" * 5000, "१२३\0"):
        page = enter(browser, typed)
        assert (page.status, house.codes()[0].tries) == (422, 0)
        assert "6 digits" in page.root.first("p", id="code-error").text
        assert page.root.first("input", name="code").attributes["aria-invalid"] == "true"


def test_after_five_wrong_codes_the_right_one_is_refused_and_a_new_one_works(house: House) -> None:
    browser = house.diner()
    ask(browser)
    code = house.carrier.code()
    said = [enter(browser, wrong(code)).text for _ in range(4)]
    assert "4 more times" in said[0]
    assert "once more" in said[3]
    page = enter(browser, wrong(code))
    assert "Too many wrong codes" in page.text
    assert not page.root.all("input", name="code")
    page = browser.post(f"{BASE}/proof", {"code": code, "next": "menu"})
    assert (page.status, house.proofs()) == (422, [])
    ask(browser)
    assert enter(browser, house.carrier.code()).path == f"{BASE}/"


def test_another_browser_cannot_use_the_code(house: House) -> None:
    owner, thief = house.diner(), house.diner()
    ask(owner)
    page = thief.post(f"{BASE}/proof", {"code": house.carrier.code()})
    assert (page.status, house.proofs()) == (422, [])
    assert house.codes()[0].tries == 0
    assert enter(owner, house.carrier.code()).status == 200
    assert thief.get(PROOF).path.startswith(f"{BASE}/proof")


def test_a_code_works_once_for_ten_minutes_and_only_the_newest(house: House) -> None:
    browser = house.diner()
    ask(browser)
    first = house.carrier.code()
    ask(browser)
    page = enter(browser, first)
    assert page.status == 422
    house.later(minutes=10)
    page = browser.post(f"{BASE}/proof", {"code": house.carrier.code()})
    assert "no longer works" in page.text
    ask(browser)
    code = house.carrier.code()
    enter(browser, code)
    assert browser.post(f"{BASE}/proof", {"code": code}).status == 422


def test_a_proof_lasts_ninety_days_for_this_number_at_this_merchant(house: House) -> None:
    browser = house.proved_diner()
    house.later(days=89)
    _again(browser)
    assert browser.get(PROOF).path == f"{BASE}/"
    house.later(days=2)
    _again(browser)
    assert browser.get(PROOF).path.startswith(f"{BASE}/proof")


@pytest.mark.parametrize("how", ["another number", "forget"])
def test_whoever_gives_another_number_or_none_ends_the_proof_of_this_browser_alone(house: House, how: str) -> None:
    left, kept = house.proved_diner(), house.proved_diner()
    if how == "forget":
        left.post(f"{BASE}/forget", {})
    else:
        left.get(f"{BASE}/identify")
        left.submit(phone="06 98 76 54 32")
    _again(left)
    assert left.get(PROOF).path.startswith(f"{BASE}/proof")
    assert kept.get(PROOF).path == f"{BASE}/"
    assert len(house.proofs()) == 1


def _again(browser: Browser) -> None:
    browser.get(f"{BASE}/identify")
    browser.submit(phone="0612345678")


def test_a_proved_browser_may_be_asked_once_more(house: House) -> None:
    browser = house.proved_diner()
    since = house.proofs()[0].known_since
    house.later(minutes=20)
    assert browser.get(PROOF + "&again=1").path.startswith(f"{BASE}/proof")
    ask(browser)
    enter(browser, house.carrier.code())
    (proof,) = house.proofs()
    assert proof.proved_at == house.shop.clock.now()
    assert proof.known_since == since


def test_it_leads_on_to_our_own_pages_only(house: House) -> None:
    browser = house.proved_diner()
    elsewhere = ("https://evil.test/", "//evil.test", "/r/x", "shop.order", "shop.forget", "static", "\r\nX: y", "💥")
    for aim in (*elsewhere, "proof", "shop." * 40):
        answer = browser.raw(f"{BASE}/proof", query_string={"next": aim})
        assert answer.headers["Location"] == f"{BASE}/loyalty"


def test_asking_and_typing_need_the_token_of_the_page(house: House) -> None:
    browser = house.diner()
    assert browser.post(f"{BASE}/proof/send", {}, token=False).status == 403
    assert browser.post(f"{BASE}/proof", {"code": "123456"}, token=False).status == 403
    assert house.carrier.messages() == []


def test_a_browser_is_known_by_256_bits(house: House) -> None:
    with house.diner().client.session_transaction() as kept:
        assert len(kept["b"]) * 5 >= 256


def test_without_a_number_the_page_asks_for_one(house: House) -> None:
    browser = house.shop.browser()
    assert browser.get(PROOF).path == f"{BASE}/identify"
    assert browser.post(f"{BASE}/proof/send", {}).path == f"{BASE}/identify"
    assert browser.post(f"{BASE}/proof", {"code": "123456"}).path == f"{BASE}/identify"
    assert house.carrier.messages() == []


def test_a_member_and_a_stranger_get_the_same_page_to_the_byte(house: House) -> None:
    member, stranger = house.diner("06 12 34 56 78"), house.diner("07 50 00 00 78")
    known = house.customer()
    with house.shop.database.transaction() as session:
        row = session.get_one(type(known), known.id)
        row.member_id, row.wallet, row.spending_locked_at = "m", {"points": 900}, house.shop.clock.now()
    pages = []
    for browser in (member, stranger):
        pages.append([_bytes(browser)])
        ask(browser)
        pages[-1].append(_bytes(browser))
    assert pages[0] == pages[1]


def _bytes(browser: Browser) -> str:
    return TOKEN.sub("", browser.raw(PROOF).text)  # a token says when it was made


def test_where_no_code_is_wanted_the_page_says_what_happens_instead(house: House) -> None:
    house.demand("counter")
    browser = house.diner()
    page = browser.page
    assert "at the counter" in page.text
    assert not page.root.all("input", name="code")
    browser.post(f"{BASE}/proof/send", {})
    assert house.carrier.messages() == []


def test_no_number_no_code_and_no_text_reaches_a_log(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    browser = house.diner("06 12 34 56 78")
    house.carrier.fault("reset_after")
    ask(browser)
    house.later(seconds=5)
    send_waiting(house.shop.wiring)
    text, code = house.carrier.messages()[0]["text"], house.carrier.code()
    enter(browser, wrong(code))
    enter(browser, code)
    written = "".join(capfd.readouterr())
    assert "code typed" in written
    for canary in ("612345678", "6 12 34 56 78", code, wrong(code), text[:20]):
        assert canary not in written
