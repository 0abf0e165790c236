"""What the application plugs in once and every use case is handed: the outside world, time and chance."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from webapp.ground.clock import Clock
from webapp.ground.db import Database
from webapp.ground.links import Signer
from webapp.ground.randomness import Randomness
from webapp.ground.secrets import Vault
from webapp.nouns.catalog.shelf import Shelf
from webapp.nouns.merchant.payment_account import AccountKeys
from webapp.ports.loyalty.port import LoyaltyProgram, OAuthConnector
from webapp.ports.loyalty.setup import Setup
from webapp.ports.mail.port import MailSender
from webapp.ports.payment.port import AccountProvider
from webapp.ports.sms.port import SmsSender
from webapp.usecases.membership.patience import Patience
from webapp.usecases.payments import Payments

AccountMaker = Callable[[AccountKeys], AccountProvider]


class Programs(Protocol):
    """The loyalty programmes of all merchants."""

    def of(self, connection_id: int) -> LoyaltyProgram | None:
        """The programme behind a connection; None when it is gone or its secrets cannot be opened."""
        ...

    def still(self, connection_id: int) -> LoyaltyProgram | None:
        """The programme behind a connection that another has replaced: for what was begun there, and nothing else."""
        ...


@dataclass(frozen=True)
class Texting:
    """How short messages leave, to whom, and how many at most: whoever makes us text others costs us money.

    Attributes:
        vault: seals the words of messages that wait (X5).
        countries: ISO codes of the countries whose mobile numbers are texted.
        per_day: one-time codes per merchant and day; above it spending is confirmed at the counter.
        per_day_in_all: the same over all merchants.
    """

    sender: SmsSender
    vault: Vault
    countries: frozenset[str]
    per_day: int = 300
    per_day_in_all: int = 3000


@dataclass(frozen=True)
class BackOffice:
    """What the merchant's side needs beside the shop's.

    Attributes:
        vault: seals tokens and the words of mails that wait (X5).
        connectors: per vendor, how a merchant connects; only vendors that have issued us credentials.
        client_ids: per vendor, what it calls us.
        programs: per vendor, how to make its adapter from a token that is not stored yet.
        pasted_tokens: whether owners may paste a token the vendor made by hand (pongo.md section 1).
        mail: None where no mail leaves.
        setups: per vendor without a form of its own, what a merchant types to connect.
        payment_accounts: per provider that wants keys of each merchant's own, how to make its adapter from them.
    """

    vault: Vault
    connectors: Mapping[str, OAuthConnector] = field(default_factory=dict)
    client_ids: Mapping[str, str] = field(default_factory=dict)
    programs: Mapping[str, Callable[[str], LoyaltyProgram]] = field(default_factory=dict)
    pasted_tokens: bool = False
    mail: MailSender | None = None
    payment_accounts: Mapping[str, AccountMaker] = field(default_factory=dict)
    setups: Mapping[str, Setup] = field(default_factory=dict)


@dataclass(frozen=True)
class Wiring:
    """Everything a use case may need from outside itself.

    Attributes:
        payments: who takes the money, per merchant; `payment_name`: the provider the settings name.
        payment_lifetime: how long a started payment may take.
        counter_lifetime: how long an order waits to be paid at the counter or the till.
        page_seconds: total deadline of a programme's call on a diner's page.
        patience: asks programmes on behalf of those pages.
        worker_seconds: the same in the worker.
        public_url: the site's own address, without a trailing slash.
        texting: None where nothing is ever texted.
        office: None where there is no back office, as in most tests.
        vault: seals what names a person to a programme (X5); None in tests that keep nothing of the kind.
    """

    db: Database
    clock: Clock
    draw: Randomness
    signer: Signer
    shelf: Shelf
    payments: Payments
    payment_name: str
    programs: Programs
    public_url: str
    payment_lifetime: timedelta = timedelta(minutes=30)
    counter_lifetime: timedelta = timedelta(hours=1)
    page_seconds: float = 2.5
    worker_seconds: float = 15.0
    patience: Patience = field(default_factory=Patience)
    texting: Texting | None = None
    office: BackOffice | None = None
    vault: Vault | None = None
