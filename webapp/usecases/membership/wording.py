"""The exact words consent is asked in, versioned: old evidence keeps its own (D2).

Every merchant begins with the words below; its own come from its desk (`own_words.py`), each save another version.
"""

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from webapp.nouns.merchant.facts import MerchantFacts
from webapp.usecases.membership.own_words import newest

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

    @property
    def mark(self) -> str:
        """What the form carries of it."""
        return self.digest[:16]


def default_words(channel: str, language: str) -> str:
    """The words every merchant begins with; `{merchant}` stands for its name."""
    words = WORDS[channel]
    return words.get(language, words["en"])


def wording(session: Session, channel: str, merchant: MerchantFacts, language: str) -> Wording:
    """The question for `email` or `sms` as it is asked now; in English where there is none in the diner's language."""
    own = newest(session, merchant.id).get((channel, language))
    if own is not None and own.text:
        return Wording(channel, own.text.replace("{merchant}", merchant.name), f"own-{own.number}", language)
    spoken = language if language in WORDS[channel] else "en"
    text = default_words(channel, spoken).replace("{merchant}", merchant.name)
    return Wording(channel, text, VERSION, spoken)
