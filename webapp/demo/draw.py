"""Draw the demo's pictures: `python3 -m webapp.demo.draw` writes `static/demo/*.svg` from `pictures.json`.

Each entry names a scene, the colour of the table, and what lies on it; the same entry always gives the same bytes.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webapp.demo import FOLDER
from webapp.demo.drawing import bakes, logos, plates, vessels
from webapp.demo.drawing.pen import Pen

TARGET = FOLDER.parent.parent / "static" / "demo"
SCENES: dict[str, Callable[..., None]] = {
    scene.__name__: scene
    for scene in (
        plates.square,
        plates.half,
        plates.opened,
        plates.folded,
        plates.rolls,
        plates.bowl,
        plates.soup,
        plates.dish,
        plates.board,
        vessels.glass,
        vessels.bottle,
        vessels.bolee,
        vessels.wine,
        vessels.cup,
        vessels.jar,
        vessels.bag,
        vessels.tin,
        vessels.coupe,
        vessels.pot,
        bakes.burger,
        bakes.hotdog,
        bakes.tray,
        bakes.pastry,
        bakes.wedge,
        bakes.tart,
        bakes.baguette,
        bakes.loaf,
        bakes.fougasse,
        bakes.croissant,
        bakes.chocolate_roll,
        bakes.boats,
        bakes.sandwich,
        bakes.biscuits,
    )
}


def picture(name: str, entry: dict[str, Any]) -> str:
    """The SVG of one entry of `pictures.json`: `scene`, `ground` (`#rrggbb`) and the scene's own arguments."""
    arguments = {key: value for key, value in entry.items() if key not in {"scene", "ground"}}
    pen = Pen(name, entry["ground"])
    SCENES[entry["scene"]](pen, **arguments)
    return pen.svg()


def pictures() -> dict[str, str]:
    """Every picture and logo of the demo: file name → SVG."""
    entries = json.loads((FOLDER / "pictures.json").read_text(encoding="utf-8"))
    return {**{name: picture(name, entry) for name, entry in entries.items()}, **logos.LOGOS}


def main(target: Path = TARGET) -> None:
    """Write them all into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for name, svg in pictures().items():
        (target / name).write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
