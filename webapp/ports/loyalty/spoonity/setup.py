"""The fields of a Spoonity brand."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from webapp.ports.loyalty.credentials import BadCredentials
from webapp.ports.loyalty.setup import Setup, SetupField, lines, pairs
from webapp.ports.loyalty.spoonity.credentials import Credentials, Worth

FIELDS = (
    SetupField("brand"),
    SetupField("currency"),
    SetupField("store_keys", "secret_pairs"),
    SetupField("worths", "pairs", needed=False),
    SetupField("point_value", needed=False),
)


def read(typed: Mapping[str, str]) -> str:
    """See `Setup.read`. A worth is `10 %`, an amount `5.00`, or SKUs parted by blanks."""
    worths = {name: _worth(value) for name, value in pairs(typed.get("worths", ""), "worth").items()}
    value = typed.get("point_value", "") or "0"
    if not value.isdecimal() or len(value) > 6:
        raise BadCredentials("worth")
    keys = pairs(typed.get("store_keys", ""), "keys")
    whole = Credentials(typed.get("brand", ""), typed.get("currency", ""), keys, worths, int(value))
    return Credentials.from_text(whole.to_text()).to_text()


def _worth(text: str) -> Worth:
    number = _hundredths(text.removesuffix("%"))
    if number is None:
        return Worth(skus=tuple(text.split()))
    return Worth(percent=number) if text.endswith("%") else Worth(amount=number)


def _hundredths(text: str) -> int | None:
    """Per cent as basis points, and major units as minor ones, are both a hundredfold; None when it is no number."""
    try:
        number = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return int(number * 100) if number.is_finite() and 0 < number < 100_000 else 0


def show(text: str) -> dict[str, str]:
    """See `Setup.show`."""
    whole = Credentials.from_text(text)
    return {
        "brand": whole.vendor,
        "currency": whole.currency,
        "store_keys": lines(whole.keys),
        "worths": lines({name: _typed(worth) for name, worth in whole.worths.items()}),
        "point_value": str(whole.point_value or ""),
    }


def _typed(worth: Worth) -> str:
    if worth.skus:
        return " ".join(worth.skus)
    return f"{Decimal(worth.percent) / 100} %" if worth.percent else f"{Decimal(worth.amount).scaleb(-2):.2f}"


SETUP = Setup("Spoonity", FIELDS, read, show=show)
