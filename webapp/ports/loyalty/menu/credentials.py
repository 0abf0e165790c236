"""What a merchant types in for MENU: the brand's application, its venues, and which of its items our dishes are."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from webapp.ports.loyalty.credentials import BadCredentials


@dataclass(frozen=True)
class Venue:
    """One restaurant there. `code` and `number`: its two other names; the points say where an order is placed.

    Attributes:
        uuid: its id in addresses.
        code: what offers name (`venue_codes`).
        number: its number as text, "" when not known: then the second test of an offer is left to their price.
        collect, counter: singular points of takeout and of eating in without a table; "" where there is none.
        tables: name of the table → its singular point.
    """

    uuid: str
    code: str = ""
    number: str = ""
    collect: str = ""
    counter: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Credentials:
    """Kept sealed as one text.

    Attributes:
        application: the brand's application key.
        brand: the brand's id.
        currency: ISO 4217 code of the amounts, which are minor units.
        venues: store slug → venue.
        items: our SKU → their item id; for a paid option a plus sign and its SKU, or its name. A basket with a dish or
            a paid option that has none cannot be priced there.
        choices: how many discounts one order may carry; more than one only with "Redemptions 2.0" (section 5.2).
        api_version: three numbers.
        language: of names and sentences, `fr-FR`.
        payment_info: sent as it is with each order.
    """

    application: str = field(repr=False)
    brand: str
    currency: str
    venues: Mapping[str, Venue]
    items: Mapping[str, str] = field(default_factory=dict)
    choices: int = 1
    api_version: str = "4.38.0"
    language: str = "fr-FR"
    payment_info: Mapping[str, Any] = field(default_factory=dict)

    def to_text(self) -> str:
        """The text `from_text` reads."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> "Credentials":
        """Read and check.

        Raises:
            BadCredentials: `unreadable`, `currency`, `application`, `venues`, `version`.
        """
        try:
            whole: dict[str, Any] = json.loads(text)
            whole["venues"] = {str(slug): Venue(**one) for slug, one in whole["venues"].items()}
            whole["items"] = {str(sku): str(item) for sku, item in whole.get("items", {}).items()}
            read = cls(**whole)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadCredentials("unreadable") from error
        read.check()
        return read

    def check(self) -> None:
        """Raises BadCredentials when it could never work."""
        sound = {
            "application": bool(self.application.strip() and self.brand.strip()),
            "currency": len(self.currency) == 3 and self.currency.isupper(),
            "venues": bool(self.venues) and all(venue.uuid for venue in self.venues.values()) and self.choices >= 1,
            "version": len(self.api_version.split(".")) == 3 and self.api_version.replace(".", "").isdecimal(),
        }
        for code, well in sound.items():
            if not well:
                raise BadCredentials(code)
