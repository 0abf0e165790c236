"""Pictures: what is taken, what is refused before anything is decoded, and what the worker makes of the rest."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from webapp.nouns.picture import store
from webapp.nouns.picture.header import MOST_BYTES, PNG, BadPicture, look
from webapp.usecases.menu.encode import made


def picture(kind: str, size: tuple[int, int] = (640, 400), mode: str = "RGB", **how: Any) -> bytes:
    """A picture, red at its left half."""
    image = Image.new(mode, size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of so many pixels in a few hundred bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100_000)), (b"IEND", b"")]
    body = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    ]
    return PNG + b"".join(body)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_every_kind_taken_is_measured_without_decoding_and_made_by_the_worker(kind: str) -> None:
    raw = picture(kind)
    found = look(raw)
    assert (found.kind, found.width, found.height) == (kind.lower(), 640, 400)
    files = made(raw, "k" * 32)
    assert set(files) == {f"{'k' * 32}-{width}.{ending}" for width in store.WIDTHS for ending in store.FORMATS}
    for name, content in files.items():
        with Image.open(io.BytesIO(content)) as opened:
            assert opened.size == (int(name[33:36]), int(name[33:36]) * 3 // 4)
            assert opened.format == name[37:].upper()


@pytest.mark.parametrize("how", [{"lossless": True}, {"lossless": False}, {"exif": Image.Exif().tobytes() + b"x"}])
def test_every_kind_of_webp_is_measured(how: dict[str, Any]) -> None:
    assert look(picture("WEBP", (300, 250), **how)).width == 300


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b"x" * (MOST_BYTES + 1), "too_many_bytes"),
        (bomb(50_000, 50_000), "too_many_pixels"),
        (bomb(12_001, 300), "too_many_pixels"),
        (bomb(100, 300), "too_small"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"x" * 40, "heic"),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "svg"),
        (b"MZ\x90\0 not at all", "not_a_picture"),
        (b"GIF89a" + b"\0" * 50, "not_a_picture"),
        (PNG + b"\0\0", "broken"),
        (b"\xff\xd8\xff\xe0\x00\x10", "broken"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "broken"),
    ],
)
def test_everything_else_is_refused_from_its_first_bytes(raw: bytes, code: str) -> None:
    with pytest.raises(BadPicture) as refused:
        look(raw)
    assert refused.value.code == code


def test_a_picture_whose_header_lies_is_not_decoded() -> None:
    with pytest.raises(OSError, match="image file"):
        made(bomb(5000, 5000), "k")


def test_a_picture_is_turned_upright_and_says_nothing_of_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter: its left half becomes its upper half
    exif[0x010F] = "Secret camera"
    files = made(picture("JPEG", (800, 600), exif=exif), "k")
    assert not [name for name, content in files.items() if b"Secret" in content or b"Exif" in content]
    with Image.open(io.BytesIO(files["k-448.webp"])) as opened:
        upright = opened.convert("RGB")
    top, bottom = upright.getpixel((224, 20)), upright.getpixel((224, 316))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[1] < 80
    assert bottom[1] > 200


def test_what_is_clear_becomes_white() -> None:
    raw = io.BytesIO()
    Image.new("RGBA", (400, 300), (0, 0, 0, 0)).save(raw, "PNG")
    with Image.open(io.BytesIO(made(raw.getvalue(), "k")["k-224.webp"])) as opened:
        assert opened.convert("RGB").getpixel((100, 80)) == (255, 255, 255)
