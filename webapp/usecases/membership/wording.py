"""The exact words consent is asked in, versioned: old evidence keeps its own (D2).

Another wording is another version; the words of an earlier one are never edited.
"""

import hashlib
from dataclasses import dataclass

VERSION = "2026-11"

WORDS: dict[str, dict[str, str]] = {
    "email": {
        "en": "May {merchant} send you its news and offers by e-mail? You can stop this at any time.",
        "fr": "Acceptez-vous de recevoir les nouvelles et les offres de {merchant} par e-mail ? "
        "Vous pourrez arrêter à tout moment.",
    },
    "sms": {
        "en": "May {merchant} send you its news and offers by text message? You can stop this at any time.",
        "fr": "Acceptez-vous de recevoir les nouvelles et les offres de {merchant} par SMS ? "
        "Vous pourrez arrêter à tout moment.",
    },
}


@dataclass(frozen=True)
class Wording:
    """One question as shown: its text, version and hash."""

    channel: str
    text: str
    version: str
    language: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def wording(channel: str, merchant_name: str, language: str) -> Wording:
    """The question for `email` or `sms`, in the diner's language, English where there is no other."""
    words = WORDS[channel]
    spoken = language if language in words else "en"
    return Wording(channel, words[spoken].format(merchant=merchant_name), VERSION, spoken)
