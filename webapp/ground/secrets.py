"""Encryption at rest: a copy of the database alone opens nothing (invariant X5)."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """The sealed text was not made with any key we hold."""


class Vault:
    """Seals and opens short secrets; the first key seals, every key opens, so keys can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: Fernet keys (url-safe base64 of 32 bytes), newest first.

        Raises:
            ValueError: when a key is malformed or there is none.
        """
        made = [Fernet(key.encode("ascii")) for key in keys]
        self._fernet = MultiFernet(made)
        self._newest = made[0]

    def seal(self, secret: str) -> str:
        """The secret, encrypted and authenticated, as text."""
        return self._fernet.encrypt(secret.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The secret again.

        Raises:
            Unreadable: when no key fits or the text was altered.
        """
        try:
            return self._fernet.decrypt(sealed.encode("ascii")).decode()
        except (InvalidToken, UnicodeError) as error:
            raise Unreadable("sealed with another key, or altered") from error

    def is_newest(self, sealed: str) -> bool:
        """Whether the newest key alone opens it, so that no other is needed for it."""
        try:
            self._newest.decrypt(sealed.encode("ascii"))
        except (InvalidToken, UnicodeError):
            return False
        return True

    def reseal(self, sealed: str) -> str:
        """The same secret under the newest key, for rotation.

        Raises:
            Unreadable: when no key fits or the text was altered.
        """
        try:
            return self._fernet.rotate(sealed.encode("ascii")).decode("ascii")
        except (InvalidToken, UnicodeError) as error:
            raise Unreadable("sealed with another key, or altered") from error
