"""Scenes seen from above: galettes, crêpes, bowls, plates and boards."""

import math
from collections.abc import Sequence
from itertools import cycle, islice

from webapp.demo.drawing.pen import Pen

X, Y = 80.0, 60.0
Places = list[tuple[float, float]]


def _ring(count: int, radius: float, start: float = 0, x: float = X, y: float = Y) -> Places:
    turn = 2 * math.pi / max(count, 1)
    return [
        (x + radius * math.cos(start + turn * place), y + radius * math.sin(start + turn * place))
        for place in range(count)
    ]


def plate(pen: Pen, colour: str = "#fffaf2", radius: float = 52) -> None:
    """An empty plate."""
    pen.shadow(X, Y + 4, radius + 1, radius)
    pen.disc(X, Y, radius, colour)
    pen.disc(X, Y, radius - 9, "none", ' stroke="#000" stroke-opacity=".07" stroke-width="1.5"')


def _speckles(pen: Pen, count: int, reach: float, colour: str = "#5d4029") -> None:
    spots = ""
    for _ in range(count):
        angle, far = pen.chance.uniform(0, 6.28), reach * math.sqrt(pen.chance.uniform(0.1, 1))
        spots += f"M{X + far * math.cos(angle):.0f} {Y + far * math.sin(angle):.0f}h.1"
    pen.line(spots, colour, 2, ' opacity=".55"')


def square(
    pen: Pen, top: Sequence[str], cheese: str = "#f3d384", centre: str = "", plate_colour: str = "#fffaf2"
) -> None:
    """A galette folded to a square with an open window."""
    plate(pen, plate_colour)
    pen.add(f'<g transform="rotate({pen.chance.randrange(-16, 17)} 80 60)">')
    pen.path("M45 34Q45 25 54 25H106Q115 25 115 34V86Q115 95 106 95H54Q45 95 45 86Z", "#8d6340")
    pen.path(
        "M45 34Q80 48 115 34 112 25 106 25H54Q48 25 45 34ZM45 86Q80 72 115 86 112 95 106 95H54Q48 95 45 86Z", "#a0744d"
    )
    pen.path(
        "M49 27Q62 60 49 93 45 92 45 86V34Q45 29 49 27ZM111 27Q98 60 111 93 115 92 115 86V34Q115 29 111 27Z", "#7c5536"
    )
    pen.path("M55 38Q80 43 105 38 99 60 105 82 80 77 55 82 61 60 55 38Z", cheese)
    _speckles(pen, 14, 33)
    pen.scatter(top, _ring(len(top), 16 if centre else 12.5, 0.6), 1.1)
    if centre:
        pen.put(centre, X, Y, 0, 1.1)
    pen.add("</g>")


def half(pen: Pen, top: Sequence[str], side: Sequence[str] = (), plate_colour: str = "#fffaf2") -> None:
    """A galette folded in half, filling showing along the fold, something beside it."""
    plate(pen, plate_colour)
    pen.add(f'<g transform="rotate({pen.chance.randrange(-14, 6)} 80 60)">')
    pen.scatter(islice(cycle(top), 7), [(47 + 11 * place, 45) for place in range(7)], 1.15)
    pen.path("M38 50Q80 44 122 50 120 92 80 93 40 92 38 50Z", "#8d6340")
    pen.path("M42 52Q80 47 118 52 108 84 80 86 52 84 42 52Z", "#a0744d")
    pen.line("M40 53Q80 47 120 53", "#c99a68", 2.6)
    pen.line(
        "M52 66h.1M62 76h.1M74 64h.1M84 78h.1M96 66h.1M104 74h.1M88 58h.1M68 83h.1", "#5d4029", 2.4, ' opacity=".6"'
    )
    pen.add("</g>")
    pen.scatter(side, [(70, 28), (84, 26), (96, 31), (60, 35)])


def opened(pen: Pen, top: Sequence[str], colour: str = "#9a6f49", spread: str = "", centre: str = "") -> None:
    """A round galette or tart covered with toppings."""
    plate(pen)
    pen.disc(X, Y, 43, "#6f4c2e")
    pen.disc(X, Y, 41.5, colour)
    if spread:
        pen.disc(X, Y, 35, spread)
    _speckles(pen, 10, 38)
    outer = list(islice(cycle(top), 9))
    pen.scatter(outer, _ring(9, 27), 1.05)
    pen.scatter(islice(cycle(top), 4), _ring(4, 11, 0.5))
    if centre:
        pen.put(centre, X, Y, 0, 1.15)


