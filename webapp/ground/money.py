"""Money in whole minor units with a currency code; fractions exist only while rounding."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision

BASIS_POINTS = 10_000
MOST_TYPED = 40


def half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` rounded half away from zero to a whole number; `denominator` > 0."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def vat_within(gross: int, rate: int) -> int:
    """VAT contained in `gross` (minor units, VAT included) at `rate` basis points, rounded half up to the unit."""
    return gross - half_up(gross * BASIS_POINTS, BASIS_POINTS + rate)


def share_out(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` in proportion to `weights` (not negative) so that the shares add up to it exactly.

    Largest remainder first, ties to the earlier place: the same inputs always give the same cents.

    Raises:
        ValueError: when no weight is positive and `total` is not 0.
    """
    whole = sum(weights)
    if whole <= 0:
        if total == 0:
            return [0] * len(weights)
        raise ValueError("nothing to share out over")
    sign = -1 if total < 0 else 1
    parts = [divmod(abs(total) * weight, whole) for weight in weights]
    shares = [quotient for quotient, _ in parts]
    left = abs(total) - sum(shares)
    order = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
    for place in order[:left]:
        shares[place] += 1
    return [sign * share for share in shares]


def typed_amount(text: str, currency: str) -> int | None:
    """The minor units of an amount as people type it, "2", "2,5" or "2.50 €"; None when it is none or too exact."""
    precision = int(get_currency_precision(currency))
    found = re.fullmatch(
        r"[^0-9.,-]{0,4}([0-9]{1,6})(?:[.,]([0-9]{1,3}))?[^0-9.,-]{0,4}", text.strip()[:MOST_TYPED], re.ASCII
    )
    if found is None or len(found[2] or "") > precision:
        return None
    return int(found[1] + (found[2] or "").ljust(precision, "0"))


@lru_cache(maxsize=4096)
def shown(amount: int, currency: str, language: str) -> str:
    """`amount` minor units of `currency` written for people reading `language` ("fr", "en")."""
    precision = get_currency_precision(currency)
    written = str(format_currency(amount / 10**precision, currency, locale=language))
    return written.replace("-", "\N{MINUS SIGN}")


def minor(amount: Decimal, currency: str) -> int:
    """`amount` in major units ("5.50") as minor units, half up, for partners that speak in decimals."""
    unit = Decimal(10) ** get_currency_precision(currency)
    return int((amount * unit).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def major(amount: int, currency: str) -> Decimal:
    """`amount` minor units as major units, with the currency's own number of places."""
    return Decimal(amount).scaleb(-get_currency_precision(currency))
