"""The demo: two invented merchants as the very files a merchant would import, and the pictures drawn for them.

Each folder holds `merchant.json` (who, where, when) and `menu.json` (what); `python3 -m webapp.demo.draw` draws
`static/demo/*.svg` from `pictures.json`.
"""

from pathlib import Path

FOLDER = Path(__file__).parent


def merchants() -> list[tuple[Path, Path]]:
    """The files of each demo merchant, the chain first: (`merchant.json`, `menu.json`)."""
    return [(path, path.with_name("menu.json")) for path in sorted(FOLDER.glob("*/merchant.json"))]


def programme_houses() -> list[tuple[Path, Path]]:
    """The files of the small houses that show one further loyalty programme each."""
    found = sorted((FOLDER / "programmes").glob("*/merchant.json"))
    return [(path, path.with_name("menu.json")) for path in found]


def coupons() -> Path:
    """The codes of the demo merchants, by merchant."""
    return FOLDER / "coupons.json"
