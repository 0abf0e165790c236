"""How a session's callbacks and captures behave, chosen by whoever tests."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

TIMINGS = ("normal", "late", "twice", "out_of_order", "before_redirect", "never")
CAPTURES = ("exact", "wrong_amount", "wrong_currency", "authorize_only")
MAX_LATE_S = 3600


@dataclass(frozen=True)
class Behaviour:
    """`timing` of the callbacks, seconds they are `late_s`, and what is captured."""

    timing: str = "normal"
    late_s: int = 10
    capture: str = "exact"

    def changed(self, fields: Mapping[str, Any]) -> "Behaviour":
        """This behaviour with the known ones among `fields` replaced.

        Raises:
            ValueError: on a value that is none of the choices.
        """
        try:
            late_s = int(str(fields.get("late_s", self.late_s)))
        except ValueError:
            late_s = -1
        new = replace(
            self,
            timing=fields.get("timing", self.timing),
            late_s=late_s,
            capture=fields.get("capture", self.capture),
        )
        if new.timing not in TIMINGS or new.capture not in CAPTURES or not 0 <= new.late_s <= MAX_LATE_S:
            raise ValueError("unknown timing or capture, or late_s out of 0…3600")
        return new

    def as_json(self) -> dict[str, Any]:
        """Plain fields."""
        return asdict(self)

    def captured(self, amount: int, currency: str) -> tuple[int, str]:
        """What is taken when `amount` of `currency` was asked for."""
        if self.capture == "wrong_amount":
            return amount + 100, currency
        if self.capture == "wrong_currency":
            return amount, "USD" if currency != "USD" else "EUR"
        return amount, currency
