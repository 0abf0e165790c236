"""Texts from a catalogue: what characters they may hold, which language is shown, how they are searched."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

NAME_LENGTH = 200
TEXT_LENGTH = 2000
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "’": "'", "ø": "o", "ł": "l"})
# Categories Cc, Cs, Co and Cn, the bidirectional overrides, and the line and paragraph separators: none belongs in a
# dish's name, and some make a ticket lie about what it says.
FORBIDDEN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def _refuse(value: str, allowed: str) -> str:
    for character in value:
        if character in allowed:
            continue
        if unicodedata.category(character) in FORBIDDEN or character in OVERRIDES:
            raise PydanticCustomError(
                "control_character", "control character {character}", {"character": f"U+{ord(character):04X}"}
            )
    return value


def one_line(value: str) -> str:
    """`value`, when it holds no control character.

    Raises:
        PydanticCustomError: `control_character`.
    """
    return value if value.isprintable() else _refuse(value, "")


def several_lines(value: str) -> str:
    """`value`, when it holds no control character besides the line feed.

    Raises:
        PydanticCustomError: `control_character`.
    """
    return value if value.isprintable() else _refuse(value, "\n")


Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH), AfterValidator(one_line)
]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TEXT_LENGTH), AfterValidator(several_lines)
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Names = dict[Language, Name]
Texts = dict[Language, Text]


def said(texts: Mapping[str, str], language: str, otherwise: Sequence[str] = ()) -> str:
    """The text in `language`, else in the first of `otherwise` there is, else in any; "" when there is none."""
    for wanted in (language, *otherwise):
        if wanted in texts:
            return texts[wanted]
    return next(iter(texts.values()), "")


@lru_cache(maxsize=2048)
def folded(text: str) -> str:
    """`text` as it is searched: lower case, without accents or ligatures ("Bœuf grillé" → "boeuf grille")."""
    if text.isascii():
        plain = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
        plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return re.sub(r"\s+", " ", plain).strip()
