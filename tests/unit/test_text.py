"""What a diner types is cleaned, and never cut in silence."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.ground.text import Unacceptable, clean


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  no   nuts,\tplease\r\n thanks ", "no nuts, please thanks"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("a\u200bb\ufeffc\u2066d", "abcd"),
        ("e\u0301te\u0301", "été"),
        ("👩\u200d🍳 merci", "👩\u200d🍳 merci"),
        ("\ud800x\ue000\ufffe", "x"),
        ("\u200d", ""),
        ("", ""),
        ("<b>{{7*7}}</b>", "<b>{{7*7}}</b>"),
        ("e" + "\u0320" * 500, "e" + "\u0320" * 4),
    ],
)
def test_what_deceives_or_breaks_is_removed(typed: str, kept: str) -> None:
    assert clean(typed, 200) == kept


@pytest.mark.parametrize("typed", ["x" * 201, "x" * 10_000, "🍕" * 1_000_000])
def test_too_long_is_said_and_not_cut(typed: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        clean(typed, 200)
    assert refused.value.code == "too_long"
    assert "x" * 10 not in str(refused.value)


def test_padding_does_not_count() -> None:
    assert clean(" " * 500 + "x" * 200, 200) == "x" * 200


@given(st.text())
def test_cleaning_is_stable_and_leaves_nothing_hidden(typed: str) -> None:
    try:
        kept = clean(typed, 1000)
    except Unacceptable:
        return
    assert clean(kept, 1000) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} or char in "\u202e\u2066\u200b" for char in kept)
    kept.encode()
