"""Gift card, points and credit as money: their owner hears of it and can stop it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.integration.programme_table import Table, table
from tests.integration.scene import VAULT_KEY
from tests.integration.value_table import GIFT, POINTS, Payer, payer
from tests.peers import peer_at
from webapp.ground.db import Database
from webapp.ground.secrets import Vault
from webapp.nouns.customer.proof_models import SmsMessage
from webapp.nouns.merchant.models import Merchant
from webapp.ports.sms.sandbox import SandboxSms
from webapp.usecases.checkout.last_page import NotPlaced
from webapp.usecases.promotion.theirs import use_credit
from webapp.usecases.proof.announce import announce_uses
from webapp.usecases.proof.limits import RULES
from webapp.usecases.proof.notice import stop_spending
from webapp.usecases.wiring import Texting, Wiring


@pytest.fixture
def there(database: Database) -> Iterator[Payer]:
    with payer(database) as made:
        yield made


def test_an_owner_who_stops_spending_has_the_gift_card_back_at_once(there: Payer) -> None:
    order = there.placed(GIFT)
    assert (there.refused(order), there.there()) == ("", 0)
    wiring, owner = there.cast.wiring, order.customer_id
    assert owner is not None
    wiring.db.run(lambda session: stop_spending(session, owner, wiring.clock.now()))
    there.work(minutes=1)
    assert (there.cast.state(order), there.there()) == ("expired", 1500)


def test_the_owner_hears_once_that_a_gift_card_paid(there: Payer) -> None:
    order, wiring = there.placed(GIFT), _texting(there)
    assert announce_uses(wiring) == 0
    there.pay(order)
    assert (announce_uses(wiring), announce_uses(wiring)) == (1, 0)
    assert any(word in _told(there) for word in ("your gift card", "votre carte cadeau"))


def test_the_owner_hears_once_that_credit_paid(database: Database) -> None:
    with table(database, "menu") as there:
        use_credit(there.cast.wiring, there.promos.asked(there.guest), there.wanted(), "Credit")
        order, wiring = there.cast.place(there.guest), _texting(there)
        assert announce_uses(wiring) == 0
        there.pay(order)
        assert (announce_uses(wiring), announce_uses(wiring)) == (1, 0)
        assert any(word in _told(there) for word in ("your credit", "votre avoir"))


def _texting(there: Table) -> Wiring:
    sender = SandboxSms(peer_at("http://127.0.0.1:9"), api_key="never asked")
    return replace(there.cast.wiring, texting=Texting(sender, Vault([VAULT_KEY]), frozenset({"FR"})))


def _told(there: Table) -> str:
    (message,) = there.cast.rows(SmsMessage)
    assert message.kind == "spent"
    return Vault([VAULT_KEY]).open(message.text_sealed)


def _rich(there: Payer, points: int) -> None:
    assert there.at.there is not None
    there.at.there.memory.rows("UPDATE person SET points=? WHERE points>0", points)


def test_many_points_at_once_pay_only_on_a_phone_that_knew_the_number_before(there: Payer) -> None:
    _rich(there, 340)
    with there.cast.wiring.db.transaction() as session:
        session.query(Merchant).update({"hold_above": 339})
    assert there.with_value(POINTS) == [True]
    with pytest.raises(NotPlaced, match="points_hold"):
        there.cast.place(there.guest)  # 340 points of 0.05: 17.00 of 18.00
    there.at.later(minutes=15)
    assert there.with_value(POINTS) == [True]
    assert there.cast.place(there.guest).by_value == 1700


def test_points_that_paid_count_towards_the_points_of_one_proof(there: Payer) -> None:
    _rich(there, RULES.points_per_proof + 1)
    there.at.later(minutes=15)
    for crepes, points in ((4, 720), (1, 180)):
        there.cast.choose(there.guest, "CREPE", crepes - 2) if crepes > 2 else None
        order = there.placed(POINTS)
        assert order.by_value == points * 5
        there.pay(order)
        there.at.later(minutes=1)
        there.cast.choose(there.guest, "CREPE", 1)
    assert there.with_value(POINTS) == [True]
    with pytest.raises(NotPlaced, match="points_prove_again"):
        there.cast.place(there.guest)
