"""What kind of picture some bytes are, and how large, read from their first bytes without decoding anything."""

import struct
from dataclasses import dataclass

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
MOST_SIDE = 12_000
LEAST_SIDE, LEAST_LOGO = 200, 64
PNG = b"\x89PNG\r\n\x1a\n"
# Frame headers of a JPEG file that tell its size.
SIZED = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
HEIC = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"heif"}
AVIF = {b"avif", b"avis"}


class BadPicture(Exception):
    """Not to be taken. `code`: empty, too_many_bytes, heic, svg, not_a_picture, broken, too_many_pixels, too_small."""

    def __init__(self, code: str) -> None:
        """`code`: see the class."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Header:
    """What was found. `kind`: jpeg, png, webp or avif; sizes in pixels, before any turning."""

    kind: str
    width: int
    height: int


def look(raw: bytes, least: int = LEAST_SIDE) -> Header:
    """The header of a picture that may be decoded later. `least`: pixels its shorter side must have.

    Raises:
        BadPicture: anything else; see there.
    """
    if not raw:
        raise BadPicture("empty")
    if len(raw) > MOST_BYTES:
        raise BadPicture("too_many_bytes")
    try:
        found = _kind(raw)
    except (IndexError, struct.error) as error:
        raise BadPicture("broken") from error
    if max(found.width, found.height) > MOST_SIDE or found.width * found.height > MOST_PIXELS:
        raise BadPicture("too_many_pixels")
    if min(found.width, found.height) < least:
        raise BadPicture("too_small")
    return found


def _kind(raw: bytes) -> Header:
    if raw.startswith(PNG):
        return Header("png", *struct.unpack(">II", raw[16:24]))
    if raw.startswith(b"\xff\xd8\xff"):
        return _jpeg(raw)
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return _webp(raw)
    if raw[4:8] == b"ftyp":
        return _box(raw)
    if b"<svg" in raw[:1000].lower():
        raise BadPicture("svg")
    raise BadPicture("not_a_picture")


def _jpeg(raw: bytes) -> Header:
    at = 2
    while at < len(raw):
        if raw[at] != 0xFF:
            raise BadPicture("broken")
        marker = raw[at + 1]
        if marker in {0x01, 0xFF} or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack(">H", raw[at + 2 : at + 4])[0]
        if marker in SIZED:
            height, width = struct.unpack(">HH", raw[at + 5 : at + 9])
            return Header("jpeg", width, height)
        at += 2 + length
    raise BadPicture("broken")


def _webp(raw: bytes) -> Header:
    chunk = raw[12:16]
    if chunk == b"VP8 ":
        width, height = struct.unpack("<HH", raw[26:30])
        return Header("webp", width & 0x3FFF, height & 0x3FFF)
    if chunk == b"VP8L":
        bits = struct.unpack("<I", raw[21:25])[0]
        return Header("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8X":
        width, height = (int.from_bytes(raw[at : at + 3], "little") + 1 for at in (24, 27))
        return Header("webp", width, height)
    raise BadPicture("broken")


def _box(raw: bytes) -> Header:
    """AVIF and its relatives: the sizes of all images in it stand in `ispe` boxes; the largest one counts."""
    brands = {raw[8:12], *(raw[at : at + 4] for at in range(16, min(struct.unpack(">I", raw[:4])[0], 200), 4))}
    if not brands & AVIF:
        raise BadPicture("heic" if brands & HEIC else "not_a_picture")
    sizes: list[tuple[int, int]] = []
    at = raw.find(b"ispe")
    while at >= 0 and len(sizes) < 64:
        sizes.append(struct.unpack(">II", raw[at + 8 : at + 16]))
        at = raw.find(b"ispe", at + 4)
    if not sizes:
        raise BadPicture("broken")
    return Header("avif", *max(sizes, key=lambda size: size[0] * size[1]))
