"""Static files: bundled as they are, named by their content, compressed once, served by WhiteNoise."""

import gzip
import hashlib
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import brotli

IMPORT = re.compile(r'^import "\./([\w-]+)\.js";$', re.MULTILINE)
SHORT = 10
COMPRESSED = {".css", ".js", ".svg"}


def stylesheet(root: Path) -> bytes:
    """One stylesheet for the shop: tokens, base, then the components by name; one request instead of thirty."""
    parts = [root / "css/tokens.css", root / "css/base.css", *sorted((root / "css/components").glob("*.css"))]
    return b"\n".join(part.read_bytes() for part in parts)


DESK_BORROWS = ("topbar", "button", "field", "notice", "icon", "facts", "picture")


def desk_stylesheet(root: Path) -> bytes:
    """One stylesheet for the back office: tokens, base, the components it borrows, then its own by name."""
    borrowed = [root / f"css/components/{name}.css" for name in DESK_BORROWS]
    parts = [root / "css/tokens.css", root / "css/base.css", *borrowed, *sorted((root / "css/desk").glob("*.css"))]
    return b"\n".join(part.read_bytes() for part in parts)


def script(root: Path, name: str = "shop") -> bytes:
    """One script for a door: the entry module, every import line replaced by that module in a block of its own."""
    entry = (root / f"js/{name}.js").read_text()

    def inlined(found: re.Match[str]) -> str:
        return "{\n" + (root / f"js/{found[1]}.js").read_text() + "}"

    return IMPORT.sub(inlined, entry).encode()


def _contents(root: Path) -> dict[str, bytes]:
    files = {
        str(path.relative_to(root)): path.read_bytes()
        for folder in ("demo", "icons")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    }
    shop = {"css/shop.css": stylesheet(root), "js/shop.js": script(root)}
    desk = {"css/desk.css": desk_stylesheet(root), "js/desk.js": script(root, "desk")}
    kiosk = {"css/kiosk.css": (root / "css/kiosk.css").read_bytes(), "js/kiosk.js": script(root, "kiosk")}
    return {**files, **shop, **desk, **kiosk}


def _twins(place: Path) -> list[Path]:
    endings = ("", ".gz", ".br") if place.suffix in COMPRESSED else ("",)
    return [place.with_name(place.name + ending) for ending in endings]


def build(root: Path, target: Path) -> dict[str, str]:
    """Write every static file under its hashed name with its compressed twins; original name → served name.

    The target is replaced whole, so that files of earlier versions do not pile up; a browser that still holds an older
    page asks for names that are gone and gets 404 for a picture, never a wrong file. What an earlier start made stays
    as it is: a digest in a name says what is in the file.
    """
    contents = {}
    names: dict[str, str] = {}
    for name, content in _contents(root).items():
        plain = Path(name)
        digest = hashlib.sha256(content).hexdigest()[:SHORT]
        names[name] = str(plain.with_name(f"{plain.stem}.{digest}{plain.suffix}"))
        contents[names[name]] = content
    wanted = {twin for served in contents for twin in _twins(target / served)}
    if wanted != {path for path in target.rglob("*") if path.is_file()}:
        _replace(target, contents)
    return names


def _replace(target: Path, contents: Mapping[str, bytes]) -> None:
    fresh = target.with_name(target.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    for served, content in contents.items():
        place, made = fresh / served, _twins(target / served)
        place.parent.mkdir(parents=True, exist_ok=True)
        if all(twin.is_file() for twin in made):
            for twin in made:
                shutil.copyfile(twin, place.with_name(twin.name))
            continue
        place.write_bytes(content)
        if place.suffix in COMPRESSED:
            place.with_name(place.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
            place.with_name(place.name + ".br").write_bytes(brotli.compress(content))
    shutil.rmtree(target, ignore_errors=True)
    fresh.replace(target)


def addresses(names: dict[str, str], prefix: str) -> Callable[[str], str]:
    """The function templates call: `asset("css/shop.css")` → its hashed address; unknown names stay as they are."""

    def asset(name: str) -> str:
        return f"{prefix}{names.get(name, name)}"

    return asset
