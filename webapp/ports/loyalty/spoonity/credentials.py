"""What a merchant types in for Spoonity: the brand, a key for each restaurant, the worth of its rewards (section 2)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.ports.loyalty.credentials import BadCredentials


@dataclass(frozen=True)
class Worth:
    """What one reward does, which the vendor does not say: dishes it makes free, an amount or a percentage off.

    `skus`: of our catalogue. `amount`: minor units. `percent`: basis points. Exactly one is given.
    """

    skus: tuple[str, ...] = ()
    amount: int = 0
    percent: int = 0

    def is_sound(self) -> bool:
        """Whether it says exactly one thing, and that within reason."""
        given = [bool(self.skus), self.amount > 0, 0 < self.percent <= 10_000]
        return sum(given) == 1 and self.amount >= 0 and self.percent >= 0


@dataclass(frozen=True)
class Credentials:
    """Kept sealed as one text.

    Attributes:
        vendor: the brand's id.
        currency: ISO 4217 code of money amounts.
        keys: our name of a restaurant (the store slug) → its API key.
        worths: catalogue identifier of a reward, verbatim → what it does.
        point_value: minor units one point pays, for loyalty pay; 0 where the merchant does not offer it.
    """

    vendor: str
    currency: str
    keys: Mapping[str, str] = field(repr=False)
    worths: Mapping[str, Worth] = field(default_factory=dict)
    point_value: int = 0

    def to_text(self) -> str:
        """The text `from_text` reads."""
        worths = {name: vars(one) | {"skus": list(one.skus)} for name, one in self.worths.items()}
        plain = {"vendor": self.vendor, "currency": self.currency, "keys": dict(self.keys), "worths": worths}
        return json.dumps(plain | {"point_value": self.point_value}, sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Credentials":
        """Read and check.

        Raises:
            BadCredentials: `unreadable`, `currency`, `keys` (none, or an empty one), `worth` (of a reward: no sense).
        """
        try:
            whole: dict[str, Any] = json.loads(text)
            keys = {str(name): str(key) for name, key in whole["keys"].items()}
            worths = {str(name): _worth(one) for name, one in whole.get("worths", {}).items()}
            vendor, currency = str(whole["vendor"]), str(whole["currency"])
            point_value = int(whole.get("point_value", 0))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadCredentials("unreadable") from error
        if len(currency) != 3 or not currency.isalpha():
            raise BadCredentials("currency")
        if not keys or not all(key.strip() and name.strip() for name, key in keys.items()):
            raise BadCredentials("keys")
        if point_value < 0 or not all(one.is_sound() for one in worths.values()):
            raise BadCredentials("worth")
        return cls(vendor, currency.upper(), keys, worths, point_value)


def _worth(one: dict[str, Any]) -> Worth:
    skus = tuple(str(sku).strip() for sku in one.get("skus", ()) if str(sku).strip())
    return Worth(skus, int(one.get("amount", 0)), int(one.get("percent", 0)))
