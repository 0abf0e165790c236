"""Plugging the outside in: the only place that knows vendors."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from importlib import import_module

from webapp.ground.clock import Clock, SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.ground.http import HttpPeer
from webapp.ground.links import Signer
from webapp.ground.randomness import Randomness, SystemRandomness
from webapp.ground.secrets import Unreadable, Vault
from webapp.nouns.catalog.shelf import Shelf
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.merchant.payment_account import AccountKeys
from webapp.ports.loyalty.pongo.client import Pongo
from webapp.ports.loyalty.pongo.connector import PongoConnector
from webapp.ports.loyalty.port import LoyaltyProgram, OAuthConnector
from webapp.ports.loyalty.setup import Setup
from webapp.ports.mail.port import MailSender
from webapp.ports.mail.sandbox import SandboxMail
from webapp.ports.payment.external_pos import ExternalPos, Till, external_pos
from webapp.ports.payment.port import AccountProvider, PaymentProvider
from webapp.ports.payment.sandbox import SandboxPayment
from webapp.ports.sms.port import SmsSender
from webapp.ports.sms.sandbox import SandboxSms
from webapp.ports.sms.twilio import TwilioSms
from webapp.usecases.payments import MerchantAccounts, OneForAll, Payments
from webapp.usecases.till.accounts import WithCounter
from webapp.usecases.till.counter import Counter
from webapp.usecases.wiring import AccountMaker, BackOffice, Texting, Wiring

SECONDS_KEPT = 5.0
# Read by name where settings or a merchant's connection want them, and only here: every web worker would carry all.
GONNAORDER = "webapp.ports.loyalty.gonnaorder"
MENU = "webapp.ports.loyalty.menu"
SPOONITY = "webapp.ports.loyalty.spoonity"
STRIPE = "webapp.ports.payment.stripe"
SMTP = "webapp.ports.mail.smtp"
ROOMS = {"gonnaorder": GONNAORDER, "spoonity": SPOONITY, "menu": MENU}
Maker = Callable[[str], LoyaltyProgram]


class Setups(Mapping[str, Setup]):
    """What a merchant types in, per programme connected by keys; read when a desk asks for it."""

    def __getitem__(self, vendor: str) -> Setup:
        found: Setup = import_module(f"{ROOMS[vendor]}.setup").SETUP
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(ROOMS)

    def __len__(self) -> int:
        return len(ROOMS)


class Connected:
    """The programmes of all merchants, made from their sealed tokens; a change of token is seen within seconds."""

    def __init__(self, database: Database, vault: Vault, makers: dict[str, Maker]) -> None:
        """`makers`: per vendor, how to make its adapter from a token."""
        self._database = database
        self._vault = vault
        self._makers = makers
        self._kept: dict[tuple[int, bool], tuple[float, str, LoyaltyProgram]] = {}
        self._lock = threading.Lock()

    def of(self, connection_id: int) -> LoyaltyProgram | None:
        """See `Programs.of`."""
        return self._made(connection_id, retired=False)

    def still(self, connection_id: int) -> LoyaltyProgram | None:
        """See `Programs.still`."""
        return self._made(connection_id, retired=True)

    def _made(self, connection_id: int, *, retired: bool) -> LoyaltyProgram | None:
        kept = self._kept.get((connection_id, retired))
        if kept is not None and time.monotonic() - kept[0] < SECONDS_KEPT:
            return kept[2]
        with self._database.reading() as session:
            connection = session.get(LoyaltyConnection, connection_id)
        if connection is None or (connection.state == "retired") != retired or connection.vendor not in self._makers:
            return None
        with self._lock:
            if kept is None or kept[1] != connection.token_sealed:
                try:
                    made = self._makers[connection.vendor](self._vault.open(connection.token_sealed))
                except (Unreadable, ValueError):  # a key that is gone, or credentials that cannot be read
                    return None
                kept = (0.0, connection.token_sealed, made)
            self._kept[connection_id, retired] = (time.monotonic(), kept[1], kept[2])
        return kept[2]


def account_makers(settings: Settings) -> dict[str, AccountMaker]:
    """How to make the adapter of a merchant's own account, per provider these settings name."""
    if settings.payment_provider != "stripe":
        return {}
    # By name, and only here: Stripe's library takes some 30 MB in every process that has read it, and the demo, the
    # tests and every house paid elsewhere never do. Read before gunicorn forks, its workers share them.
    adapter = import_module(STRIPE).StripePayment
    peer = HttpPeer(settings.stripe_api_url, allowed_hosts=settings.allowed_hosts)

    def stripe(keys: AccountKeys) -> AccountProvider:
        made: AccountProvider = adapter(
            peer,
            secret_key=keys.secret_key,
            webhook_secrets=keys.webhook_secrets,
            account=keys.account,
            livemode=keys.livemode,
            manual=keys.manual,
            page_origin=settings.stripe_page_url,
        )
        return made

    return {"stripe": stripe}


