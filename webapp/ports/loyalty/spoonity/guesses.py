"""The one place to change when the vendor teaches us better (spoonity.md section 9)."""

from dataclasses import dataclass, field
from typing import Any

PRODUCTION = "https://api.spoonity.com"  # documented; larger brands have hosts of their own


@dataclass(frozen=True)
class Paths:
    """Routes below the base address; all documented."""

    session: str = "/onscreen"
    order: str = "/order"
    loyalty_pay: str = "/order/payments/loyalty"
    rewards: str = "/vendor/perk/redemption/list"
    register: str = "/user/register"


@dataclass(frozen=True)
class Guesses:
    """Everything that may have to change, with today's safest reading as the default."""

    paths: Paths = field(default_factory=Paths)
    till: int = 1  # "tracking only"
    cashier: tuple[str, str] = ("web", "Click and Collect")  # a constant for the web shop
    card_payment: str = "CREDIT_CARD"  # free text; the sample says CASH
    loyalty_payment: str = "LOYALTY"
    gift_payment: str = "GIFT_CARD"
    quick_pay_module: str = "quick pay"  # hide gift cards where the location lacks it (deduced)

    def discount(self, identifier: str, name: str, amount: float) -> dict[str, Any]:
        """One discount on the wire; its fields are not published (section 6.3). Identifiers are copied verbatim."""
        named = {"id": identifier} if identifier else {}
        return {**named, "name": name, "amount": amount, "quantity": 1}


DEFAULT = Guesses()
