"""Staff passwords: argon2id, and a check that takes as long for an address nobody has (no enumeration)."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 12
LONGEST = 200
AT_ONCE = 2  # each hash takes 19 MiB and a core for a moment; a flood of sign-ins waits in line
_turns = threading.BoundedSemaphore(AT_ONCE)
# OWASP's second recommendation: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY = _hasher.hash("nobody's password")


def fault(password: str, email: str) -> str | None:
    """Why this cannot be a password: "short", "long" or "same" (as the address); None when it can.

    Length alone is asked for: rules about kinds of characters make passwords worse.
    """
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    return "same" if password.lower() in {email.lower(), email.split("@", 1)[0].lower()} else None


def hashed(password: str) -> str:
    """What is stored."""
    with _turns:
        return _hasher.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; with None the answer is no, after the same work."""
    if len(password) > LONGEST:
        return False
    with _turns:
        try:
            return _hasher.verify(stored or _NOBODY, password) and bool(stored)
        except (Argon2Error, InvalidHashError):
            return False


def is_dated(stored: str) -> bool:
    """Whether the stored hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)
