"""What a merchant types to connect a programme that has no form of its own: plain fields, read into one sealed text."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from webapp.ports.loyalty.credentials import BadCredentials

Kind = Literal["text", "secret", "pairs", "secret_pairs", "yes"]


@dataclass(frozen=True)
class SetupField:
    """One field. `pairs`: lines of `name = value`, one each. Secrets are never shown again.

    `name` is one the desk has a label for; it says what is meant, never by which vendor.
    """

    name: str
    kind: Kind = "text"
    needed: bool = True


@dataclass(frozen=True)
class Setup:
    """How one vendor's credentials are typed.

    `read`: the fields by name → the credentials' text; raises `BadCredentials`. `complete`: asks the vendor for what a
    merchant cannot know, with the adapter of that text and the seconds it may take; raises a `LoyaltyError`. `show`:
    the credentials' text → the fields as they would be typed, secrets too. `names`: that text → our SKUs it maps, a
    paid option's behind a plus sign; None where nothing has to be mapped.
    """

    name: str
    fields: tuple[SetupField, ...]
    read: Callable[[Mapping[str, str]], str]
    complete: Callable[[Any, str, float], str] | None = None
    show: Callable[[str], Mapping[str, str]] | None = None
    names: Callable[[str], Collection[str]] | None = None


def lines(values: Mapping[str, object]) -> str:
    """What `pairs` reads."""
    return "\n".join(f"{name} = {value}" for name, value in values.items())


def pairs(text: str, code: str) -> dict[str, str]:
    """Lines of `name = value` as they were typed.

    Raises:
        BadCredentials: `code`, when a line is none, or names something twice.
    """
    found: dict[str, str] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, sign, value = (part.strip() for part in line.partition("="))
        if not sign or not name or not value or name in found:
            raise BadCredentials(code)
        found[name] = value
    return found
