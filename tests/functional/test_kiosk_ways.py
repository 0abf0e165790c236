"""At a kiosk: rewards reserved while its basket holds them, ways to pay, limits that lock nobody out, odd devices."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.functional.desk_cast import owner
from tests.functional.kiosk_cast import DESK, HOME, START, begin, cookie, paired
from tests.functional.programme_house import House, open_house
from tests.functional.test_counter_door import COUNTER_PAGE, offer_counter, place_form
from tests.functional.test_promotions import copy_of, use
from tests.functional.town import Town
from tests.http import CLIENT
from tests.peers import ADA, ADA_ID, TOKEN, pongo_at
from tests.shop import NOON, Browser, Shop, Watched
from webapp.usecases.promotion.lock import release_locks


@pytest.fixture
def mailing(watched: Watched, shared_data: Path) -> Iterator[House]:
    """At MENU, which mails codes."""
    with open_house("menu", watched, shared_data) as opened:
        yield opened


@pytest.fixture
def carded(watched: Watched, shared_data: Path) -> Iterator[House]:
    """At GonnaOrder, which knows people by number and by card."""
    with open_house("gonnaorder", watched, shared_data) as opened:
        yield opened


def _begun(shop: Shop, phone: str = "") -> Browser:
    """A kiosk at which somebody has chosen a dish, and given a number."""
    device = paired(shop)
    begin(device)
    device.post(f"{HOME}d/DES-FAR", {"quantity": "1"})
    device.get(f"{HOME}identify")
    device.post(f"{HOME}identify", {"phone": phone} if phone else {"skip": "1"})
    return device


def _reserved(town: Town) -> list[bool]:
    wallet = pongo_at(town.loyalty.api, TOKEN).wallet(ADA_ID, store_slug="demo-republique", deadline_s=10)
    return [one.locked for one in wallet.owned or ()]


def test_a_reward_in_a_kiosks_basket_is_reserved_until_the_next_person(town: Town) -> None:
    owned = copy_of(town, "rew_far", "free_product", external_id="DES-FAR")
    device, phone = _begun(town.shop, ADA), town.identified(ADA)
    town.prove()
    use(device, owned)
    assert (device.page.path, _reserved(town)) == (f"{HOME}basket", [True])
    assert "reserved on another device" in use(phone, owned).text
    device.submit(form=device.get(f"{HOME}basket").form("/forget"))
    release_locks(town.shop.wiring)
    assert _reserved(town) == [False]
    assert use(phone, owned).path == f"{HOME}basket"
    assert _reserved(town) == [False], "a phone's basket may lie for days, and its owner stand at the counter"


def test_at_the_counter_the_number_is_large_and_the_screen_is_soon_free(town: Town) -> None:
    offer_counter(town)
    device = _begun(town.shop)
    page = device.get(f"{HOME}checkout")
    assert "with your phone" in page.text
    assert "Pay at the counter" in page.text
    device.get(COUNTER_PAGE)
    page = device.submit(form=place_form(device))
    order = town.order()
    assert page.root.first("p", **{"class": "kiosk-ticket"}).text == str(order.number)
    assert page.root.first("div", **{"data-idle": "30"})
    link = page.path.split("/")[2]
    waits = page.root.first("div", **{"data-live": f"/pay/{link}/state"})
    assert device.raw(f"/pay/{link}/state").headers["ETag"] == waits.attributes["data-stamp"], "else it never moves on"
    device.submit(form=page.form("/forget"))
    assert (device.page.path, device.get(f"/pay/{link}/return").path) == (START, START)
    assert town.order().state == "pending", "it waits to be paid there"


def test_whoever_rather_pays_by_phone_is_shown_the_code(town: Town) -> None:
    offer_counter(town)
    device = _begun(town.shop)
    device.get(COUNTER_PAGE)
    page = device.submit(form=place_form(device))
    device.submit(form=page.form("/here"))
    assert device.page.path == f"{HOME}checkout"
    device.submit(form=place_form(device))
    assert "Scan this code" in device.page.text


def test_too_many_numbers_at_one_kiosk_lead_on_without_points_and_soon_pass(town: Town) -> None:
    device = paired(town.shop)
    for place in range(11):
        begin(device)
        device.get(f"{HOME}identify")
        page = device.submit(form=device.page.form("/identify"), phone=f"06123456{place:02}")
    assert (page.status, "Order without points" in page.text) == (429, True)
    assert page.root.all("button", name="key")
    device.submit(form=device.page.form("/identify"), button=("skip", "1"))
    assert device.page.path == HOME
    town.later(minutes=10)
    begin(device)
    device.get(f"{HOME}identify")
    assert device.submit(form=device.page.form("/identify"), phone=ADA).status == 200


def test_codes_mailed_at_one_kiosk_are_counted_for_its_people_not_for_its_address(mailing: House) -> None:
    device = paired(mailing.shop)
    for place in range(12):
        begin(device)
        device.get(f"{HOME}identify")
        device.submit(form=device.page.form("/identify"), who=f"guest{place}@example.com")
        assert device.page.path == f"{HOME}sign-in", place
        mailing.shop.clock.set(NOON + timedelta(minutes=place + 1))


def test_where_cards_are_known_too_the_keys_stay_and_the_rest_is_one_touch_away(carded: House) -> None:
    device = paired(carded.shop)
    begin(device)
    page = device.get(f"{HOME}identify")
    assert len(page.root.all("button", name="key")) == 12
    assert page.root.all("input", name="pass")
    wrong = device.submit(form=page.root.first("details").first("form"), who="?")
    assert (wrong.status, "open" in wrong.root.first("details").attributes) == (422, True)


def test_a_pass_of_another_merchant_is_an_unknown_one(town: Town) -> None:
    stranger = {"public_id": "cus_neighbour", "phone": "33611112222", "points": 900}
    shop = {"id": "mer_next", "name": "Next door", "client_id": "next", "client_secret": "n" * 32}
    CLIENT.post(f"{town.loyalty.url}/_seed", json={"merchants": [{**shop, "customers": [stranger]}]}).raise_for_status()
    device = paired(town.shop)
    begin(device)
    page = device.get(HOME)
    device.submit({"pass": "cus_neighbour"}, form=page.form("/pass"))
    assert (device.page.status, "This pass is not known here" in device.page.text) == (422, True)
    assert "900" not in device.get(f"{HOME}loyalty").text


def test_a_reader_finds_its_way_from_every_page_on_which_somebody_chooses(town: Town) -> None:
    device = paired(town.shop)
    assert not device.get(START).root.all("form", **{"data-reader": ""}), "nobody has begun"
    begin(device)
    device.submit({"pass": ADA_ID}, form=device.get(HOME).form("/pass"))
    assert device.page.path == f"{HOME}loyalty"
    assert "400" in device.page.text


def test_a_revoked_device_orders_nothing_in_mid_journey(town: Town) -> None:
    device, boss = _begun(town.shop), owner(town.shop)
    device.get(f"{HOME}checkout")
    form = place_form(device)
    boss.get(DESK)
    boss.submit(form=boss.page.form("/revoke"))
    assert (device.submit(form=form).status, cookie(device)) == (410, "")
    assert town.rows('SELECT count(*) FROM "order"') == [(0,)]


def test_a_tablet_may_add_it_to_its_home_screen_and_fills_the_screen(shop: Shop) -> None:
    device = paired(shop)
    link = next(one for one in device.page.root.all("link") if one.attributes["rel"] == "manifest")
    told = json.loads(shop.browser().raw(link.attributes["href"]).text)
    assert (told["display"], told["start_url"]) == ("fullscreen", START)


def test_an_error_at_a_kiosk_leads_back_to_the_menu_and_is_left_by_itself(shop: Shop) -> None:
    device = paired(shop)
    begin(device)
    page = device.get(f"{HOME}d/NOTHING")
    assert page.status == 404
    assert any(one.attributes["href"] == HOME for one in page.root.first("main").all("a"))
    assert page.root.first("div", **{"data-idle": "60"})