def folded(pen: Pen, sauce: str, top: Sequence[str] = (), plate_colour: str = "#fffaf2") -> None:
    """A wheat crêpe folded to a fan, sauce drawn over it."""
    plate(pen, plate_colour)
    pen.add(f'<g transform="rotate({pen.chance.randrange(-24, 12)} 80 60)">')
    pen.path("M80 22 124 76Q104 96 78 95 54 92 38 76Z", "#d59a45")
    pen.path("M80 24 112 82Q96 92 76 91 60 89 50 83Z", "#e8b765")
    pen.path("M80 26 96 88Q86 91 74 90L62 87Z", "#f2cb82")
    pen.line("M66 52 90 62 60 68 98 76 58 80", sauce, 3.4, ' stroke-linejoin="round"')
    pen.line("M56 84h.1M104 80h.1M76 40h.1M90 46h.1M70 62h.1M94 70h.1", "#b87c2c", 2.6, ' opacity=".7"')
    pen.add("</g>")
    pen.scatter(top, [(102, 44), (112, 58), (50, 50), (96, 32), (58, 36), (46, 64)])


def rolls(pen: Pen, top: Sequence[str] = (), colour: str = "#fffaf2", sauce: str = "sauce") -> None:
    """Rolled galettes side by side with a sauce."""
    plate(pen, colour)
    for place in range(4):
        pen.put("roll", 72 - place % 2 * 4, 36 + 15 * place, -14, 1.25)
    if sauce:
        pen.put(sauce, 107, 66)
    pen.scatter(top, [(104, 40), (98, 88), (112, 50), (88, 28)])


def bowl(pen: Pen, base: str, top: Sequence[str], rim: str = "#35586a", centre: str = "", each: int = 3) -> None:
    """A bowl from above: each topping in its own heap around the middle."""
    pen.shadow(X, Y + 5, 50, 49)
    pen.disc(X, Y, 49, rim)
    pen.disc(X, Y, 44, "#fff", ' opacity=".16"')
    pen.disc(X, Y, 42, base)
    for topping, (x, y) in zip(top, _ring(len(top), 24, -0.8), strict=True):
        pen.scatter([topping] * each, _ring(each, 8.5, pen.chance.uniform(0, 3), x, y), 1.15)
    if centre:
        pen.put(centre, X, Y)


def soup(pen: Pen, liquid: str, swirl: str, top: Sequence[str], rim: str = "#d9c7ae") -> None:
    """Something smooth in a bowl, with a swirl."""
    pen.shadow(X, Y + 5, 50, 49)
    pen.disc(X, Y, 49, rim)
    pen.disc(X, Y, 43, "#000", ' opacity=".12"')
    pen.disc(X, Y + 1, 41, liquid)
    pen.line("M56 66Q58 42 80 42T102 62Q98 78 82 77T66 62Q70 52 80 54", swirl, 4)
    pen.scatter(top, _ring(len(top), 19, 0.4))


def dish(pen: Pen, top: Sequence[str], plate_colour: str = "#fffaf2", size: float = 1.2, centre: str = "") -> None:
    """A plate with toppings spread over it."""
    plate(pen, plate_colour)
    count = len(top)
    if count > 5:
        pen.scatter(reversed(top), _ring(count, 14, pen.chance.uniform(0, 1)), size)
    pen.scatter(top, _ring(count, 27 if count > 3 else 16, pen.chance.uniform(0, 1)), size)
    if centre:
        pen.put(centre, X, Y, 0, size * 1.1)


def board(pen: Pen, top: Sequence[str]) -> None:
    """A wooden board to share."""
    pen.path(
        "M22 26Q22 20 28 20H118Q124 20 124 26V52H146Q150 52 150 60T146 68H124V98Q124 104 118 104H28Q22 104 22 98Z",
        "#000",
        ' opacity=".12" transform="translate(0 4)"',
    )
    pen.path(
        "M22 26Q22 20 28 20H118Q124 20 124 26V52H146Q150 52 150 60T146 68H124V98Q124 104 118 104H28Q22 104 22 98Z",
        "#b98552",
    )
    pen.line("M28 40H118M28 62H116M30 84H118", "#9c6a3b", 1.2, ' opacity=".6"')
    pen.disc(144, 60, 2.4, "#7d5129")
    pen.scatter(top, [(38 + 23 * (place % 4), 36 + 25 * (place // 4)) for place in range(12)], 1.3)
