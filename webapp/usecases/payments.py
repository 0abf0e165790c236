"""Who takes the money: for a merchant's new orders, and for what an earlier attempt holds (issue 5)."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from webapp.ground.db import Database
from webapp.ground.secrets import Unreadable, Vault
from webapp.nouns.merchant.payment_account import AccountKeys, PaymentAccount, account_called_back, active_account
from webapp.ports.payment.port import PaymentProvider

SECONDS_KEPT = 5.0
Maker = Callable[[AccountKeys], PaymentProvider]


@dataclass(frozen=True)
class Payee:
    """A provider speaking for one account; `account_id`: our row of it, None where the settings name one for all."""

    provider: PaymentProvider
    account_id: int | None = None


class Payments(Protocol):
    """The payment accounts of all merchants."""

    @property
    def origins(self) -> frozenset[str]:
        """Scheme and host of every payment page diners may be sent to (X4)."""
        ...

    def of(self, session: Session, merchant_id: int) -> Payee | None:
        """Who is paid for this merchant's new orders; None when nobody is set up. `session`: what to read with."""
        ...

    def behind(self, provider: str, account_id: int | None) -> PaymentProvider | None:
        """Who holds the money of an attempt made with this provider and account row; None when gone or unreadable."""
        ...

    def called_back(self, provider: str, token: str) -> Payee | None:
        """Whose callback address this is; None for an address nobody has. `token`: "" where an address has none."""
        ...


class OneForAll:
    """The same provider for every merchant, from the settings: the sandbox of the demo and the tests."""

    def __init__(self, provider: PaymentProvider | None) -> None:
        """`provider`: None where there is none at all."""
        self._provider = provider

    @property
    def origins(self) -> frozenset[str]:
        """See `Payments.origins`."""
        return frozenset() if self._provider is None else frozenset({self._provider.page_origin})

    def of(self, session: Session, merchant_id: int) -> Payee | None:
        """See `Payments.of`."""
        del session, merchant_id
        return None if self._provider is None else Payee(self._provider)

    def behind(self, provider: str, account_id: int | None) -> PaymentProvider | None:
        """See `Payments.behind`."""
        ours = self._provider is not None and self._provider.name == provider and account_id is None
        return self._provider if ours else None

    def called_back(self, provider: str, token: str) -> Payee | None:
        """See `Payments.called_back`."""
        found = None if token else self.behind(provider, None)
        return None if found is None else Payee(found)


class MerchantAccounts:
    """Each merchant's own account, made from its sealed keys; a change of keys is seen within seconds."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        makers: Mapping[str, Maker],
        *,
        origins: frozenset[str],
        only_live: bool = False,
    ) -> None:
        """`makers`: per provider, how to make its adapter. `only_live`: new orders are never paid at a test account."""
        self._database, self._vault, self._makers = database, vault, makers
        self._origins, self._only_live = origins, only_live
        self._made: dict[int, tuple[tuple[str, ...], PaymentProvider]] = {}
        self._active: dict[int, tuple[float, Payee | None]] = {}
        self._behind: dict[int, tuple[float, PaymentProvider | None]] = {}
        self._lock = threading.Lock()

    @property
    def origins(self) -> frozenset[str]:
        """See `Payments.origins`."""
        return self._origins

    def of(self, session: Session, merchant_id: int) -> Payee | None:
        """See `Payments.of`."""
        kept = self._active.get(merchant_id)
        if kept is not None and time.monotonic() - kept[0] < SECONDS_KEPT:
            return kept[1]
        row = active_account(session, merchant_id)
        allowed = row is not None and (row.livemode or not self._only_live)
        provider = self._provider(row) if row is not None and allowed else None
        payee = Payee(provider, row.id) if row is not None and provider is not None else None
        self._active[merchant_id] = (time.monotonic(), payee)
        return payee

    def behind(self, provider: str, account_id: int | None) -> PaymentProvider | None:
        """See `Payments.behind`."""
        if account_id is None:
            return None
        kept = self._behind.get(account_id)
        if kept is None or time.monotonic() - kept[0] >= SECONDS_KEPT:
            with self._database.reading() as session:
                row = session.get(PaymentAccount, account_id)
            kept = (time.monotonic(), None if row is None else self._provider(row))
            self._behind[account_id] = kept
        found = kept[1]
        return found if found is not None and found.name == provider else None

    def called_back(self, provider: str, token: str) -> Payee | None:
        """See `Payments.called_back`."""
        if not token or len(token) > 64:
            return None
        with self._database.reading() as session:
            row = account_called_back(session, provider, token)
        found = None if row is None else self._provider(row)
        return None if row is None or found is None else Payee(found, row.id)

    def _provider(self, row: PaymentAccount) -> PaymentProvider | None:
        """The adapter of a row, made anew when its keys have changed; None without a maker or a key that opens it."""
        maker = self._makers.get(row.provider)
        facts = (row.secret_key_sealed, row.webhook_secrets_sealed, row.capture)
        with self._lock:
            made = self._made.get(row.id)
            if made is not None and made[0] == facts:
                return made[1]
            keys = opened(self._vault, row)
            if maker is None or keys is None:
                return None
            try:
                self._made[row.id] = (facts, maker(keys))
            except ValueError:  # such as a till's address that the settings no longer allow
                return None
            return self._made[row.id][1]


def opened(vault: Vault, row: PaymentAccount) -> AccountKeys | None:
    """The keys of an account in plain; None when no key of the vault opens them."""
    try:
        secret = vault.open(row.secret_key_sealed)
        webhook = tuple(json.loads(vault.open(row.webhook_secrets_sealed)))
    except Unreadable:
        return None
    return AccountKeys(row.account, row.livemode, row.capture == "manual", secret, webhook)
