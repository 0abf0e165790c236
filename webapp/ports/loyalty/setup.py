"""What a merchant types to connect a programme that has no form of its own: plain fields, read into one sealed text."""

from collections.abc import Callable, Mapping
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
    merchant cannot know, with the adapter of that text and the seconds it may take; raises a `LoyaltyError`.
    """

    name: str
    fields: tuple[SetupField, ...]
    read: Callable[[Mapping[str, str]], str]
    complete: Callable[[Any, str, float], str] | None = None


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
