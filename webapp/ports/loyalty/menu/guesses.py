"""The one place to change when the vendor teaches us better (menu.md section 9)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Paths:
    """Routes below the base address."""

    init: str = "/init-application"  # documented
    integration: str = "/brands/{brand}/dlc-integrations"  # documented
    venue: str = "/venues/{venue}"  # documented
    ask_code: str = "/customers/passwordless-request"  # documented
    register: str = "/customers/register"  # documented
    login: str = "/customers/login"  # deduced
    account: str = "/customer-accounts/{account}"  # documented twice, once with /update behind it
    program: str = "/dlc-service/loyalty-program"  # documented
    balance: str = "/dlc-service/customer-account-loyalty"  # documented
    rewards: str = "/dlc-service/loyalty-rewards"  # documented
    promotions: str = "/dlc-service/loyalty-promotions"  # documented
    coupons: str = "/dlc-service/loyalty-coupons"  # the name is documented, method and prefix are not
    calculate: str = "/orders/calculate"  # documented
    orders: str = "/orders"  # documented


@dataclass(frozen=True)
class Guesses:
    """Everything that may have to change, with today's safest reading as the default."""

    paths: Paths = field(default_factory=Paths)
    punchh: int = 2  # documented: `type_id` of a brand on Punchh
    credit_programme: str = "points_convert_to_currency"  # documented
    no_programme: str = "none"  # documented
    minor_units: int = 100  # of banked credit: cents look likely
    punchh_token: tuple[str, ...] = ("dlc_token",)  # where it comes from is not published: beside the customer's token
    # Area and order type for each mode (documented numbers): dine-in at a table, dine-in at the counter, takeout.
    full_service: tuple[int, int] = (1, 1)
    counter: tuple[int, int] = (3, 4)
    takeout: tuple[int, int] = (4, 6)
    tables: str = "tables"  # within an area, asked for with `view=withNestedEntities`
    table_name: tuple[str, ...] = ("name", "label", "number")
    store_condition: str = "DiscountConditionSpecificStore"  # documented

    def calculation(self, data: dict[str, Any]) -> dict[str, Any]:
        """The figures of a calculated cart, however they are wrapped; the answer is not published (section 5.3)."""
        found = data.get("calculation", data)
        return found if isinstance(found, dict) else {}

    def item(self, item_id: str, quantity: int, options: Sequence[tuple[str, int]] = ()) -> dict[str, Any]:
        """One line of a cart; inner fields are not published, these two are the least it needs.

        Paid options go within their dish, each with how often one dish has it; `modifiers` is what tills call them.
        """
        line = {"id": _id(item_id), "quantity": quantity}
        listed = [{"id": _id(option), "quantity": many} for option, many in options]
        return line | ({"modifiers": listed} if listed else {})

    def order_type(self, number: int) -> dict[str, Any]:
        """What kind of order it is: the sample's id is taken for the number of the order type."""
        return {"id": number, "properties": {}}

    def payment_info(self, configured: dict[str, Any]) -> dict[str, Any]:
        """How a payment taken elsewhere is declared is not published: what the merchant was told to send."""
        return {"payment_info": configured} if configured else {}


def _id(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


DEFAULT = Guesses()


def statuses(values: Sequence[bool | None]) -> list[int | None]:
    """Opt-ins on the wire: ticked is 1, unticked 2, unanswered is not sent (section 3, D1)."""
    return [None if value is None else 1 if value else 2 for value in values]
