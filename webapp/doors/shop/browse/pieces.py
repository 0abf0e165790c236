"""A page kept as bytes with holes in it: what belongs to one browser is put in, the rest is neither rendered nor
compressed again.

Each kept part is deflated once and ends on a byte (a full flush), so that parts and fillings can be joined into one
gzip stream. Its checksum is joined too: appending n bytes acts on a CRC-32 as a linear map, kept as four tables.
"""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count, pairwise
from typing import Self

GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
LAST_BLOCK = b"\x03\x00"
STORED_MOST = 65_535
POLYNOMIAL = 0xEDB88320
BITS = 32
LEVEL = 6
TABLES_FROM = 8  # a page asked for less often than this is summed up plainly: its tables would take longer

Columns = tuple[int, ...]


def deflated(content: bytes) -> bytes:
    """`content` as deflate blocks that end on a byte and refer to nothing before them."""
    squeezer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return squeezer.compress(content) + squeezer.flush(zlib.Z_FULL_FLUSH)


def stored(content: bytes) -> bytes:
    """`content` (at most 65,535 bytes) as one uncompressed deflate block: right for random words like tokens."""
    size = len(content)
    if size > STORED_MOST:
        raise ValueError("too long for one block")
    return b"\x00" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + content


def _times(columns: Columns, vector: int) -> int:
    result = 0
    place = 0
    while vector:
        if vector & 1:
            result ^= columns[place]
        vector >>= 1
        place += 1
    return result


def _appending(length: int) -> Columns:
    """What appending `length` zero bytes does to a checksum, as the images of its 32 bits."""
    step: Columns = (POLYNOMIAL, *(1 << bit for bit in range(BITS - 1)))
    total: Columns = tuple(1 << bit for bit in range(BITS))
    bits = length * 8
    while bits:
        if bits & 1:
            total = tuple(_times(step, column) for column in total)
        step = tuple(_times(step, column) for column in step)
        bits >>= 1
    return total


def _tables(columns: Columns) -> tuple[tuple[int, ...], ...]:
    tables = []
    for byte in range(4):
        table = [0] * 256
        for value in range(1, 256):
            low = value & -value
            table[value] = table[value ^ low] ^ columns[8 * byte + low.bit_length() - 1]
        tables.append(tuple(table))
    return tuple(tables)


class Kept:
    """A part of the page that never changes; kept deflated only, as nearly every browser takes it."""

    def __init__(self, content: bytes) -> None:
        """`content`: its bytes."""
        self.deflated = deflated(content)
        self.size = len(content)
        self._crc = zlib.crc32(content)
        self._uses = count()

    @property
    def content(self) -> bytes:
        """Its bytes, inflated anew."""
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(self.deflated)

    @cached_property
    def _shift(self) -> tuple[tuple[int, ...], ...]:
        return _tables(_appending(self.size))

    def after(self, crc: int) -> int:
        """The checksum of everything before this part, carried past it."""
        if next(self._uses) < TABLES_FROM:
            return zlib.crc32(self.content, crc)
        one, two, three, four = self._shift
        moved = one[crc & 255] ^ two[crc >> 8 & 255] ^ three[crc >> 16 & 255] ^ four[crc >> 24]
        return moved ^ self._crc


@dataclass(frozen=True)
class Filling:
    """What goes into a hole: its bytes and the same deflated."""

    content: bytes
    deflated: bytes

    @classmethod
    def squeezed(cls, content: bytes) -> Self:
        """A filling worth compressing, kept for several requests."""
        return cls(content, deflated(content))

    @classmethod
    def plain(cls, content: bytes) -> Self:
        """A short filling made for one request."""
        return cls(content, stored(content))


class Pieces:
    """A page cut at its holes."""

    def __init__(self, page: bytes, *holes: re.Pattern[bytes]) -> None:
        """`holes`: what to cut out; the group that matched names the filling.

        A pattern that begins with plain bytes is found several times faster than a choice of patterns.
        """
        found = sorted((match for hole in holes for match in hole.finditer(page)), key=re.Match.start)
        ends = [0, *(edge for match in found for edge in match.span()), len(page)]
        self.kept = tuple(Kept(page[start:end]) for start, end in list(pairwise(ends))[::2])
        self.holes = tuple((match.lastgroup or "") for match in found)

    def joined(self, fillings: Mapping[str, Filling]) -> bytes:
        """The whole page."""
        parts = [self.kept[0].content]
        for name, kept in zip(self.holes, self.kept[1:], strict=True):
            parts += (fillings[name].content, kept.content)
        return b"".join(parts)

    def gzipped(self, fillings: Mapping[str, Filling]) -> bytes:
        """The whole page as one gzip member."""
        first = self.kept[0]
        parts = [GZIP_HEADER, first.deflated]
        crc = first.after(0)
        size = first.size
        for name, kept in zip(self.holes, self.kept[1:], strict=True):
            filling = fillings[name]
            parts += (filling.deflated, kept.deflated)
            crc = kept.after(zlib.crc32(filling.content, crc))
            size += len(filling.content) + kept.size
        parts += (LAST_BLOCK, crc.to_bytes(4, "little"), (size & 0xFFFFFFFF).to_bytes(4, "little"))
        return b"".join(parts)
