"""The fields of a brand at MENU; what a venue is called in calls is read from the vendor."""

from collections.abc import Mapping
from dataclasses import replace

from webapp.ports.loyalty.credentials import BadCredentials
from webapp.ports.loyalty.menu.client import Menu
from webapp.ports.loyalty.menu.credentials import Credentials, Venue
from webapp.ports.loyalty.setup import Setup, SetupField, lines, pairs

FIELDS = (
    SetupField("application", "secret"),
    SetupField("brand"),
    SetupField("currency"),
    SetupField("venues", "pairs"),
    SetupField("items", "pairs", needed=False),
    SetupField("choices", needed=False),
)


def read(typed: Mapping[str, str]) -> str:
    """See `Setup.read`."""
    choices = typed.get("choices", "") or "1"
    if not choices.isdecimal() or len(choices) > 2:
        raise BadCredentials("venues")
    venues = {slug: Venue(uuid) for slug, uuid in pairs(typed.get("venues", ""), "venues").items()}
    items = pairs(typed.get("items", ""), "items")
    whole = Credentials(
        typed.get("application", ""),
        typed.get("brand", ""),
        typed.get("currency", "").upper(),
        venues,
        items,
        int(choices),
    )
    return Credentials.from_text(whole.to_text()).to_text()


def complete(adapter: Menu, text: str, deadline_s: float) -> str:
    """See `Setup.complete`: the codes, points and tables of each venue (section 5.1)."""
    whole = Credentials.from_text(text)
    each = deadline_s / max(1, len(whole.venues))
    venues = {slug: adapter.read_venue(venue.uuid, deadline_s=each) for slug, venue in whole.venues.items()}
    return replace(whole, venues=venues).to_text()


def show(text: str) -> dict[str, str]:
    """See `Setup.show`."""
    whole = Credentials.from_text(text)
    return {
        "application": whole.application,
        "brand": whole.brand,
        "currency": whole.currency,
        "venues": lines({slug: venue.uuid for slug, venue in whole.venues.items()}),
        "items": lines(whole.items),
        "choices": str(whole.choices),
    }


def names(text: str) -> set[str]:
    """See `Setup.names`."""
    return set(Credentials.from_text(text).items)


SETUP = Setup("MENU", FIELDS, read, complete, show, names)
