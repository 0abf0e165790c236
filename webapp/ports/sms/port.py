"""What the shop asks of whoever carries short messages."""

from typing import Protocol


class SmsTrouble(Exception):
    """A message may not have left; the subclass says what is known."""


class SmsUnavailable(SmsTrouble):
    """Nothing was sent: try again later with the same key."""


class SmsOutcomeUnknown(SmsTrouble):
    """It may have been sent: asking again with the same key, and `again`, sends it once at most."""


class SmsRefused(SmsTrouble):
    """The carrier understood and said no."""

    def __init__(self, code: str) -> None:
        """`code`: a short stable word, such as `bad_number`, `bad_text`, `key_reused`, `credentials`, `sender`."""
        super().__init__(code)
        self.code = code


class SmsSender(Protocol):
    """One connection to one carrier."""

    def send(self, to_e164: str, text: str, key: str, deadline_s: float, *, again: bool = False) -> str:
        """Send one message and return the carrier's id for it; the same key is the same message.

        Args:
            to_e164: the number, `+` and digits.
            text: 1 to 480 characters. Never logged, nor the number (invariant D4).
            key: idempotency key, unguessable or bound to our own row.
            deadline_s: seconds in all.
            again: an earlier attempt with this key may have been sent; a carrier that knows no keys is asked first.

        Raises:
            SmsUnavailable, SmsOutcomeUnknown, SmsRefused: see each.
        """
        ...
