"""The worker's side of pictures: decoded, turned upright, cut to the menu's ratio, written small, without metadata.

Only the worker imports this module: it brings Pillow, which web workers have no memory for.
"""

import io
from collections.abc import Sequence

from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from webapp.ground import logs
from webapp.nouns.catalog.publish import bump
from webapp.nouns.picture import logo, store
from webapp.nouns.picture.header import LEAST_LOGO, MOST_PIXELS, BadPicture, look
from webapp.nouns.picture.models import Picture
from webapp.usecases.wiring import Wiring

RATIO = (4, 3)
QUALITY = {"webp": {"quality": 78, "method": 4}, "avif": {"quality": 55, "speed": 7}}
READ = ("JPEG", "PNG", "WEBP", "AVIF")
# Whatever a header says: a picture of more pixels than that is never decoded.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def made(raw: bytes, key: str) -> dict[str, bytes]:
    """Every file of a picture, name → content.

    Raises:
        BadPicture, OSError, ValueError, SyntaxError: it cannot be read.
    """
    look(raw)
    return _files(_whole_dish(raw), key, store.WIDTHS, RATIO)


def made_logo(raw: bytes, key: str) -> dict[str, bytes]:
    """Every file of a logo: the whole of it in the middle of a square, clear where it was clear.

    Raises:
        BadPicture, OSError, ValueError, SyntaxError: it cannot be read.
    """
    look(raw, LEAST_LOGO)
    side = store.LOGO_WIDTHS[-1]
    with _opened(raw) as opened:
        opened.draft("RGB", (2 * side, 2 * side))
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    upright.info.clear()
    whole = ImageOps.pad(upright, (side, side), Image.Resampling.LANCZOS, color=(0, 0, 0, 0))
    return _files(whole, key, store.LOGO_WIDTHS, (1, 1))


def _opened(raw: bytes) -> Image.Image:
    opened = Image.open(io.BytesIO(raw), formats=READ)
    if opened.width * opened.height > MOST_PIXELS:
        opened.close()
        raise BadPicture("too_many_pixels")
    return opened


def _whole_dish(raw: bytes) -> Image.Image:
    largest = (store.WIDTHS[-1], store.WIDTHS[-1] * RATIO[1] // RATIO[0])
    with _opened(raw) as opened:
        opened.draft("RGB", (2 * largest[0], 2 * largest[0]))  # a JPEG is decoded at a fraction of its size at once
        upright = ImageOps.exif_transpose(opened)
        return ImageOps.fit(_plain(upright), largest, Image.Resampling.LANCZOS)


def _files(whole: Image.Image, key: str, widths: Sequence[int], ratio: tuple[int, int]) -> dict[str, bytes]:
    files = {}
    for width in widths:
        size = (width, width * ratio[1] // ratio[0])
        small = whole if size == whole.size else whole.resize(size, Image.Resampling.LANCZOS)
        for kind, how in QUALITY.items():
            out = io.BytesIO()
            small.save(out, kind.upper(), **how)
            files[f"{key}-{width}.{kind}"] = out.getvalue()
    return files


def _plain(image: Image.Image) -> Image.Image:
    """Without transparency, palette or profile: on white, as on a plate."""
    if image.mode in {"RGBA", "LA", "PA", "P"} or "transparency" in image.info:
        clear = image.convert("RGBA")
        plate = Image.new("RGB", clear.size, "white")
        plate.paste(clear, mask=clear.getchannel("A"))
        return plate
    plain = image.convert("RGB")
    plain.info.clear()
    return plain


def encode_due(wiring: Wiring) -> int:
    """Make one waiting picture; 1, or 0 when none waits."""
    now = wiring.clock.now()
    picture = wiring.db.run(lambda session: store.lease(session, now))
    if picture is None or picture.source is None:
        return 0
    files: dict[str, bytes] | None = None
    try:
        files = (made_logo if picture.kind == store.LOGO else made)(picture.source, picture.key)
    except (BadPicture, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        logs.get().warning("a picture cannot be read", step="pictures", row=picture.merchant_id)
    wiring.db.run(lambda session: _finish(session, wiring, picture, files))
    return 1


def _finish(session: Session, wiring: Wiring, picture: Picture, files: dict[str, bytes] | None) -> None:
    if not store.finish(session, picture, files, wiring.clock.now()):
        return
    if picture.kind == store.LOGO and files is not None:
        logo.show(session, picture.merchant_id, picture.key)
    else:
        bump(session, merchant_id=picture.merchant_id)
