"""A page with holes: whatever is put in, plain and gzip say the same."""

import gzip
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.doors.shop.browse.pieces import Filling, Pieces, stored

HOLES = re.compile(rb"(?P<one>\[1\])|(?P<two>\[2\])")
TEXT = st.binary(max_size=400).filter(lambda content: b"[" not in content)


def test_holes_are_cut_out_in_order() -> None:
    pieces = Pieces(b"a[1]b[2]c[1]", HOLES)
    assert pieces.holes == ("one", "two", "one")
    assert [kept.content for kept in pieces.kept] == [b"a", b"b", b"c", b""]
    assert pieces.joined({"one": Filling.plain(b"1"), "two": Filling.plain(b"2")}) == b"a1b2c1"


def test_a_page_without_holes_is_itself() -> None:
    pieces = Pieces(b"whole", HOLES)
    assert pieces.joined({}) == b"whole"
    assert gzip.decompress(pieces.gzipped({})) == b"whole"


@given(st.lists(TEXT, min_size=1, max_size=6), TEXT, TEXT)
def test_gzip_unpacks_to_the_joined_page(parts: list[bytes], one: bytes, two: bytes) -> None:
    page = b"".join(part + (b"[1]" if number % 2 else b"[2]") for number, part in enumerate(parts))
    pieces = Pieces(page, HOLES)
    fillings = {"one": Filling.plain(one), "two": Filling.squeezed(two)}
    assert gzip.decompress(pieces.gzipped(fillings)) == pieces.joined(fillings)


def test_a_large_page_keeps_its_checksum() -> None:
    pieces = Pieces(b"x" * 200_000 + b"[1]" + b"y" * 70_001, HOLES)
    fillings = {"one": Filling.squeezed(b"z" * 100_000)}
    assert gzip.decompress(pieces.gzipped(fillings)) == pieces.joined(fillings)


def test_a_block_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        stored(b"x" * 65_536)
