"""Randomness is passed in, so that a test can say what was drawn."""

import base64
import hashlib
import secrets
from typing import Protocol


class Randomness(Protocol):
    """A source of unguessable values."""

    def token(self, nbytes: int = 16) -> str:
        """`nbytes` random bytes in lower-case base32 without padding: safe in addresses, readable aloud."""
        ...

    def digits(self, count: int) -> str:
        """`count` random decimal digits."""
        ...


def _base32(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()


class SystemRandomness:
    """The operating system's generator."""

    def token(self, nbytes: int = 16) -> str:
        """See `Randomness.token`."""
        return _base32(secrets.token_bytes(nbytes))

    def digits(self, count: int) -> str:
        """See `Randomness.digits`."""
        return "".join(secrets.choice("0123456789") for _ in range(count))


class SeededRandomness:
    """A repeatable source for tests and schedules; never for production."""

    def __init__(self, seed: str) -> None:
        """`seed`: printed by the test that uses it."""
        self._seed = seed
        self._drawn = 0

    def _bytes(self, nbytes: int) -> bytes:
        self._drawn += 1
        return hashlib.shake_256(f"{self._seed}:{self._drawn}".encode()).digest(nbytes)

    def token(self, nbytes: int = 16) -> str:
        """See `Randomness.token`."""
        return _base32(self._bytes(nbytes))

    def digits(self, count: int) -> str:
        """See `Randomness.digits`."""
        return "".join(str(byte % 10) for byte in self._bytes(count))
