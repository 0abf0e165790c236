"""Stripe at the site's own doors: callbacks nobody should believe, and the desk where an owner enters keys."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.contract.peers import free_port
from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.functional.town import changed, image
from tests.shop import MERCHANT, NOON, SECRETS, STORE, Shop, Watched, open_shop
from tests.stripe_peer import ACCOUNT, KEY, StripePeer, localstripe, signed, stripe_peer
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.merchant.payment_account import PaymentAccount
from webapp.nouns.order.models import Order

LIVE = ("whsec_live_new", "whsec_live_old")
DESK = f"/desk/{MERCHANT}/payment"
HOME, BOARD = f"/r/{MERCHANT}/{STORE}/", f"/desk/{MERCHANT}/s/{STORE}/board"


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    with localstripe(free_port()) as url:
        yield url


@pytest.fixture
def stripe(upstream: str) -> Iterator[StripePeer]:
    with stripe_peer(upstream, now=NOON.timestamp) as running:
        yield running


@pytest.fixture
def house(watched: Watched, shared_data: Path, stripe: StripePeer) -> Shop:
    """A shop whose settings name Stripe."""
    addresses: dict[str, Any] = {"stripe_api_url": stripe.url, "stripe_page_url": stripe.url}
    return open_shop(watched, shared_data, payment_provider="stripe", **addresses)


def account(shop: Shop, merchant: str = MERCHANT, *, livemode: bool = False, manual: bool = False) -> str:
    """An account kept for a merchant; the path its callbacks come to. `manual`: the kitchen decides."""
    vault, now = Vault(SECRETS["vault_keys"]), shop.clock.now()
    with shop.database.transaction() as session:
        merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == merchant))
        secrets = [f"{one}_{merchant[:4]}" for one in LIVE]
        row = PaymentAccount(
            merchant_id=merchant_id, provider="stripe", account=ACCOUNT, livemode=livemode,
            capture="manual" if manual else "automatic", secret_key_sealed=vault.seal(KEY),
            webhook_secrets_sealed=vault.seal(json.dumps(secrets)), callback_token=f"way-{merchant}",
            created_at=now, changed_at=now,
        )  # fmt: skip
        session.add(row)
    return f"/callbacks/payment/stripe/way-{merchant}"


def event(**changes: Any) -> bytes:
    about = {"id": "cs_nobody", "object": "checkout.session", "metadata": {"reference": "nobody", "attempt": "1"}}
    fields = {"id": "evt_1", "object": "event", "type": "checkout.session.completed", "created": 1, "livemode": False}
    return json.dumps({**fields, "data": {"object": about}, **changes}).encode()


def secrets_of(merchant: str = MERCHANT) -> tuple[str, ...]:
    return tuple(f"{one}_{merchant[:4]}" for one in LIVE)


def post(shop: Shop, path: str, body: bytes, headers: dict[str, str] | None = None) -> int:
    now = shop.clock.now().timestamp()
    given = signed(body, now, secrets_of()) if headers is None else headers
    return shop.app.test_client().post(path, data=body, headers=given).status_code


def test_callbacks_nobody_should_believe_change_nothing(house: Shop) -> None:
    here, there = account(house), account(house, OTHER)
    now, body = house.clock.now().timestamp(), event()
    right = signed(body, now, secrets_of())
    before = image(house.database)
    stale, early = (signed(body, now + skew, secrets_of()) for skew in (-301, 301))
    forged, anothers = signed(body, now, ("whsec_guess",)), signed(body, now, secrets_of(OTHER))
    for wrong in ({}, stale, early, forged, anothers, {"Stripe-Signature": "t=1"}):
        assert post(house, here, body, wrong) == 400
    recoded = json.dumps(json.loads(body), indent=1).encode()
    for other in (body[:-1], body + b" ", recoded, b"", b"\xff\xfe", body.decode().encode("utf-16")):
        assert post(house, here, other, right) == 400
    assert post(house, there, body, right) == 400  # another merchant's address, this merchant's signature
    for content in (b"null", b"[]", b"{}", event(data={}), event(livemode="no"), event(id=7), event(type="")):
        assert post(house, here, content) == 400
    assert post(house, here, b"x" * 5_000_000, right) == 413
    for nowhere in ("/callbacks/payment/stripe", "/callbacks/payment/stripe/guess", "/callbacks/payment/sandbox"):
        assert post(house, nowhere, body, right) == 404
    assert changed(before, image(house.database)) == []


def test_either_live_secret_signs_and_five_minutes_are_forgiven_both_ways(house: Shop) -> None:
    here, now = account(house), house.clock.now().timestamp()
    for number, (secret, skew) in enumerate([(0, -300), (1, 300), (1, 0)]):
        body = event(id=f"evt_{number}")
        assert post(house, here, body, signed(body, now + skew, (secrets_of()[secret],))) == 204


def states(shop: Shop) -> list[tuple[str, str]]:
    with shop.database.reading() as session:
        query = "SELECT kind, state FROM payment_notice ORDER BY id"
        return [tuple(row) for row in session.connection().exec_driver_sql(query)]


def test_true_callbacks_that_say_nothing_of_a_payment_are_kept_and_left_alone(house: Shop) -> None:
    here = account(house)
    assert post(house, here, event(type="customer.created")) == 204
    assert post(house, here, event(id="evt_2", livemode=True)) == 204
    assert post(house, here, event(id="evt_3", account="acct_another")) == 204
    assert post(house, here, event(id="evt_4")) == 204
    assert post(house, here, event(id="evt_4")) == 204
    assert [state for _kind, state in states(house)] == ["ignored", "ignored", "ignored", "orphan"]


def test_a_test_event_is_left_alone_where_money_is_real(house: Shop) -> None:
    here = account(house, livemode=True)
    assert post(house, here, event(livemode=False)) == 204
    assert states(house) == [("checkout.session.completed", "ignored")]


def test_an_owner_enters_keys_tests_them_and_never_sees_them_again(house: Shop) -> None:
    browser = owner(house)
    assert "nobody can pay" in browser.get(DESK).text
    form = browser.page.form("keys")
    page = browser.submit(form=form, account=ACCOUNT, secret_key="sk_test_a_wrong_one", webhook_1="")
    assert page.status == 422
    assert "does not accept this key" in page.text
    page = browser.submit(
        form=page.form("keys"), account=ACCOUNT, secret_key=KEY, webhook_1="whsec_first_one", capture="manual"
    )
    assert "Kept" in page.text
    assert "taken when the kitchen accepts" in page.text
    assert "/callbacks/payment/stripe/" in page.text
    page = browser.submit(form=page.form("test"))
    assert "opens this account" in page.text
    shown = browser.raw(DESK).text + browser.get(f"/desk/{MERCHANT}/log").text
    assert KEY not in shown
    assert "whsec_first_one" not in shown
    page = browser.get(DESK)
    assert "No new orders" in browser.submit(form=page.form("leave")).text


def test_a_manager_sees_the_account_and_changes_nothing(house: Shop) -> None:
    account(house)
    hire(house, "m@example.com", "manager")
    page = sign_in(house, "m@example.com").get(DESK)
    assert ACCOUNT in page.text
    assert "Only an owner" in page.text
    assert not [one for one in page.root.all("form") if "/payment/" in one.attributes.get("action", "")]


def test_forms_lead_to_stripes_page_and_nowhere_else(house: Shop, stripe: StripePeer) -> None:
    policy = house.browser().get(f"/r/{MERCHANT}/").headers["Content-Security-Policy"]
    assert f"form-action 'self' {stripe.url};" in policy


@pytest.mark.parametrize(
    ("decision", "said", "state", "status"),
    [
        ("accept", "Paid. The kitchen has your order.", "paid", "succeeded"),
        ("refuse", "Nothing was charged", "cancelled", "canceled"),
    ],
)
def test_what_the_board_says_of_promised_money_is_done_at_the_provider(
    house: Shop, stripe: StripePeer, decision: str, said: str, state: str, status: str
) -> None:
    account(house, manual=True)
    diner = house.browser()
    diner.get(f"{HOME}t/{house.code()}")
    diner.post(f"{HOME}d/DES-FAR", {"quantity": "2"})
    diner.get(f"{HOME}identify")
    diner.post(f"{HOME}identify", {"skip": "1"})
    page = diner.get(f"{HOME}checkout")
    shown = {"csrf_token": page.token, "shown": page.root.first("input", name="shown").attributes["value"]}
    link = diner.raw(f"{HOME}checkout", "POST", data=shown).headers["Location"].rpartition("/")[2]
    session_id = diner.raw(f"/pay/{link}").headers["Location"].rpartition("/")[2]
    stripe.act(session_id, "pay")
    diner.raw(f"/pay/{link}/return")
    intent = next(one["payment_intent"] for one in stripe.sessions() if one["id"] == session_id)
    assert intent["status"] == "requires_capture"
    hire(house, "cook@example.org", "staff")
    board = sign_in(house, "cook@example.org")
    card = board.get(BOARD).root.first("li", class_="board-unseen")
    press = next(one for one in card.all("button") if one.attributes["value"] == decision)
    board.post(press.attributes["formaction"], {press.attributes["name"]: decision})
    assert board.page.status == 200
    assert "To accept" not in board.page.text
    intent = next(one["payment_intent"] for one in stripe.sessions() if one["id"] == session_id)
    assert intent["status"] == status
    with house.database.reading() as session:
        assert session.scalars(select(Order.state)).all() == [state]
    assert said in diner.get(f"/o/{link}").text
    assert ("Far" in board.page.root.first("ul", **{"data-column": "new"}).text) == (decision == "accept")
