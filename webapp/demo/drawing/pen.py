"""The drawing tool: collects shapes on a 160 × 120 canvas and writes them as one small SVG file."""

import json
import random
from collections.abc import Iterable

from webapp.demo import FOLDER

WIDTH, HEIGHT = 160, 120
# What lies on a plate: each topping is a scrap of SVG around the point 0,0, at most some 30 units wide.
TOPPINGS: dict[str, str] = json.loads((FOLDER / "toppings.json").read_text(encoding="utf-8"))


class Pen:
    """One picture. Its `chance` depends on the picture's name only, so that drawing again changes nothing."""

    def __init__(self, name: str, ground: str) -> None:
        """`name`: the file's name. `ground`: the colour of the table, `#rrggbb`."""
        self.chance = random.Random(name)  # noqa: S311 -- where a tomato lies is no secret
        self.parts = [f'<path fill="{ground}" d="M0 0h{WIDTH}v{HEIGHT}H0z"/>']
        self.used: dict[str, str] = {}

    def add(self, *shapes: str) -> None:
        """Put SVG shapes on top."""
        self.parts.extend(shapes)

    def disc(self, x: float, y: float, radius: float, fill: str, more: str = "") -> None:
        """A filled circle."""
        self.add(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"{more}/>')

    def path(self, d: str, fill: str, more: str = "") -> None:
        """A filled path."""
        self.add(f'<path d="{d}" fill="{fill}"{more}/>')

    def line(self, d: str, stroke: str, width: float = 1.5, more: str = "") -> None:
        """A line with round ends."""
        self.add(f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width:g}" stroke-linecap="round"{more}/>')

    def shadow(self, x: float, y: float, rx: float, ry: float) -> None:
        """A soft shadow below something."""
        self.add(f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" opacity=".13"/>')

    def put(self, topping: str, x: float, y: float, turn: float = 0, size: float = 1) -> None:
        """A topping of `TOPPINGS`, its centre at `x`, `y`, turned by `turn` degrees."""
        mark = self.used.setdefault(topping, f"t{len(self.used)}")
        turned = f" rotate({turn:.0f})" if turn else ""
        sized = f" scale({size:g})" if size != 1 else ""
        self.add(f'<use href="#{mark}" transform="translate({x:.0f} {y:.0f}){turned}{sized}"/>')

    def scatter(self, toppings: Iterable[str], places: Iterable[tuple[float, float]], size: float = 1) -> None:
        """Toppings on places, each turned by chance."""
        for topping, (x, y) in zip(toppings, places, strict=False):
            self.put(topping, x, y, self.chance.randrange(-60, 60), size)

    def svg(self) -> str:
        """The file."""
        defs = "".join(f'<g id="{mark}">{TOPPINGS[name]}</g>' for name, mark in self.used.items())
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        return f"{head}{f'<defs>{defs}</defs>' if defs else ''}{''.join(self.parts)}</svg>\n"