def payments(settings: Settings, database: Database, vault: Vault, makers: dict[str, AccountMaker]) -> Payments:
    """Who takes the money with these settings."""
    if settings.payment_provider == "stripe":
        origins = frozenset({settings.stripe_page_url})
        return MerchantAccounts(database, vault, makers, origins=origins, only_live=settings.mode == "production")
    peer = HttpPeer(settings.sandbox_payment_url, allowed_hosts=settings.allowed_hosts)
    sandbox = SandboxPayment(
        peer,
        api_key=settings.sandbox_payment_api_key.get_secret_value(),
        webhook_secrets=settings.secrets_of("sandbox_payment_webhook_secrets"),
        page_origin=settings.sandbox_payment_url,
        account=settings.sandbox_payment_account,
    )
    return OneForAll(sandbox)


def till_maker(settings: Settings, clock: Clock) -> Callable[[AccountKeys], PaymentProvider]:
    """How to make the adapter of a till; its address is on a host of the settings' list, or it is none (X3)."""
    hosts = frozenset(settings.till_hosts)

    def till(keys: AccountKeys) -> PaymentProvider:
        told = Till.from_text(keys.secret_key)
        peer = HttpPeer(told.address, allowed_hosts=hosts)
        return external_pos(peer, told, clock, account=keys.account, livemode=keys.livemode)

    return till


def loyalty_makers(settings: Settings, clock: Clock) -> dict[str, Maker]:
    """How to make each vendor's adapter; the pool of connections to a vendor is shared by all its merchants."""
    pongo = HttpPeer(settings.pongo_base_url, allowed_hosts=settings.allowed_hosts)
    orders = HttpPeer(settings.gonnaorder_base_url, allowed_hosts=settings.allowed_hosts)
    sign_in = HttpPeer(settings.gonnaorder_login_url, allowed_hosts=settings.allowed_hosts)
    spoonity = HttpPeer(settings.spoonity_base_url, allowed_hosts=settings.allowed_hosts)
    menu = HttpPeer(settings.menu_base_url, allowed_hosts=settings.allowed_hosts)

    def gonnaorder(typed: str) -> LoyaltyProgram:
        read = import_module(GONNAORDER)
        made: LoyaltyProgram = read.GonnaOrder(
            orders, sign_in, credentials=read.Credentials.from_text(typed), clock=clock
        )
        return made

    def punchh(typed: str) -> LoyaltyProgram:
        read = import_module(MENU)
        made: LoyaltyProgram = read.Menu(
            menu, credentials=read.Credentials.from_text(typed), clock=clock, request_id=lambda: str(uuid.uuid4())
        )
        return made

    def sessions(typed: str) -> LoyaltyProgram:
        read = import_module(SPOONITY)
        made: LoyaltyProgram = read.Spoonity(spoonity, credentials=read.Credentials.from_text(typed), clock=clock)
        return made

    return {
        Pongo.vendor: lambda token: Pongo(pongo, token=token, clock=clock),
        "gonnaorder": gonnaorder,
        "menu": punchh,
        "spoonity": sessions,
    }


