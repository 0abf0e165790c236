"""The owner hears that points were spent and can stop it; only a new code opens the lock again (section 3)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.carrier import KEY, PATIENT, Carrier, carrier
from tests.functional.proof_house import BASE, E164, PROOF, House, ask, enter
from tests.shop import open_shop
from webapp.ground.db import Database
from webapp.usecases.proof.messages import send_waiting
from webapp.usecases.proof.notice import tell_owner_spent


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


def spend(house: House, points: int | None = 120, language: str = "en") -> str:
    """Points were spent; the path of the link the owner got."""
    with house.shop.database.transaction() as session:
        owner = house.customer()
        assert tell_owner_spent(session, house.shop.wiring, customer=owner, points=points, language=language)
    assert send_waiting(house.shop.wiring) == 1
    return house.carrier.link()


def test_the_owner_hears_what_was_spent_and_where(house: House) -> None:
    house.proved_diner()
    spend(house)
    newest = house.carrier.messages()[0]
    assert newest["to"] == E164
    assert newest["text"].startswith("Comptoir Sarrasin: 120 of your points were just spent. Not you?")
    spend(house, None, "fr")
    assert "récompense" in house.carrier.messages()[0]["text"]


def test_opening_the_link_changes_nothing(house: House) -> None:
    house.proved_diner()
    link = spend(house)
    page = house.shop.browser().get(link)
    assert "Was it not you?" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert len(house.proofs()) == 1
    assert house.customer().spending_locked_at is None


def test_the_button_locks_spending_ends_every_proof_and_tells_the_merchant(house: House) -> None:
    thief = house.proved_diner()
    link = spend(house)
    owner = house.shop.browser("fr")
    owner.get(link)
    page = owner.submit(form=owner.page.form(link))
    assert "Vos points sont bloqués" in page.text
    assert house.customer().spending_locked_at == house.shop.clock.now()
    assert house.proofs() == []
    assert house.alerts() == ["spending_locked"]
    assert thief.get(PROOF).form("/proof/send")
    first = house.customer().spending_locked_at
    house.later(minutes=5)
    owner.get(link)
    assert "Vos points sont bloqués" in owner.page.text
    owner.post(link, {})
    assert house.customer().spending_locked_at == first
    assert house.alerts() == ["spending_locked"]


def test_a_code_on_its_way_to_a_thief_dies_with_the_lock(house: House) -> None:
    house.proved_diner()
    link = spend(house)
    thief = house.diner()
    ask(thief)
    code = house.carrier.code()
    owner = house.shop.browser()
    owner.get(link)
    owner.post(link, {})
    assert thief.post(f"{BASE}/proof", {"code": code}).status == 422
    assert house.proofs() == []


@pytest.mark.parametrize("wanted", ["sms", "pin", "counter"])
def test_a_new_code_opens_the_lock_whatever_the_merchant_wants(house: House, wanted: str) -> None:
    house.proved_diner()
    link = spend(house)
    house.demand(wanted)
    owner = house.shop.browser()
    owner.get(link)
    owner.post(link, {})
    owner = house.diner()
    ask(owner)
    assert enter(owner, house.carrier.code()).path == f"{BASE}/"
    assert house.customer().spending_locked_at is None
    assert len(house.proofs()) == 1


def test_an_altered_link_locks_nobody(house: House) -> None:
    house.proved_diner()
    link = spend(house)
    word, mark = link.removeprefix("/not-me/").split(".")
    stranger = house.shop.browser()
    for change in ("x", "é", ".", "%00", "a" * 3000):
        for altered in (f"{word}{change}.{mark}", f"{change}.{mark}", f"{word}.{change}", f"{word}.{mark}{change}"):
            assert stranger.get(f"/not-me/{altered}").status == 404
            assert stranger.raw(f"/not-me/{altered}", "POST").status_code in {403, 404}
    assert house.customer().spending_locked_at is None


def test_a_link_signed_for_something_else_or_too_old_locks_nobody(house: House) -> None:
    house.proved_diner()
    link = spend(house)
    word = link.removeprefix("/not-me/").split(".")[0]
    stranger = house.shop.browser()
    assert stranger.get(f"/not-me/{house.shop.wiring.signer.sign('order', word)}").status == 404
    house.later(days=31)
    assert stranger.get(link).status == 404


def test_locking_needs_the_token_of_the_page(house: House) -> None:
    house.proved_diner()
    link = spend(house)
    browser = house.shop.browser()
    browser.get(link)
    assert browser.post(link, {}, token=False).status == 403
    assert house.customer().spending_locked_at is None
