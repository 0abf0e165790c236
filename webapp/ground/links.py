"""Unguessable, signed words for addresses: table codes, order links, cookies."""

import base64
import hashlib
import hmac
from collections.abc import Sequence

SIGNATURE_BYTES = 16


class Signer:
    """Signs short words with purpose-bound keys; old keys keep opening what they signed."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: application secrets, newest first; each purpose derives its own key from them."""
        self._keys = [key.encode() for key in keys]
        self._derived: dict[str, list[bytes]] = {}

    def _for(self, purpose: str) -> list[bytes]:
        derived = self._derived.get(purpose)
        if derived is None:
            derived = [hmac.digest(key, b"passe-plat:" + purpose.encode(), hashlib.sha256) for key in self._keys]
            self._derived[purpose] = derived
        return derived

    @staticmethod
    def _mark(key: bytes, word: str) -> str:
        mark = hmac.digest(key, word.encode(), hashlib.sha256)[:SIGNATURE_BYTES]
        return base64.b32encode(mark).decode("ascii").rstrip("=").lower()

    def sign(self, purpose: str, word: str) -> str:
        """`word` with its signature: `word.signature`, safe in an address. `purpose` keeps kinds of links apart."""
        return f"{word}.{self._mark(self._for(purpose)[0], word)}"

    def read(self, purpose: str, signed: str) -> str | None:
        """The word, or None when the signature does not fit; compared in constant time (X6)."""
        word, dot, mark = signed.rpartition(".")
        if not dot or not signed.isascii():
            return None
        fits = [hmac.compare_digest(self._mark(key, word), mark) for key in self._for(purpose)]
        return word if any(fits) else None


def fingerprint(secret: str) -> str:
    """A SHA-256 digest in hexadecimal, to store or compare a high-entropy token without keeping it."""
    return hashlib.sha256(secret.encode()).hexdigest()
