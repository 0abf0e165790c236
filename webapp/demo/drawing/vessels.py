"""Scenes seen from the side: glasses, bottles, cups, jars; and the trays of set menus."""

from collections.abc import Sequence

from webapp.demo.drawing.pen import Pen


def _table(pen: Pen, x: float = 80, width: float = 34) -> None:
    pen.path("M0 96H160V120H0Z", "#000", ' opacity=".07"')
    pen.shadow(x, 106, width, 4)


def glass(
    pen: Pen, drink: str, garnish: Sequence[str] = (), *, ice: bool = True, straw: str = "#e0653a", foam: str = ""
) -> None:
    """A tall glass."""
    _table(pen)
    if straw:
        pen.line("M86 84 104 8", straw, 4)
    pen.path("M54 20H106L100 102Q99 106 94 106H66Q61 106 60 102Z", "#fff", ' opacity=".45"')
    pen.path("M57 34H103L98.5 100Q98 103 94 103H66Q62 103 61.5 100Z", drink)
    if foam:
        pen.path("M55 24Q60 16 68 20 76 13 84 19 96 14 105 24L104 38Q92 33 80 38 68 34 56 38Z", foam)
    if ice:
        pen.add('<g fill="#fff" opacity=".5"><path d="M64 40l14-3 3 Xl12 4-4 12-12-4zM68 60l12 3-3 12-12-3z"/></g>')
    pen.line("M64 42 67 92", "#fff", 3, ' opacity=".55"')
    pen.scatter(garnish, [(104, 24), (70, 82), (88, 76), (80, 58)], 1.25)


def bottle(pen: Pen, body: str, label: str, cap: str, *, bubbles: bool = False, drink: str = "") -> None:
    """A bottle, with a filled glass beside it when `drink` has a colour."""
    left = 62.0 if drink else 80.0
    _table(pen, 80, 44 if drink else 26)
    shape = "M-7-52H7V-30Q18-22 18-8V42Q18 46 13 46H-13Q-18 46-18 42V-8Q-18-22-7-30Z"
    pen.add(f'<g transform="translate({left:g} 59)">')
    pen.path(shape, body)
    pen.path("M-8-56H8V-48H-8Z", cap)
    pen.path("M-18-2H18V28H-18Z", label)
    pen.path("M0 4 8 14 0 24-8 14Z", body, ' opacity=".75"')
    pen.line("M-12-10V38", "#fff", 3, ' opacity=".35"')
    pen.add("</g>")
    if drink:
        pen.path("M94 52H128L124 101Q124 105 119 105H103Q98 105 98 101Z", "#fff", ' opacity=".5"')
        pen.path("M96 64H126L122.7 100Q122 103 119 103H103Q100 103 99.3 100Z", drink)
        if bubbles:
            pen.line(
                "M104 92h.1M110 82h.1M116 90h.1M112 72h.1M106 76h.1M118 74h.1M102 68h.1", "#fff", 2.4, ' opacity=".75"'
            )


def bolee(pen: Pen, drink: str, cup: str, bottle_colour: str = "#3c5a33", label: str = "#f2e6c8") -> None:
    """The earthenware bowl cider is drunk from, its bottle behind it."""
    _table(pen, 84, 48)
    pen.add('<g transform="translate(50 57)">')
    pen.path("M-7-52H7V-28Q17-20 17-6V44Q17 48 12 48H-12Q-17 48-17 44V-6Q-17-20-7-28Z", bottle_colour)
    pen.path("M-8-54H8V-42H-8Z", "#c9a24a")
    pen.path("M-17 2H17V28H-17Z", label)
    pen.disc(0, 15, 7, drink)
    pen.add("</g>")
    pen.line("M126 72Q144 70 142 82T122 94", cup, 5)
    pen.path("M72 64H130Q131 92 118 105H84Q71 92 72 64Z", cup)
    pen.add(
        f'<ellipse cx="101" cy="64" rx="29" ry="8" fill="#fff" opacity=".5"/>'
        f'<ellipse cx="101" cy="65" rx="26" ry="6.5" fill="{drink}"/>'
    )
    pen.line("M86 64h.1M94 67h.1M104 63h.1M112 66h.1M120 64h.1", "#fff", 2.4, ' opacity=".8"')
    pen.line("M78 78Q100 84 125 78", "#fff", 2, ' opacity=".35"')


def wine(pen: Pen, drink: str, bottle_colour: str = "#2f4a35", label: str = "#f3ead2") -> None:
    """A stemmed glass before its bottle."""
    _table(pen, 84, 46)
    pen.add('<g transform="translate(54 57)">')
    pen.path("M-6-54H6V-26Q16-20 16-6V44Q16 48 12 48H-12Q-16 48-16 44V-6Q-16-20-6-26Z", bottle_colour)
    pen.path("M-16 2H16V30H-16Z", label)
    pen.line("M-9 10H9M-9 16H9M-6 22H6", "#8a7a5a", 1.4)
    pen.add("</g>")
    pen.path("M88 34H124Q127 70 106 72 85 70 88 34Z", "#fff", ' opacity=".5"')
    pen.path("M88.5 48H123.500Q123 68 106 69.5 89 68 88.5 48Z", drink)
    pen.line("M106 72V102M94 103H118", "#fff", 3, ' opacity=".75"')
    pen.line("M94 44Q93 56 97 62", "#fff", 2.4, ' opacity=".6"')


