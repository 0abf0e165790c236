"""A basket as programmes price it, what the diner chose of theirs, and what that takes off.

For programmes that alone know what a reward or a code is worth (`Capabilities.price_remotely`, `check_code`): the
answer of `price_cart` is what the screen shows and what is charged; nothing is consumed or reserved by asking
(gonnaorder.md 4.2, menu.md M1 and M2).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from webapp.ports.loyalty.paid_order import Mode


@dataclass(frozen=True)
class CartOption:
    """One chosen option of a line. `unit_price`: minor units for one of it, 0 when included."""

    name: str
    unit_price: int
    quantity: int = 1
    sku: str | None = None


@dataclass(frozen=True)
class CartLine:
    """`quantity` of one dish with its options. `unit_price`: minor units for one, paid options included."""

    sku: str
    name: str
    unit_price: int
    quantity: int = 1
    options: tuple[CartOption, ...] = ()

    @property
    def total(self) -> int:
        """Minor units for all of it."""
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Cart:
    """What is to be paid for, before any discount; minor units, VAT included. `table_label`: empty for collect."""

    currency: str
    mode: Mode
    lines: tuple[CartLine, ...]
    table_label: str = ""

    @property
    def total(self) -> int:
        """Minor units before any discount."""
        return sum(line.total for line in self.lines)


class ChosenKind(StrEnum):
    """What of the programme's lowers the price."""

    REWARD = "reward"  # something points can get, taken with the order and not before (MENU, Spoonity)
    OWNED = "owned"  # a voucher or an offer that is the person's already
    CODE = "code"  # typed
    CREDIT = "credit"  # money the programme holds, taken off inside its own price (MENU)


@dataclass(frozen=True)
class Chosen:
    """One thing the diner put on the order.

    Attributes:
        kind: see `ChosenKind`.
        id: the programme's id of the reward or of the owned copy; empty for a code and for credit.
        code: the voucher or promo code, as the programme wants to read it; never shown to anybody unproved.
        amount: minor units wished, for credit only.
    """

    kind: ChosenKind
    id: str = ""
    code: str = field(default="", repr=False)
    amount: int = 0


@dataclass(frozen=True)
class PricedChoice:
    """What one choice takes off this cart, minor units ≥ 0. `name`: as the programme words it, untrusted (X2)."""

    chosen: Chosen
    amount: int
    name: str = ""


@dataclass(frozen=True)
class Priced:
    """The programme's price of a cart. `total` = undiscounted total − Σ `choices`, checked by the adapter."""

    total: int
    choices: tuple[PricedChoice, ...] = ()


@dataclass(frozen=True)
class CodeAnswer:
    """What a typed code turned out to be.

    `priced` holds one choice when the code takes something off this very cart. Without it the code was accepted and
    has become something of the person's: read the wallet again and let the diner choose it (menu.md M4.3).
    """

    priced: Priced | None = None
