"""What a merchant types in for GonnaOrder: an account or a fixed token, for all its stores or for one (section 2)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.ports.loyalty.credentials import BadCredentials


@dataclass(frozen=True)
class Login:
    """A fixed token, which wins, or an account."""

    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def check(self) -> None:
        """Raises BadCredentials when it could never work."""
        if not self.token and bool(self.username) != bool(self.password):
            raise BadCredentials("half")
        if not self.token and not self.username:
            raise BadCredentials("nothing")


@dataclass(frozen=True)
class Credentials:
    """Kept sealed as one text.

    Attributes:
        currency: ISO 4217 code of the amounts, which the vendor never names.
        everywhere: for stores without a login of their own.
        stores: GonnaOrder's store id (digits) → that store's own login.
        loyalty_enabled: "no" makes no call at all (section 2).
    """

    currency: str
    everywhere: Login | None = None
    stores: Mapping[str, Login] = field(default_factory=dict)
    loyalty_enabled: bool = True

    def login_for(self, store: str) -> Login | None:
        """The login to use for this store."""
        return self.stores.get(store, self.everywhere)

    def to_text(self) -> str:
        """The text `from_text` reads."""
        whole: dict[str, Any] = {"currency": self.currency, "loyalty_enabled": self.loyalty_enabled}
        if self.everywhere is not None:
            whole["everywhere"] = vars(self.everywhere)
        whole["stores"] = {store: vars(login) for store, login in self.stores.items()}
        return json.dumps(whole, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Credentials":
        """Read and check.

        Raises:
            BadCredentials: `unreadable`, `currency`, `nothing` (neither account nor token), `half` (no password).
        """
        try:
            whole: dict[str, Any] = json.loads(text)
            everywhere = Login(**whole["everywhere"]) if whole.get("everywhere") else None
            stores = {str(store): Login(**login) for store, login in whole.get("stores", {}).items()}
            currency, enabled = str(whole["currency"]), bool(whole.get("loyalty_enabled", True))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadCredentials("unreadable") from error
        if len(currency) != 3 or not currency.isalpha():
            raise BadCredentials("currency")
        if everywhere is None and not stores:
            raise BadCredentials("nothing")
        for login in [*stores.values(), *([everywhere] if everywhere else [])]:
            login.check()
        return cls(currency.upper(), everywhere, stores, enabled)
