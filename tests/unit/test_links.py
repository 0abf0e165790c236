"""Signed words: only ours open, only for their purpose, also after a change of keys (X6)."""

from hypothesis import given
from hypothesis import strategies as st

from webapp.ground.links import Signer, fingerprint

SIGNER = Signer(["new-key", "old-key"])


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=60))
def test_what_was_signed_reads_back(word: str) -> None:
    assert SIGNER.read("table", SIGNER.sign("table", word)) == word


@given(st.text(max_size=80))
def test_no_other_text_opens_anything(text: str) -> None:
    assert SIGNER.read("table", text) is None


@given(st.integers(0, 30), st.characters(codec="ascii"))
def test_one_changed_character_closes_it(place: int, char: str) -> None:
    signed = SIGNER.sign("table", "abc")
    place %= len(signed)
    forged = signed[:place] + char + signed[place + 1 :]
    assert (SIGNER.read("table", forged) == "abc") == (forged == signed)


def test_a_signature_serves_one_purpose() -> None:
    assert SIGNER.read("order", SIGNER.sign("table", "abc")) is None


def test_old_keys_open_and_only_the_newest_signs() -> None:
    old, new = Signer(["old-key"]), Signer(["new-key"])
    assert SIGNER.read("table", old.sign("table", "abc")) == "abc"
    assert old.read("table", SIGNER.sign("table", "abc")) is None
    assert new.read("table", SIGNER.sign("table", "abc")) == "abc"


def test_a_fingerprint_is_stable_and_tells_nothing() -> None:
    assert fingerprint("a") == fingerprint("a") != fingerprint("b")
    assert len(fingerprint("")) == 64
