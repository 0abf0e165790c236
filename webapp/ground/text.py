"""What a diner types: cleaned of what could deceive or break, never cut in silence."""

import re
import unicodedata

MAX_MARKS = 4
ZERO_WIDTH_JOINERS = "\u200c\u200d"


class Unacceptable(ValueError):
    """The text cannot be kept; `code` says why ("too_long")."""

    def __init__(self, code: str) -> None:
        """`code`: for the doors to put into words; the text itself is never repeated."""
        super().__init__(code)
        self.code = code


def _wanted(char: str) -> bool:
    if char in ZERO_WIDTH_JOINERS:
        # Emoji families and several scripts are written with them.
        return True
    # Cc: control characters, Cf: direction overrides and invisible marks, Co/Cs: private use and lone surrogates.
    return unicodedata.category(char) not in {"Cc", "Cf", "Co", "Cs"} and ord(char) & 0xFFFE != 0xFFFE


def _without_towers(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def clean(text: str, at_most: int) -> str:
    """`text` on one line, in NFC, without control characters, direction overrides and needless white space.

    Args:
        text: as typed.
        at_most: code points allowed once cleaned.

    Raises:
        Unacceptable: "too_long"; cutting could change the meaning ("no nuts, please" → "no nut").
    """
    if len(text) > 4 * at_most + 1000:
        # Answered before any work: ten thousand characters are no note.
        raise Unacceptable("too_long")
    spaced = re.sub(r"\s+", " ", text)
    kept = "".join(char for char in spaced if _wanted(char))
    cleaned = re.sub(r"\s+", " ", _without_towers(unicodedata.normalize("NFC", kept))).strip().strip(ZERO_WIDTH_JOINERS)
    if len(cleaned) > at_most:
        raise Unacceptable("too_long")
    return cleaned
