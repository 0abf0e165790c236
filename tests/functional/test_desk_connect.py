"""Connecting the loyalty programme from the desk: the way that works, and every answer that must store nothing (A6)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from tests.functional.desk_cast import OTHER, PASSWORD, hire, owner, sign_in
from tests.functional.desk_house import House, open_house, way_back
from tests.shop import MERCHANT, STORE, Watched
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.staff.models import StaffDeed

DESK = f"/desk/{MERCHANT}/loyalty"


@pytest.fixture
def house(watched: Watched, shared_data: Path, tmp_path: Path) -> Iterator[House]:
    """A house whose programme is not connected yet."""
    with open_house(watched, shared_data, tmp_path) as opened:
        yield opened


def connections(house: House) -> list[LoyaltyConnection]:
    with house.shop.database.reading() as session:
        return list(session.scalars(select(LoyaltyConnection).order_by(LoyaltyConnection.id)))


def test_an_owner_connects_alone_and_sees_both_lists_of_stores(house: House) -> None:
    form = house.press_connect()
    asked = parse_qs(urlsplit(form).query)
    assert asked["redirect_uri"] == [way_back(MERCHANT)]
    assert len(asked["state"][0]) >= 32
    house.connect()
    page = house.owner.page
    assert "Connected" in page.text
    assert "Bordeaux" in page.text
    assert "Suggestion" in page.text
    (row,) = connections(house)
    assert row.state == "connected"
    assert row.token_expires_at is not None
    assert row.token_sealed.startswith("gAAAA")
    assert row.merchant_id == house.shop.store().merchant.id
    assert "Needs" not in house.owner.get(DESK).text
    assert house.owner.get(f"/desk/{MERCHANT}/log").text.count("connected the loyalty programme") == 1


def test_the_policy_lets_forms_of_the_desk_lead_to_the_programme_and_no_further(house: House) -> None:
    policy = house.owner.get(DESK).headers["Content-Security-Policy"]
    assert f"form-action 'self' {house.loyalty.url};" in policy


def refused(house: House, path: str, words: str) -> None:
    page = house.owner.get(path)
    assert page.status == 422
    assert words in page.root.first("div", role="alert").text
    assert connections(house) == []


def test_an_answer_without_a_state_of_ours_stores_nothing(house: House) -> None:
    back = house.answer(house.press_connect())
    code = parse_qs(urlsplit(back).query)["code"][0]
    for query in (
        f"code={code}",
        f"code={code}&state=",
        f"code={code}&state=foreign",
        f"code={code}&state=" + "x" * 9000,
        "",
    ):
        refused(house, f"{DESK}/callback?{query}", "does not belong to a form you opened here")


def test_a_state_is_of_one_browser_and_one_merchant(house: House) -> None:
    back = house.answer(house.press_connect())
    same_person = sign_in(house.shop, f"owner@{MERCHANT}.example")
    assert same_person.get(back).status == 422
    hire(house.shop, f"owner@{MERCHANT}.example", "owner", OTHER)
    foreign = back.replace(f"/desk/{MERCHANT}/", f"/desk/{OTHER}/")
    refused(house, foreign, "does not belong")
    assert owner(house.shop, OTHER).get(back).status == 404
    house.owner.get(back)
    assert len(connections(house)) == 1


def test_a_state_works_once(house: House) -> None:
    back = house.answer(house.press_connect())
    house.owner.get(back)
    assert len(connections(house)) == 1
    assert "does not belong" in house.owner.get(back).text


def test_a_state_older_than_ten_minutes_works_no_more(house: House) -> None:
    back = house.answer(house.press_connect())
    house.shop.clock.set(house.shop.clock.now() + timedelta(minutes=10))
    refused(house, back, "last ten minutes")


def test_of_two_answers_at_once_one_is_taken(house: House) -> None:
    back = house.answer(house.press_connect())
    with house.owner.client.session_transaction() as kept:
        token = kept["s"]

    def come_back(_number: int) -> int:
        browser = house.shop.browser()
        with browser.client.session_transaction() as mine:
            mine["s"] = token
        return browser.raw(back).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(come_back, range(4)))
    assert answers == [303, 422, 422, 422]
    assert len(connections(house)) == 1


def test_a_refusal_is_said_in_words_and_uses_the_state_up(house: House) -> None:
    back = house.answer(house.press_connect(), "refuse")
    refused(house, back, "refused on the programme's page")
    refused(house, back, "does not belong")


def test_an_error_or_no_code_is_said_in_words(house: House) -> None:
    for extra, words in (
        ("error=server_error&error_description=<script>alert(1)</script>", "reported an error"),
        ("code=", "no code"),
        ("", "no code"),
        ("code=" + "x" * 5000, "no code"),
    ):
        state = parse_qs(urlsplit(house.press_connect()).query)["state"][0]
        refused(house, f"{DESK}/callback?state={state}&{extra}", words)
        assert "alert(1)" not in house.owner.page.text


def test_a_code_the_programme_refuses_stores_nothing(house: House) -> None:
    state = parse_qs(urlsplit(house.press_connect()).query)["state"][0]
    refused(house, f"{DESK}/callback?state={state}&code=invented", "refused the code")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("hang", "did not answer in time"),
        ("drip", "did not answer in time"),
        ("reset", "did not answer in time"),
        ("error", "did not answer in time"),
        ("html", "no token"),
        ("malformed", "no token"),
        ("wrong_shape", "no token"),
        ("huge", ""),
        ("empty", "no token"),
    ],
)
def test_a_broken_answer_to_the_exchange_stores_nothing(house: House, kind: str, words: str) -> None:
    back = house.answer(house.press_connect())
    house.loyalty.fault(route="oauth.token", kind=kind, seconds=4)
    refused(house, back, words)
    house.loyalty.behave()
    house.connect()


def test_a_token_that_does_not_work_is_not_stored(house: House) -> None:
    for route in ("oauth.me", "stores"):
        back = house.answer(house.press_connect())
        house.loyalty.fault(route=route, kind="error", status=401)
        refused(house, back, "does not accept this token")
        house.loyalty.behave()


def test_only_an_owner_may_connect(house: House) -> None:
    hire(house.shop, "bob@example.org", "manager")
    browser = sign_in(house.shop, "bob@example.org")
    page = browser.get(DESK)
    assert page.status == 200
    assert "Only an owner" in page.text
    assert browser.raw(f"{DESK}/connect", "POST", data={"csrf_token": page.token}).status_code == 403


def test_reconnecting_the_same_account_keeps_its_row_and_its_mappings(house: House) -> None:
    house.connect()
    house.owner.submit(form=house.owner.page.form("/paris-republique/mapping"), slug="sarrasin-republique")
    house.connect()
    assert [row.state for row in connections(house)] == ["connected"]
    assert house.shop.store().loyalty_slug == "sarrasin-republique"


def test_after_connecting_again_the_owner_reads_which_stores_are_still_to_be_mapped(house: House) -> None:
    said = []
    house.connect()
    said.append(house.owner.page.root.first(role="status").text)
    house.owner.submit(form=house.owner.page.form("/paris-republique/mapping"), slug="sarrasin-republique")
    house.connect()
    said.append(house.owner.page.root.first(role="status").text)
    others = [one.slug for one in house.shop.houses[0].stores if one.slug != STORE]
    for place, slug in enumerate(others):
        house.owner.submit(form=house.owner.page.form(f"/{slug}/mapping"), slug=f"place-{place}")
    house.connect()
    said.append(house.owner.page.root.first(role="status").text)
    assert "Now say which store is which." in said[0]
    assert "Lyon Terreaux" in said[1]
    assert "Paris" not in said[1]
    assert "Every store is mapped" in said[2]


def test_another_account_behind_the_same_client_is_another_connection(house: House) -> None:
    house.connect()
    house.owner.submit(form=house.owner.page.form("/paris-republique/mapping"), slug="sarrasin-republique")
    # The owner answers the form for another company of theirs, with other stores.
    hire(house.shop, f"owner@{MERCHANT}.example", "owner", OTHER)
    other = house.answer(house.press_connect(merchant=OTHER), merchant=OTHER)
    code = parse_qs(urlsplit(other).query)["code"][0]
    state = parse_qs(urlsplit(house.press_connect()).query)["state"][0]
    house.owner.get(f"{DESK}/callback?state={state}&code={code}")
    assert [row.state for row in connections(house)] == ["retired", "connected"]
    assert house.shop.store().loyalty_slug == ""


def test_disconnecting_asks_who_it_is_and_leaves_a_line_in_the_log(house: House) -> None:
    house.connect()
    house.shop.clock.set(house.shop.clock.now() + timedelta(minutes=20))
    house.owner.get(DESK)
    page = house.owner.submit(form=house.owner.page.form("/loyalty/disconnect"))
    assert page.path.startswith("/desk/again")
    house.owner.submit(form=page.form("/again"), password=PASSWORD)
    house.owner.get(DESK)
    assert "Disconnected" in house.owner.submit(form=house.owner.page.form("/loyalty/disconnect")).text
    assert [row.state for row in connections(house)] == ["retired"]
    with house.shop.database.reading() as session:
        deeds = select(func.count()).where(StaffDeed.deed == "loyalty.disconnect")
        assert session.scalar(deeds) == 1


def test_a_pasted_token_needs_the_setting_the_owner_and_a_token_that_works(
    watched: Watched, shared_data: Path, tmp_path: Path
) -> None:
    with open_house(watched, shared_data, tmp_path, pasted_tokens=True) as house:
        for token in ("wrong", "é", "a b", "x" * 9000):
            house.owner.get(DESK)
            page = house.owner.submit(form=house.owner.page.form("/loyalty/token"), token=token)
            assert "does not accept this token" in page.text
        assert connections(house) == []
        page = house.owner.submit(form=page.form("/loyalty/token"), token=f"token-{MERCHANT}")
        assert page.path == f"/desk/{MERCHANT}/stores"
        assert "token-" not in page.text


def test_a_pasted_token_is_off_by_default(house: House) -> None:
    page = house.owner.get(DESK)
    assert "made by hand" not in page.text
    assert "cannot be used here" in house.owner.post(f"{DESK}/token", {"token": f"token-{MERCHANT}"}).text
    assert connections(house) == []
