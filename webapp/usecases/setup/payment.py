"""A merchant says at which account it is paid: keys tried, sealed, never shown again (issue 5, X5)."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.ground.secrets import Vault
from webapp.nouns.merchant.payment_account import AccountKeys, PaymentAccount, active_account
from webapp.nouns.staff import deeds
from webapp.ports.payment.port import PaymentRefused, PaymentTrouble
from webapp.usecases.payments import opened
from webapp.usecases.wiring import BackOffice, Wiring

TOKEN_BYTES = 24
MOST_WEBHOOK_SECRETS = 2
SECRET_KEY = re.compile(r"[sr]k_(live|test)_[A-Za-z0-9_]{8,200}")
WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,200}")
ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{1,58}")


class NotKept(Exception):
    """Nothing was stored.

    `code`: `no_provider`, `account`, `secret_key`, `webhook_secrets`, `test_key` (where only real money counts),
    `credentials`, `may_not_tell` (a restricted key that may not read its account), `other_account`, `no_answer`,
    `none`.
    """

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Typed:
    """What the owner typed; an empty secret leaves the stored one as it is.

    `manual`: authorise when the diner pays, capture when the kitchen accepts.
    """

    account: str
    secret_key: str = field(repr=False)
    webhook_secrets: tuple[str, ...] = field(repr=False)
    manual: bool


def keep_account(
    wiring: Wiring, merchant_id: int, staff_id: int | None, provider: str, typed: Typed, *, only_live: bool
) -> None:
    """Store the merchant's account once its key has been seen to open it; new orders are paid there from now on.

    The same account in the same mode keeps its row, and with it the address it is called back at. Another one takes its
    place; what the old one holds is still looked up and refunded there.

    Raises:
        NotKept: every code but `none`.
    """
    office = _office(wiring, provider)
    _formed(typed)
    with wiring.db.reading() as session:
        old = active_account(session, merchant_id)
    keys = _keys(office.vault, old, provider, typed)
    if only_live and not keys.livemode:
        raise NotKept("test_key")
    if typed.secret_key:
        _tried(wiring, office, provider, keys)
    now, token = wiring.clock.now(), wiring.draw.token(TOKEN_BYTES)
    wiring.db.run(lambda session: _kept(session, office.vault, merchant_id, staff_id, provider, keys, token, now))


def _office(wiring: Wiring, provider: str) -> BackOffice:
    if wiring.office is None or provider not in wiring.office.payment_accounts:
        raise NotKept("no_provider")
    return wiring.office


def _formed(typed: Typed) -> None:
    if not ACCOUNT.fullmatch(typed.account):
        raise NotKept("account")
    if typed.secret_key and not SECRET_KEY.fullmatch(typed.secret_key):
        raise NotKept("secret_key")
    many = len(typed.webhook_secrets)
    if many > MOST_WEBHOOK_SECRETS or not all(WEBHOOK_SECRET.fullmatch(one) for one in typed.webhook_secrets):
        raise NotKept("webhook_secrets")


def _keys(vault: Vault, old: PaymentAccount | None, provider: str, typed: Typed) -> AccountKeys:
    """What was typed, completed by what is stored for the very same account."""
    same = old is not None and (old.provider, old.account) == (provider, typed.account)
    stored = opened(vault, old) if old is not None and same else None
    secret = typed.secret_key or (stored.secret_key if stored else "")
    if not secret:
        raise NotKept("secret_key")
    livemode = secret.split("_")[1] == "live"
    kept = stored.webhook_secrets if stored is not None and stored.livemode == livemode else ()
    return AccountKeys(typed.account, livemode, typed.manual, secret, typed.webhook_secrets or kept)


def _tried(wiring: Wiring, office: BackOffice, provider: str, keys: AccountKeys) -> None:
    try:
        account = office.payment_accounts[provider](keys).check(deadline_s=wiring.worker_seconds)
    except PaymentRefused as refusal:
        raise NotKept("may_not_tell" if refusal.code == "http_403" else "credentials") from refusal
    except PaymentTrouble as trouble:
        raise NotKept("no_answer") from trouble
    if account != keys.account:
        raise NotKept("other_account")


def _kept(
    session: Session,
    vault: Vault,
    merchant_id: int,
    staff_id: int | None,
    provider: str,
    keys: AccountKeys,
    token: str,
    now: datetime,
) -> None:
    facts = {
        "capture": "manual" if keys.manual else "automatic",
        "secret_key_sealed": vault.seal(keys.secret_key),
        "webhook_secrets_sealed": vault.seal(json.dumps(keys.webhook_secrets)),
        "active": True,
        "changed_at": now,
    }
    name = {"provider": provider, "account": keys.account, "livemode": keys.livemode}
    session.execute(update(PaymentAccount).where(PaymentAccount.merchant_id == merchant_id).values(active=False))
    known = select(PaymentAccount).filter_by(merchant_id=merchant_id, **name)
    row = session.scalar(known.with_for_update().execution_options(populate_existing=True))
    if row is None:
        session.add(PaymentAccount(merchant_id=merchant_id, callback_token=token, created_at=now, **name, **facts))
    else:
        session.execute(update(PaymentAccount).where(PaymentAccount.id == row.id).values(**facts))
    session.flush()
    after = name | {"capture": facts["capture"], "webhook secrets": len(keys.webhook_secrets)}
    deeds.note(session, merchant_id, staff_id, "payment.keys", now, subject=keys.account, after=after)


def try_account(wiring: Wiring, merchant_id: int) -> None:
    """See whether the stored key still opens its account.

    Raises:
        NotKept: `none`, `no_provider`, `credentials`, `may_not_tell`, `other_account`, `no_answer`.
    """
    with wiring.db.reading() as session:
        row = active_account(session, merchant_id)
    if row is None:
        raise NotKept("none")
    office = _office(wiring, row.provider)
    keys = opened(office.vault, row)
    if keys is None:
        raise NotKept("credentials")
    _tried(wiring, office, row.provider, keys)


def leave_account(wiring: Wiring, merchant_id: int, staff_id: int | None) -> bool:
    """Take no new orders there; False when there was no account. What it holds can still be refunded."""
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        row = active_account(session, merchant_id)
        if row is None:
            return False
        session.execute(update(PaymentAccount).where(PaymentAccount.id == row.id).values(active=False, changed_at=now))
        deeds.note(session, merchant_id, staff_id, "payment.leave", now, subject=row.account)
        return True

    return wiring.db.run(work)