def cup(
    pen: Pen, drink: str, china: str = "#fffaf2", art: str = "", size: float = 1, beside: Sequence[str] = ()
) -> None:
    """A cup on its saucer, from above. `art`: colour of the heart drawn in the foam."""
    pen.shadow(80, 64, 47, 46)
    pen.disc(80, 60, 46, china)
    pen.disc(80, 60, 36, "#000", ' opacity=".05"')
    pen.line("M104 44 120 32", china, 9)
    pen.line("M104 44 120 32", "#000", 9, ' opacity=".06"')
    pen.disc(80, 60, 31 * size, "#fff")
    pen.disc(80, 60, 31 * size, "#000", ' opacity=".04"')
    pen.disc(80, 60, 27 * size, drink)
    if art:
        pen.path("M80 76Q60 62 64 50 70 42 80 52 90 42 96 50 100 62 80 76Z", art)
        pen.path("M80 68Q70 60 72 54 76 50 80 56 84 50 88 54 90 60 80 68Z", drink)
    else:
        pen.line(
            f"M{80 - 16 * size:g} {60 - 8 * size:g}Q74 {60 - 22 * size:g} 88 {60 - 19 * size:g}",
            "#fff",
            2.4,
            ' opacity=".45"',
        )
    pen.scatter(beside, [(44, 82), (117, 82), (52, 90)], 0.95)


def jar(pen: Pen, inside: str, lid: str, label: str, fruit: Sequence[str] = ()) -> None:
    """A jar with a cloth lid."""
    _table(pen, 80, 36)
    pen.path("M50 40H110Q116 46 116 54V96Q116 106 106 106H54Q44 106 44 96V54Q44 46 50 40Z", inside)
    pen.line("M52 52V94", "#fff", 4, ' opacity=".4"')
    pen.path("M46 24Q80 16 114 24L118 40Q80 46 42 40Z", lid)
    pen.line("M48 36Q80 42 112 36", "#fff", 2, ' opacity=".5"')
    pen.path("M58 58H102V92H58Z", label)
    pen.scatter(fruit, [(80, 75), (124, 96), (36, 98)], 1.2)


def bag(pen: Pen, paper: str, label: str, mark: str) -> None:
    """A paper bag of flour."""
    _table(pen, 80, 40)
    pen.path("M48 22 112 22 116 104Q80 110 44 104Z", paper)
    pen.path("M46 12H114L112 26H48Z", paper)
    pen.line("M47 26H113M52 30 50 100M108 30 110 100", "#000", 1.4, ' opacity=".14"')
    pen.path("M60 44H100V88H60Z", label)
    pen.line("M80 82V52M80 60 72 54M80 60 88 54M80 70 71 63M80 70 89 63", mark, 3)
    pen.put("kasha", 126, 100, 0, 1.2)
    pen.put("kasha", 33, 102, 40, 1.2)


def tin(pen: Pen, metal: str, label: str, top: str) -> None:
    """A flat tin, its lid a picture."""
    pen.shadow(80, 66, 58, 36)
    pen.path("M24 46Q24 26 44 26H116Q136 26 136 46V76Q136 96 116 96H44Q24 96 24 76Z", metal)
    pen.path("M30 48Q30 32 46 32H114Q130 32 130 48V72Q130 88 114 88H46Q30 88 30 72Z", label)
    for place in range(3):
        pen.put(top, 52 + 28 * place, 60, -14 if place % 2 else 12, 1.05)


def coupe(pen: Pen, scoops: Sequence[str], top: Sequence[str] = ()) -> None:
    """Scoops in a stemmed dish."""
    _table(pen)
    pen.scatter(scoops, [(66, 44), (93, 44), (80, 26)], 1.75)
    pen.path(
        "M44 50H116Q112 80 84 84V98H98Q102 100 102 104H58Q58 100 62 98H76V84Q48 80 44 50Z", "#fff", ' opacity=".78"'
    )
    pen.line("M54 58Q58 70 68 75", "#fff", 3)
    pen.scatter(top, [(104, 30), (58, 30), (80, 12)], 1.1)


def pot(pen: Pen, layers: Sequence[str], top: Sequence[str]) -> None:
    """A small glass pot in layers, from the bottom up."""
    _table(pen, 80, 30)
    pen.path("M52 32H108L102 100Q101 105 96 105H64Q59 105 58 100Z", "#fff", ' opacity=".5"')
    step = 62 / len(layers)
    for place, colour in enumerate(layers):
        low, high = 102 - step * place, 102 - step * (place + 1)
        slope = [6 * (102 - height) / 68 for height in (low, high)]
        pen.path(
            f"M{60 - slope[1]:.1f} {high:.0f}H{100 + slope[1]:.1f}L{100 + slope[0]:.1f} {low:.0f}H{60 - slope[0]:.1f}Z",
            colour,
        )
    pen.line("M61 46 64 92", "#fff", 3, ' opacity=".5"')
    pen.scatter(top, [(70, 36), (88, 34), (79, 28), (97, 40), (62, 40)], 1.2)
