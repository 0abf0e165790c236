"""Connecting a programme by keys at the desk: tried, sealed, and never shown again."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.contract import menu_calls
from tests.contract.gonnaorder_calls import PASSWORD
from tests.contract.spoonity_calls import KEY
from tests.functional.desk_cast import hire, owner, sign_in
from tests.functional.programme_house import open_house
from tests.shop import MERCHANT, SECRETS, Watched
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.ports.loyalty.menu import Credentials as MenuCredentials
from webapp.ports.loyalty.spoonity import Credentials as SpoonityCredentials
from webapp.sandbox.faults import Fault

FORM = f"/desk/{MERCHANT}/loyalty/keys"
GOOD: dict[str, dict[str, str]] = {
    "gonnaorder": {"currency": "EUR", "username": "cafe", "password": PASSWORD, "enabled": "yes"},
    "spoonity": {
        "brand": "1", "currency": "eur", "store_keys": f"bastille = {KEY}", "worths": "a = 5.00\nb = 10 %\nc = X Y",
    },
    "menu": {
        "application": "app-key", "brand": "brand-1", "currency": "EUR", "items": "BOWL = 501",
        "venues": f"bastille = {menu_calls.VENUE}",
    },
}  # fmt: skip


def _secrets(watched: Watched) -> list[tuple[str, str, str]]:
    vault = Vault(SECRETS["vault_keys"])
    with watched.reading() as session:
        rows = session.scalars(select(LoyaltyConnection).order_by(LoyaltyConnection.id)).all()
    return [(row.vendor, row.state, vault.open(row.token_sealed)) for row in rows]


@pytest.mark.parametrize("vendor", ["gonnaorder", "spoonity", "menu"])
def test_keys_that_work_are_kept_sealed_and_never_shown(watched: Watched, shared_data: Path, vendor: str) -> None:
    with open_house(vendor, watched, shared_data, loyalty_worker_seconds=3.0) as house:
        desk = owner(house.shop)
        desk.get(f"{FORM}/{vendor}")
        page = desk.submit(GOOD[vendor], form=desk.page.form(vendor))
        assert page.path == f"/desk/{MERCHANT}/stores", page.text
        assert _secrets(watched)[-1][:2] == (vendor, "connected")
        for where in (f"{FORM}/{vendor}", f"/desk/{MERCHANT}/loyalty"):
            shown = desk.get(where).text + str(desk.page.root.all("input"))
            assert not any(secret in shown for secret in (PASSWORD, KEY, "app-key"))
        if vendor == "menu":
            venue = MenuCredentials.from_text(_secrets(watched)[-1][2]).venues["bastille"]
            assert (venue.collect, venue.tables["7"]) == (menu_calls.TAKEOUT, menu_calls.TABLE_7)


@pytest.mark.parametrize(
    ("vendor", "changed", "sentence"),
    [
        ("gonnaorder", {"password": "wrong"}, "refuses these keys"),
        ("gonnaorder", {"username": ""}, "needs its password"),
        ("gonnaorder", {"currency": "euros"}, "three letters"),
        ("gonnaorder", {"currency": "usd"}, "another currency"),
        ("gonnaorder", {"store_tokens": "156 = fixed-token-of-the-store"}, "do not reach"),
        ("spoonity", {"store_keys": "bastille = revoked"}, "refuses these keys"),
        ("spoonity", {"store_keys": "bastille"}, "equals sign and its key"),
        ("spoonity", {"worths": "a = 110 %"}, "percentage up to 100"),
        ("menu", {"application": "unknown"}, "do not reach"),
        ("menu", {"venues": f"bastille = {'9' * 400}"}, "refuses these keys"),
    ],
)
def test_keys_that_do_not_work_are_a_sentence_and_change_nothing(
    watched: Watched, shared_data: Path, vendor: str, changed: dict[str, Any], sentence: str
) -> None:
    with open_house(vendor, watched, shared_data, loyalty_worker_seconds=3.0) as house:
        before = _secrets(watched)
        desk = owner(house.shop)
        desk.get(f"{FORM}/{vendor}")
        page = desk.submit(GOOD[vendor] | changed, form=desk.page.form(vendor))
        assert page.status == 422
        assert sentence in page.text
        assert _secrets(watched) == before


def test_every_programme_is_offered_to_the_owner_and_its_form_to_nobody_else(
    watched: Watched, shared_data: Path
) -> None:
    with open_house("spoonity", watched, shared_data, loyalty_worker_seconds=3.0) as house:
        shop = house.shop
        desk = owner(shop)
        desk.get(f"/desk/{MERCHANT}/loyalty")
        assert {"GonnaOrder", "Spoonity", "MENU"} <= {one.text for one in desk.page.root.all("a")}
        hire(shop, "manager@example.org", "manager")
        manager = sign_in(shop, "manager@example.org")
        assert manager.raw(f"{FORM}/spoonity").status_code in {403, 404}


def test_keys_are_shown_as_they_were_typed_except_secrets_which_stay_when_left_empty(
    watched: Watched, shared_data: Path
) -> None:
    with open_house("spoonity", watched, shared_data, loyalty_worker_seconds=3.0) as house:
        desk = owner(house.shop)
        page = desk.get(f"{FORM}/spoonity")
        worths = page.root.first("textarea", id="worths").text
        assert ("10_off = 10.00" in worths, "discount_free_coffee = COFFEE" in worths) == (True, True)
        assert KEY not in page.root.first("textarea", id="store_keys").text
        assert "Empty: it stays as it is" in page.text
        before = _secrets(watched)[-1][2]
        page = desk.submit(form=page.form("spoonity"), worths="10_off = 12.00")
        assert page.path == f"/desk/{MERCHANT}/stores", page.text
        after = SpoonityCredentials.from_text(_secrets(watched)[-1][2])
        assert after.keys == SpoonityCredentials.from_text(before).keys
        assert after.worths["10_off"].amount == 1200
        assert len(_secrets(watched)) == 1, "the same account keeps its row"


def test_what_a_change_of_programme_means_is_said_and_ticked_before_it_happens(
    watched: Watched, shared_data: Path
) -> None:
    with open_house("spoonity", watched, shared_data, loyalty_worker_seconds=3.0) as house:
        desk = owner(house.shop)
        page = desk.get(f"{FORM}/menu")
        for words in ("This ends Spoonity", "still go to it", "Points do not move"):
            assert words in page.text
        before = _secrets(watched)
        page = desk.submit(GOOD["menu"], form=page.form("menu"))
        assert (page.status, "Tick that the present programme ends" in page.text) == (422, True)
        assert _secrets(watched) == before


def test_a_change_that_was_ticked_ends_the_old_programme(watched: Watched, shared_data: Path) -> None:
    with menu_calls.sandbox() as other:
        reach = {"menu_base_url": other.url + "/api", "loyalty_worker_seconds": 3.0}
        with open_house("spoonity", watched, shared_data, **reach) as house:
            desk = owner(house.shop)
            desk.get(f"{FORM}/menu")
            page = desk.submit(GOOD["menu"] | {"switch": "yes"}, form=desk.page.form("menu"))
            assert page.path == f"/desk/{MERCHANT}/stores", page.text
            assert [row[:2] for row in _secrets(watched)][-2:] == [("spoonity", "retired"), ("menu", "connected")]


def test_venues_are_read_again_and_dishes_without_an_item_are_named(watched: Watched, shared_data: Path) -> None:
    with open_house("menu", watched, shared_data, loyalty_worker_seconds=3.0) as house:
        desk = owner(house.shop)
        page = desk.get(f"/desk/{MERCHANT}/loyalty")
        assert "have no item there" in page.text
        with house.peer.memory.transaction() as db:
            db.execute("UPDATE venue SET code='12'")
        page = desk.submit(form=page.form("read-again"))
        assert "Read again" in page.text
        assert MenuCredentials.from_text(_secrets(watched)[-1][2]).venues["bastille"].code == "12"
        house.peer.faults.add(Fault("*", "error", status=503, count=9))
        assert "does not answer" in desk.submit(form=desk.page.form("read-again")).text
