"""How one attempt at telling the outside ended, before it is written down."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Done:
    """Told; `result` is kept with the row."""

    result: dict[str, Any]


@dataclass(frozen=True)
class Later:
    """To be tried again.

    `acted`: it may have been received. `disconnected`: only after the merchant reconnects. `answered`: the programme
    is well, there is merely no news yet.
    """

    reason: str
    acted: bool = False
    retry_after_s: int | None = None
    disconnected: bool = False
    answered: bool = False


@dataclass(frozen=True)
class Park:
    """A person must look."""

    reason: str
    acted: bool = False


Outcome = Done | Later | Park
