"""The exact words consent is asked in, versioned: old evidence keeps its own (D2).

Another wording is another version; the words of an earlier one are never edited.
"""

import hashlib
from dataclasses import dataclass

VERSION = "2026-11"

WORDS: dict[str, dict[str, str]] = {
    "email": {
        "en": "Yes, {merchant} may send me its news and offers by email. I can stop this at any time.",
        "fr": "Oui, {merchant} peut m'envoyer ses nouvelles et ses offres par e-mail. Je peux arrêter à tout moment.",
    },
    "sms": {
        "en": "Yes, {merchant} may send me its news and offers by text message. I can stop this at any time.",
        "fr": "Oui, {merchant} peut m'envoyer ses nouvelles et ses offres par SMS. Je peux arrêter à tout moment.",
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
