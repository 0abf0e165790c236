"""Codes people type: one canonical form, so that "  bien venue " and BIENVENUE are the same code."""

import unicodedata

LONGEST = 40
LONGEST_TYPED = 160
MARKS = frozenset("-_./+")


class NotACode(ValueError):
    """No code can look like this; `code` says why: `empty`, `too_long`, `strange`."""

    def __init__(self, code: str) -> None:
        """See the class; the text itself is never repeated."""
        super().__init__(code)
        self.code = code


def _blank(char: str) -> bool:
    # Z: white space of every script; Cc, Cf: controls and invisible marks that come along when a code is pasted.
    return unicodedata.category(char)[0] == "Z" or unicodedata.category(char) in {"Cc", "Cf"}


def canonical(typed: str) -> str:
    """The code meant by `typed`: NFKC, upper case, without any blank.

    Raises:
        NotACode: nothing, more than `LONGEST` signs, or signs no code is made of.
    """
    if len(typed) > LONGEST_TYPED:
        raise NotACode("too_long")
    bare = "".join(char for char in unicodedata.normalize("NFKC", typed) if not _blank(char))
    code = unicodedata.normalize("NFKC", bare.upper())
    if not code:
        raise NotACode("empty")
    if len(code) > LONGEST:
        raise NotACode("too_long")
    if not all(char.isalnum() or char in MARKS for char in code):
        raise NotACode("strange")
    return code
