"""The demo's till: one store whose diners may pay at a pretended till, connected as the operator's `till` would."""

from sqlalchemy import select

from webapp.doors.cli.demo_keys import TILL_STORE
from webapp.ground.config import Settings
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.merchant.payment_account import PaymentAccount
from webapp.ports.payment.external_pos import Till
from webapp.usecases.payments import opened
from webapp.usecases.setup.till import connect_till
from webapp.wire import build_wiring

MERCHANT, STORE = "fournil-mistral", TILL_STORE


def connect(settings: Settings, address: str, secret: str) -> str:
    """Connect the store to the till at `address`, once for each address; where that till calls back."""
    wiring = build_wiring(settings)
    wanted = Till(address, (secret,), codes=True, books=True)
    try:
        with wiring.db.reading() as session:
            query = select(PaymentAccount).join(Store, Store.till_account_id == PaymentAccount.id)
            query = query.join(Merchant, Merchant.id == Store.merchant_id)
            known = session.scalar(query.where(Merchant.slug == MERCHANT, Store.slug == STORE))
        keys = opened(wiring.vault, known) if known is not None and wiring.vault is not None else None
        if known is not None and keys is not None and keys.secret_key == wanted.to_text():
            token = known.callback_token
        else:
            _account, token = connect_till(wiring, MERCHANT, STORE, wanted, livemode=False)
    finally:
        wiring.db.close()
    return f"{settings.public_url}/callbacks/payment/till/{token}"
