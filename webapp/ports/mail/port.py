"""What the back office asks of whoever carries mail."""

from dataclasses import dataclass
from typing import Protocol


class MailTrouble(Exception):
    """A mail may not have left; try again later with the same key."""


class MailRefused(Exception):
    """The carrier understood and said no."""

    def __init__(self, code: str) -> None:
        """`code`: a short stable word, such as `bad_address`, `credentials`."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Mail:
    """One mail in plain text. Never logged, nor its recipient (invariant D4)."""

    to: str
    subject: str
    text: str

    def __repr__(self) -> str:
        return "Mail(…)"


class MailSender(Protocol):
    """One connection to one carrier."""

    def send(self, mail: Mail, key: str, deadline_s: float) -> None:
        """Send one mail; the same key is the same mail, where the carrier knows keys.

        Raises:
            MailTrouble, MailRefused: see each.
        """
        ...
