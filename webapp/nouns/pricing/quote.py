"""The quote: facts in, the sum out; the one place where prices, discounts and VAT meet (P1, P2)."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from webapp.ground.money import vat_within
from webapp.nouns.catalog.menu import Menu
from webapp.nouns.pricing.discount import Adjustment, Discount, discounts
from webapp.nouns.pricing.line import LinePricer
from webapp.nouns.pricing.parts import QuoteLine, Wanted
from webapp.nouns.pricing.problem import Problem


@dataclass(frozen=True, slots=True)
class VatShare:
    """What is owed at one rate (basis points): `gross` = `net` + `vat`, minor units, after discounts."""

    rate: int
    gross: int
    net: int
    vat: int


@dataclass(frozen=True)
class Quote:
    """The price of what is wanted; lines with a problem are listed there and cost nothing."""

    currency: str
    mode: str
    lines: tuple[QuoteLine, ...]
    subtotal: int
    discounts: tuple[Discount, ...]
    total: int
    vat: tuple[VatShare, ...]
    problems: tuple[Problem, ...]
    tip: int = 0  # on top of the goods and part of `total`; see tip.py

    @cached_property
    def digest(self) -> str:
        """Names exactly what was shown: lines, words, sums and problems, whatever their order (P1, P3)."""
        shape = _fields(self)
        shape["lines"] = sorted(self.lines, key=_canonical)
        shape["problems"] = sorted(self.problems, key=_canonical)
        return hashlib.sha256(_canonical(shape).encode()).hexdigest()


def _fields(part: Any) -> dict[str, Any]:
    """What a part says, without copying it as `asdict` does: this is asked of every page that shows a sum."""
    return {field.name: getattr(part, field.name) for field in fields(part)}


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_fields)


def _canonical(shape: Any) -> str:
    return _CANONICAL.encode(shape)


def quote(
    menu: Menu,
    mode: str,
    wanted: Sequence[Wanted],
    at_minutes: int | None = None,
    adjustments: Sequence[Adjustment] = (),
) -> Quote:
    """Price `wanted` from `menu` alone: nothing the client posts has any say (P1).

    Args:
        menu: the store's compiled menu.
        mode: "table" or "collect"; it chooses the VAT rate and what is sold.
        wanted: the lines, each with its own `line_id`.
        at_minutes: local minute of the day the meal is for, 0 to 1439; None leaves serving hours unchecked.
        adjustments: rewards, vouchers and coupons that may be used, already checked for their own rules.
    """
    pricer = LinePricer(menu, mode, at_minutes)
    lines: list[QuoteLine] = []
    problems: list[Problem] = []
    for one in wanted:
        line, found = pricer.price(one)
        problems += found
        if line is not None:
            lines.append(line)
    taken = discounts(lines, adjustments)
    subtotal = sum(line.total for line in lines)
    total = subtotal - sum(discount.amount for discount in taken)
    return Quote(menu.currency, mode, tuple(lines), subtotal, taken, total, vat_shares(lines, taken), tuple(problems))


def vat_shares(lines: Sequence[QuoteLine], taken: Sequence[Discount]) -> tuple[VatShare, ...]:
    """VAT per rate, lowest rate first, rounded half up once per rate on the sum of that rate."""
    gross: dict[int, int] = {}
    for line in lines:
        gross[line.vat_rate] = gross.get(line.vat_rate, 0) + line.total
    for discount in taken:
        for share in discount.shares:
            gross[share.vat_rate] -= share.amount
    shares = []
    for rate, amount in sorted(gross.items()):
        vat = vat_within(amount, rate)
        shares.append(VatShare(rate, amount, amount - vat, vat))
    return tuple(shares)
