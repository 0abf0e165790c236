"""Which of the programme's stores is probably which of ours: by the words of name and address. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

LIKELY = 0.5
_POSTCODE = re.compile(r"\b\d{4,5}\b")


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(char for char in bare if not unicodedata.combining(char))))


def alike(ours: tuple[str, str], theirs: tuple[str, str]) -> float:
    """How alike two stores (name, address) are, 0 to 1: by shared words and by spelling."""
    scores = []
    for mine, other in zip(ours, theirs, strict=True):
        left, right = _plain(mine), _plain(other)
        words, others = set(left.split()), set(right.split())
        shared = len(words & others) / max(1, min(len(words), len(others)))
        scores.append((shared + SequenceMatcher(None, left, right).ratio()) / 2 if left and right else 0.0)
    mine_code, their_code = _POSTCODE.findall(ours[1]), _POSTCODE.findall(theirs[1])
    same_town = 0.2 if mine_code and set(mine_code) & set(their_code) else 0.0
    return min(1.0, 0.5 * scores[0] + 0.5 * scores[1] + same_town)


def suggest(ours: Mapping[str, tuple[str, str]], theirs: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Our store → the programme's, best pairs first, each of theirs once; unlikely pairs are left out.

    Args:
        ours: our stores by slug, each name and address.
        theirs: the programme's, by its slug, those already mapped left out.
    """
    pairs: Sequence[tuple[float, str, str]] = sorted(
        ((alike(mine, other), us, them) for us, mine in ours.items() for them, other in theirs.items()), reverse=True
    )
    found: dict[str, str] = {}
    for score, us, them in pairs:
        if score >= LIKELY and us not in found and them not in found.values():
            found[us] = them
    return found
