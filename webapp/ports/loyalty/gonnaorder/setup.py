"""The fields of a GonnaOrder account."""

from collections.abc import Mapping

from webapp.ports.loyalty.gonnaorder.credentials import Credentials, Login
from webapp.ports.loyalty.setup import Setup, SetupField, lines, pairs

FIELDS = (
    SetupField("currency"),
    SetupField("username", needed=False),
    SetupField("password", "secret", needed=False),
    SetupField("fixed_token", "secret", needed=False),
    SetupField("store_tokens", "secret_pairs", needed=False),
    SetupField("enabled", "yes", needed=False),
)


def read(typed: Mapping[str, str]) -> str:
    """See `Setup.read`."""
    account = Login(typed.get("username", ""), typed.get("password", ""), typed.get("fixed_token", ""))
    tokens = pairs(typed.get("store_tokens", ""), "stores")
    stores = {store: Login(token=token) for store, token in tokens.items()}
    everywhere = account if any(vars(account).values()) else None
    whole = Credentials(typed.get("currency", ""), everywhere, stores, typed.get("enabled") == "yes")
    return Credentials.from_text(whole.to_text()).to_text()


def show(text: str) -> dict[str, str]:
    """See `Setup.show`."""
    whole = Credentials.from_text(text)
    account = whole.everywhere or Login()
    return {
        "currency": whole.currency,
        "username": account.username,
        "password": account.password,
        "fixed_token": account.token,
        "store_tokens": lines({store: login.token for store, login in whole.stores.items()}),
        "enabled": "yes" if whole.loyalty_enabled else "",
    }


SETUP = Setup("GonnaOrder", FIELDS, read, show=show)
