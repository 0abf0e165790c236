"""The worker's side of pictures: decoded, turned upright, cut to the menu's ratio, written small, without metadata.

Only the worker imports this module: it brings Pillow, which web workers have no memory for.
"""

import io

from PIL import Image, ImageOps
from sqlalchemy.orm import Session

from webapp.ground import logs
from webapp.nouns.catalog.publish import bump
from webapp.nouns.picture import store
from webapp.nouns.picture.header import MOST_PIXELS, BadPicture, look
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
    largest = (store.WIDTHS[-1], store.WIDTHS[-1] * RATIO[1] // RATIO[0])
    with Image.open(io.BytesIO(raw), formats=READ) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise BadPicture("too_many_pixels")
        opened.draft("RGB", (2 * largest[0], 2 * largest[0]))  # a JPEG is decoded at a fraction of its size at once
        upright = ImageOps.exif_transpose(opened)
        whole = ImageOps.fit(_plain(upright), largest, Image.Resampling.LANCZOS)
    files = {}
    for width in store.WIDTHS:
        size = (width, width * RATIO[1] // RATIO[0])
        small = whole if size == largest else whole.resize(size, Image.Resampling.LANCZOS)
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
        files = made(picture.source, picture.key)
    except (BadPicture, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        logs.get().warning("a picture cannot be read", step="pictures", row=picture.merchant_id)
    wiring.db.run(lambda session: _finish(session, wiring, picture, files))
    return 1


def _finish(session: Session, wiring: Wiring, picture: Picture, files: dict[str, bytes] | None) -> None:
    if store.finish(session, picture, files, wiring.clock.now()):
        bump(session, merchant_id=picture.merchant_id)
