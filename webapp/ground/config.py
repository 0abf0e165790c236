"""Every setting of the application, typed, read from the environment; a wrong one stops the start (invariant O4)."""

import json
import re
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from webapp.ground.key_strength import weak_fernet_keys, weak_secrets

PREFIX = "PASSE_PLAT_"
# Stripe ends a page after 24 hours at most, and is asked for three quarters of an hour more than our own limit.
LONGEST_AT_STRIPE = 1380
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
# The settings that hold the addresses of loyalty programmes.
PROGRAMMES = ("pongo_base_url", "gonnaorder_base_url", "gonnaorder_login_url", "spoonity_base_url", "menu_base_url")


class SettingsRefused(Exception):
    """The application must not start; `reasons` says why, one sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        """`reasons`: whole sentences, safe to print (they never hold a secret)."""
        super().__init__("\n".join(reasons))
        self.reasons = reasons


def _split(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [part.strip() for part in value.split(",") if part.strip()]


Secrets = Annotated[list[SecretStr], NoDecode, BeforeValidator(_split)]
Address = Annotated[str, BeforeValidator(lambda value: value.rstrip("/") if isinstance(value, str) else value)]


class Settings(BaseSettings):
    """The settings of one process; each is the variable `PASSE_PLAT_<NAME>`. Build with `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", validate_by_name=True, validate_default=True
    )

    mode: Literal["demo", "production", "test"] = Field(
        "production", description="`production` refuses anything pretended; `demo` and `test` allow it."
    )
    secret_keys: Secrets = Field(
        default_factory=list,
        description="Keys that sign cookies and links, newest first, comma-separated or JSON; each 32 signs or more. "
        "Required.",
    )
    vault_keys: Secrets = Field(
        default_factory=list,
        description="Fernet keys that encrypt the programmes' secrets in the database, newest first. Required.",
    )
    data_dir: Path = Field(Path(".data"), description="Directory for the embedded database and kept callback bodies.")
    database_url: str = Field(
        default_factory=lambda data: f"sqlite:///{Path(data.get('data_dir', '.data')).resolve()}/passe-plat.db",
        repr=False,
        description="`sqlite:////path/file.db` or `postgresql://user:password@host/name`. "
        "Unset: `passe-plat.db` in the data directory.",
    )
    public_url: Address = Field(
        "http://127.0.0.1:8000", description="Address diners reach the site at; used in links, QR codes and returns."
    )
    bind: str = Field("127.0.0.1:8000", description="`host:port` gunicorn listens on.")
    web_workers: int = Field(2, ge=1, le=64, description="Processes serving pages.")
    web_threads: int = Field(8, ge=1, le=200, description="Threads in each of them.")
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="How many proxies in front may set X-Forwarded-For and X-Forwarded-Proto."
    )
    payment_provider: Literal["sandbox", "stripe"] = Field(
        "sandbox", description="Who takes the money; with `stripe` each merchant enters keys of its own at its desk."
    )
    stripe_api_url: Address = Field("https://api.stripe.com", description="Address of Stripe's API.")
    stripe_page_url: Address = Field(
        "https://checkout.stripe.com", description="Where Stripe's payment pages are; diners are sent nowhere else."
    )
    payment_minutes: int = Field(30, ge=5, le=1440, description="Minutes a started payment may take before it expires.")
    counter_minutes: int = Field(
        60, ge=5, le=720, description="Minutes an order waits to be paid at the counter or the till before it expires."
    )
    till_hosts: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default_factory=list,
        description="`host` or `host:port` of the restaurants' own tills that orders may be sent to; see `till`.",
    )
    sandbox_payment_url: Address = Field("http://127.0.0.1:8002", description="Address of the sandbox payment page.")
    sandbox_payment_api_key: SecretStr = Field(SecretStr(""), description="Key for the sandbox payment page's API.")
    sandbox_payment_account: str = Field(
        "acct_sandbox", description="Account at the sandbox payment page that captures must belong to."
    )
    sandbox_payment_webhook_secrets: Secrets = Field(
        default_factory=list,
        description="Secrets that sign the sandbox payment page's callbacks; two may be live while rotating.",
    )
    pongo_base_url: Address = Field(
        "https://sandbox-api.heypongo.com/v1", description="Address of Pongo's API with its version prefix."
    )
    pongo_client_id: str = Field("", description="What Pongo calls this platform; without it no merchant can connect.")
    pongo_client_secret: SecretStr = Field(SecretStr(""), description="The secret that goes with it.")
    gonnaorder_base_url: Address = Field(
        "https://api.gonnaorder.com", description="Address of GonnaOrder's API: vouchers and orders."
    )
    gonnaorder_login_url: Address = Field(
        "https://admin.gonnaorder.com", description="Address of GonnaOrder's sign-in, which is another one."
    )
    spoonity_base_url: Address = Field("https://api.spoonity.com", description="Address of Spoonity's API.")
    menu_base_url: Address = Field(
        "https://api-public-playground.menu.app/api",
        description="Address of MENU's API with its prefix; production hosts come from the vendor.",
    )
    pasted_tokens: bool = Field(
        default=False, description="Whether owners may paste a token that Pongo made for them by hand."
    )
    loyalty_page_seconds: float = Field(
        2.5, gt=0, le=10, description="Seconds a diner's page waits for the loyalty programme in all."
    )
    loyalty_worker_seconds: float = Field(
        15.0, gt=0, le=60, description="Seconds the delivery worker waits for the loyalty programme in all."
    )
    sms_provider: Literal["none", "sandbox", "twilio"] = Field(
        "none", description="Who sends text messages; with `none` nothing is ever texted."
    )
    sms_url: Address = Field(
        "http://127.0.0.1:8003",
        description="Address of the sandbox message inbox, or of Twilio's API (`https://api.twilio.com`).",
    )
    sms_api_key: SecretStr = Field(
        SecretStr(""), description="Key for the sandbox message inbox; for Twilio the secret of the API key."
    )
    sms_account: str = Field("", description="Twilio's account (`AC…`).")
    sms_user: str = Field("", description="Twilio's API key (`SK…`); unset, the account itself.")
    sms_sender: str = Field("", description="Twilio's sender: a number (`+33…`), a name, or a service (`MG…`).")
    sms_countries: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default_factory=lambda: ["FR", "BE", "CH", "LU", "DE", "ES", "IT", "NL", "PT", "IE", "GB"],
        description="ISO codes of the countries whose mobile numbers may be texted a code, beside those a merchant has "
        "a store in. Unset: France and its neighbours.",
    )
    sms_per_day: int = Field(
        300, ge=1, description="Codes texted per merchant and day at most; above it staff confirm at the counter."
    )
    sms_per_day_in_all: int = Field(
        3000, ge=1, description="Codes texted per day in all: times the price of one, the day's ceiling in money."
    )
    mail_provider: Literal["none", "sandbox", "smtp"] = Field(
        "none",
        description="Who sends invitations and new passwords to staff; with `none` commands print the links.",
    )
    mail_url: Address = Field(
        "http://127.0.0.1:8003",
        description="Address of the sandbox message inbox, or of a mail server: `smtps://host:465`, "
        "`smtp+starttls://host:587` (`smtp://` is not encrypted, refused in production).",
    )
    mail_api_key: SecretStr = Field(
        SecretStr(""), description="Key for the sandbox message inbox; for a mail server the password."
    )
    mail_user: str = Field("", description="Name to sign in with at the mail server; unset, nobody signs in.")
    mail_sender: str = Field("", description="Address the mail server sends from, alone or as `Name <address>`.")
    mail_authorities: Path | None = Field(
        None, description="PEM file of the authorities that vouch for the mail server. Unset: the usual ones."
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Bearer token that opens `/metrics`; unset, the page does not exist."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="The least that is logged.")
    debug: bool = Field(
        default=False,
        validation_alias=AliasChoices(f"{PREFIX}DEBUG", "FLASK_DEBUG"),
        description="Flask's debug mode; never in production.",
    )

    @cached_property
    def allowed_hosts(self) -> frozenset[str]:
        """`host` or `host:port` of every server this process may call, from settings only (X3)."""
        called = [getattr(self, field) for field in PROGRAMMES]
        if self.payment_provider == "sandbox":
            called.append(self.sandbox_payment_url)
        if self.payment_provider == "stripe":
            called.append(self.stripe_api_url)
        if self.sms_provider != "none":
            called.append(self.sms_url)
        if self.mail_provider == "sandbox":
            called.append(self.mail_url)
        return frozenset(urlsplit(address).netloc for address in called)

    @property
    def secure_cookies(self) -> bool:
        """Whether the site is reached over https."""
        return self.public_url.startswith("https://")

    def secrets_of(self, field: str) -> list[str]:
        """The plain values of a list of secrets, newest first, e.g. `secrets_of("vault_keys")`."""
        return [secret.get_secret_value() for secret in getattr(self, field)]


def _address_reasons(settings: Settings) -> list[str]:
    reasons = []
    fields = ["public_url", "sandbox_payment_url", "stripe_api_url", "stripe_page_url", *PROGRAMMES, "sms_url"]
    for field in fields if settings.mail_provider == "smtp" else [*fields, "mail_url"]:
        parts = urlsplit(getattr(settings, field))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            reasons.append(f"{PREFIX}{field.upper()} is not an http or https address.")
    return reasons


def _mail_reasons(settings: Settings) -> list[str]:
    if settings.mail_provider != "smtp":
        return []
    reasons = []
    parts = urlsplit(settings.mail_url)
    if parts.scheme not in {"smtps", "smtp+starttls", "smtp"} or not parts.hostname:
        reasons.append(f"{PREFIX}MAIL_URL is not smtps://host, smtp+starttls://host or smtp://host.")
    if "@" not in parseaddr(settings.mail_sender)[1] or not settings.mail_sender.isprintable():
        reasons.append(f"{PREFIX}MAIL_SENDER is not an address mail can come from.")
    if settings.mail_user and not settings.mail_api_key.get_secret_value():
        reasons.append(f"{PREFIX}MAIL_API_KEY is missing: {PREFIX}MAIL_USER signs in with it.")
    if settings.mode == "production" and parts.scheme == "smtp":
        reasons.append(f"{PREFIX}MAIL_URL is not encrypted: smtps:// or smtp+starttls:// in production.")
    return reasons


def _programme_reasons(settings: Settings) -> list[str]:
    reasons = []
    for field in PROGRAMMES:
        parts = urlsplit(getattr(settings, field))
        host = parts.hostname or ""
        if parts.scheme != "https" or host in LOOPBACK or host.startswith("sandbox"):
            reasons.append(f"{PREFIX}{field.upper()} is a sandbox or not https: refused in production.")
    return reasons


def _is_stripes(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" and (parts.hostname or "").endswith(".stripe.com")


def _production_reasons(settings: Settings) -> list[str]:
    wrong = {
        f"{PREFIX}DEBUG (or FLASK_DEBUG) is on: debug mode is refused in production.": settings.debug,
        f"{PREFIX}PUBLIC_URL must start with https:// in production.": not settings.secure_cookies,
        f"{PREFIX}PAYMENT_PROVIDER is `sandbox`: no real money, refused in production.": settings.payment_provider
        == "sandbox",
        f"{PREFIX}SMS_PROVIDER is `sandbox`: its inbox is public, refused in production.": settings.sms_provider
        == "sandbox",
        f"{PREFIX}MAIL_PROVIDER is `sandbox`: its inbox is public, refused in production.": settings.mail_provider
        == "sandbox",
        f"{PREFIX}STRIPE_API_URL and {PREFIX}STRIPE_PAGE_URL must be Stripe's own, over https, in production.": not all(
            _is_stripes(address) for address in (settings.stripe_api_url, settings.stripe_page_url)
        ),
        f"{PREFIX}SMS_URL must start with https:// in production.": settings.sms_provider == "twilio"
        and not settings.sms_url.startswith("https://"),
    }
    return [reason for reason, applies in wrong.items() if applies] + _programme_reasons(settings)


def refusals(settings: Settings) -> list[str]:
    """Every reason not to start with these settings, as sentences without any secret in them (O4)."""
    reasons = weak_secrets(f"{PREFIX}SECRET_KEYS", settings.secret_keys)
    reasons += weak_fernet_keys(f"{PREFIX}VAULT_KEYS", settings.vault_keys)
    reasons += _address_reasons(settings)
    if settings.payment_provider == "sandbox":
        callback = f"{PREFIX}SANDBOX_PAYMENT_WEBHOOK_SECRETS"
        reasons += weak_secrets(callback, settings.sandbox_payment_webhook_secrets)
        if len(settings.sandbox_payment_webhook_secrets) > 2:
            reasons.append(f"{callback}: at most two secrets may be live.")
        reasons += weak_secrets(f"{PREFIX}SANDBOX_PAYMENT_API_KEY", [settings.sandbox_payment_api_key])
    if settings.payment_provider == "stripe" and settings.payment_minutes > LONGEST_AT_STRIPE:
        reasons.append(f"{PREFIX}PAYMENT_MINUTES: Stripe keeps no payment page open for more than a day.")
    if settings.sms_provider == "twilio":
        given = {"SMS_ACCOUNT": settings.sms_account, "SMS_SENDER": settings.sms_sender}
        given["SMS_API_KEY"] = settings.sms_api_key.get_secret_value()
        reasons += [f"{PREFIX}{name} is missing: Twilio needs it." for name, value in given.items() if not value]
    reasons += _mail_reasons(settings)
    if not all(re.fullmatch("[A-Z]{2}", code) for code in settings.sms_countries):
        reasons.append(f"{PREFIX}SMS_COUNTRIES must be ISO codes such as FR, separated by commas.")
    if bool(settings.pongo_client_id) != bool(settings.pongo_client_secret.get_secret_value()):
        reasons.append(f"{PREFIX}PONGO_CLIENT_ID and {PREFIX}PONGO_CLIENT_SECRET go together: one of them is missing.")
    if settings.mode == "production":
        reasons += _production_reasons(settings)
    return reasons


def load_settings(**values: Any) -> Settings:
    """Settings from the environment, `values` (by field name) winning over it.

    Raises:
        SettingsRefused: with every reason at once, when the application must not start (O4).
    """
    try:
        settings = Settings(**values)
    except ValidationError as error:
        # Only where and what kind: pydantic's own text would repeat the value, which may be a secret.
        reasons = [f"{_variable(fault['loc'])}: {fault['msg']}." for fault in error.errors(include_input=False)]
        raise SettingsRefused(reasons) from None
    reasons = refusals(settings)
    if reasons:
        raise SettingsRefused(reasons)
    return settings


def _variable(location: tuple[int | str, ...]) -> str:
    first = str(location[0]) if location else "settings"
    return first if first.upper().startswith(PREFIX) else PREFIX + first.upper()


def settings_table() -> str:
    """Every setting as rows of a Markdown table: variable, default, meaning. The README holds exactly this."""
    rows = ["| Variable | Default | Meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, SecretStr) or default is PydanticUndefined:
            default = ""
        shown = f"`{default}`" if default not in {"", None} else "–"
        rows.append(f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)