def texting(settings: Settings, vault: Vault) -> Texting | None:
    """How short messages leave with these settings; None when they do not."""
    if settings.sms_provider == "none":
        return None
    peer = HttpPeer(settings.sms_url, allowed_hosts=settings.allowed_hosts)
    secret = settings.sms_api_key.get_secret_value()
    sender: SmsSender = SandboxSms(peer, api_key=secret)
    if settings.sms_provider == "twilio":
        account = settings.sms_account
        sender = TwilioSms(
            peer, account=account, user=settings.sms_user or account, secret=secret, sender=settings.sms_sender
        )
    return Texting(sender, vault, frozenset(settings.sms_countries), settings.sms_per_day, settings.sms_per_day_in_all)


def back_office(settings: Settings, vault: Vault, clock: Clock, makers: dict[str, Maker]) -> BackOffice:
    """What the merchant's side needs with these settings."""
    connectors: dict[str, OAuthConnector] = {}
    client_ids: dict[str, str] = {}
    if settings.pongo_client_id:
        pongo = HttpPeer(settings.pongo_base_url, allowed_hosts=settings.allowed_hosts)
        client_ids[Pongo.vendor] = settings.pongo_client_id
        connectors[Pongo.vendor] = PongoConnector(
            pongo,
            client_id=settings.pongo_client_id,
            client_secret=settings.pongo_client_secret.get_secret_value(),
            clock=clock,
        )
    return BackOffice(
        vault, connectors, client_ids, makers, settings.pasted_tokens, mailing(settings, clock), setups=Setups()
    )


def mailing(settings: Settings, clock: Clock) -> MailSender | None:
    """How mail leaves with these settings; None when it does not."""
    secret = settings.mail_api_key.get_secret_value()
    if settings.mail_provider == "sandbox":
        return SandboxMail(HttpPeer(settings.mail_url, allowed_hosts=settings.allowed_hosts), api_key=secret)
    if settings.mail_provider == "smtp":
        smtp = import_module(SMTP)
        account = smtp.Account(
            settings.mail_url, settings.mail_sender, settings.mail_user, secret, settings.mail_authorities
        )
        sender: MailSender = smtp.SmtpMail(account, clock)
        return sender
    return None


def build_wiring(
    settings: Settings, *, clock: Clock | None = None, draw: Randomness | None = None, database: Database | None = None
) -> Wiring:
    """Everything the use cases need from outside. `clock`, `draw`, `database`: replaced in tests."""
    clock = clock or SystemClock()
    database = database or Database(settings.database_url)
    vault = Vault(settings.secrets_of("vault_keys"))
    makers = loyalty_makers(settings, clock)
    accounts = account_makers(settings)
    return Wiring(
        db=database,
        clock=clock,
        draw=draw or SystemRandomness(),
        signer=Signer(settings.secrets_of("secret_keys")),
        shelf=Shelf(time.monotonic),
        payments=WithCounter(
            payments(settings, database, vault, accounts),
            Counter(database, clock, settings.public_url),
            MerchantAccounts(database, vault, {ExternalPos.name: till_maker(settings, clock)}, origins=frozenset()),
        ),
        payment_name=settings.payment_provider,
        programs=Connected(database, vault, makers),
        public_url=settings.public_url,
        payment_lifetime=timedelta(minutes=settings.payment_minutes),
        counter_lifetime=timedelta(minutes=settings.counter_minutes),
        page_seconds=settings.loyalty_page_seconds,
        worker_seconds=settings.loyalty_worker_seconds,
        texting=texting(settings, vault),
        vault=vault,
        office=replace(back_office(settings, vault, clock, makers), payment_accounts=accounts),
    )
