"""The fields of a GonnaOrder account."""

from collections.abc import Mapping

from webapp.ports.loyalty.gonnaorder.credentials import Credentials, Login
from webapp.ports.loyalty.setup import Setup, SetupField, pairs

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


SETUP = Setup("GonnaOrder", FIELDS, read)
