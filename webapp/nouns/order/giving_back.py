"""What may still be given back of a paid order, from its frozen lines: pure sums, one written rule (P2, M2).

A line is worth what was really paid for it: its total without the shares of every discount. Its units are worth the
same; where that does not divide, the cents fall so that giving back unit after unit ends at exactly the line's worth.
The VAT of what goes back is the difference of the VAT of the sums before and after, per rate, so that an order given
back in pieces has given back exactly its VAT.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.ground.money import vat_within
from webapp.nouns.order.models import Order, OrderLine
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.promotion.models import OrderDiscount


@dataclass(frozen=True)
class Returnable:
    """One line. `paid`: minor units after discounts; `back`: units given back already, of `quantity`."""

    position: int
    name: str
    shown_name: str
    quantity: int
    back: int
    paid: int
    vat_rate: int

    @property
    def left(self) -> int:
        """Units that can still be given back."""
        return self.quantity - self.back

    @property
    def worth_back(self) -> int:
        """What was given back of it, minor units."""
        return self.paid * self.back // self.quantity

    def worth(self, quantity: int) -> int:
        """What the next `quantity` units are worth, minor units."""
        return self.paid * (self.back + quantity) // self.quantity - self.paid * self.back // self.quantity


def returnable(
    lines: Sequence[OrderLine], discounts: Iterable[OrderDiscount], requests: Iterable[RefundRequest]
) -> list[Returnable]:
    """Every line of an order and what is left of it; refused requests have given nothing back."""
    shares: dict[str, int] = {}
    for discount in discounts:
        for share in discount.shares:
            shares[str(share["line_id"])] = shares.get(str(share["line_id"]), 0) + int(share["amount"])
    back: dict[int, int] = {}
    for request in requests:
        if request.state != "refused":
            for part in request.lines:
                back[part["position"]] = back.get(part["position"], 0) + int(part["quantity"])
    return [
        Returnable(
            line.position, line.name, line.shown_name, line.quantity, back.get(line.position, 0),
            line.total - shares.get(str(line.basket_line_id), 0), line.vat_rate,
        )
        for line in lines
    ]  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What would go back: minor units in all, its VAT per rate, its lines. `whole`: nothing is left afterwards."""

    amount: int
    whole: bool
    vat: tuple[dict[str, int], ...]
    lines: tuple[dict[str, Any], ...]


def tip_given(requests: Iterable[RefundRequest]) -> int:
    """Minor units of the tip that went back, or are on their way: what a request asks beyond its dishes."""
    standing = [one for one in requests if one.state != "refused"]
    return sum(one.amount - sum(int(part["amount"]) for part in one.lines) for one in standing)


def plan(order: Order, lines: Sequence[Returnable], wanted: Mapping[int, int] | None, given: int, tip: int = 0) -> Plan:
    """What giving back `wanted` (position → units; None for all that is left) comes to.

    Args:
        order: the frozen order.
        lines: see `returnable`.
        wanted: each within what its line has left.
        given: minor units asked back before.
        tip: minor units of the tip that go back beside `wanted`; with everything goes all that is left of it.
    """
    units = {line.position: line.left for line in lines} if wanted is None else wanted
    parts = [
        {"position": line.position, "quantity": units[line.position], "amount": line.worth(units[line.position]),
         "vat_rate": line.vat_rate}
        for line in lines
        if units.get(line.position)
    ]  # fmt: skip
    amount = order.total - given if wanted is None else sum(part["amount"] for part in parts) + tip
    whole = wanted is None or 0 < amount == order.total - given
    return Plan(amount, whole, tuple(_vat(lines, parts)), tuple(parts))


def _vat(lines: Sequence[Returnable], parts: Sequence[Mapping[str, Any]]) -> list[dict[str, int]]:
    shares = []
    for rate in sorted({part["vat_rate"] for part in parts}):
        before = sum(line.worth_back for line in _at(lines, rate))
        gross = sum(part["amount"] for part in parts if part["vat_rate"] == rate)
        vat = vat_within(before + gross, rate) - vat_within(before, rate)
        shares.append({"rate": rate, "gross": gross, "net": gross - vat, "vat": vat})
    return [share for share in shares if share["gross"]]


def _at(lines: Sequence[Returnable], rate: int) -> list[Returnable]:
    return [line for line in lines if line.vat_rate == rate]
