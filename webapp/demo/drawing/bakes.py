"""What is baked or stacked, and the trays of set menus."""

from collections.abc import Sequence

from webapp.demo.drawing.pen import Pen
from webapp.demo.drawing.plates import plate


def burger(pen: Pen) -> None:
    """A burger between two galettes."""
    pen.path("M0 96H160V120H0Z", "#000", ' opacity=".07"')
    pen.shadow(80, 103, 50, 5)
    pen.path("M36 84H124Q126 102 112 102H48Q34 102 36 84Z", "#8d6340")
    pen.path("M32 72H128Q130 86 122 86H38Q30 86 32 72Z", "#5d3523")
    pen.path("M34 66H126L112 78 98 68 84 82 70 68 54 78Z", "#f3b233")
    pen.path(
        "M30 64Q38 54 46 62 54 54 62 62 70 54 80 62 90 54 98 62 106 54 114 62 122 54 130 64 126 72 80 70 34 72 30 64Z",
        "#6ba244",
    )
    pen.path("M36 58Q38 24 80 22 122 24 124 58Q80 64 36 58Z", "#a0744d")
    pen.line("M52 44Q60 32 74 30", "#c79b6f", 4)
    pen.line("M70 42h.1M88 36h.1M100 46h.1M84 50h.1M62 52h.1M110 52h.1", "#5d4029", 2.4)
    pen.put("gherkin", 74, 66, 8, 0.9)
    pen.put("tomato", 100, 66, 0, 0.8)


def hotdog(pen: Pen) -> None:
    """A sausage rolled in a galette, in its paper."""
    pen.shadow(80, 72, 60, 22)
    pen.add('<g transform="rotate(-16 80 60)">')
    pen.path("M20 52Q14 60 20 68H140Q148 60 140 52Z", "#a3442c")
    pen.line("M26 56H134", "#d9826a", 3)
    pen.path("M34 44Q80 34 122 44 128 60 122 78 80 84 34 78 40 60 34 44Z", "#8d6340")
    pen.path("M34 44Q74 38 96 46 84 62 92 79 60 82 34 78 40 60 34 44Z", "#a0744d")
    pen.line("M50 54h.1M64 66h.1M76 52h.1M104 58h.1M112 68h.1M56 72h.1", "#5d4029", 2.4)
    pen.path("M58 42 108 80 96 92 52 86Z", "#fffaf2")
    pen.line("M62 54 98 82M58 66 86 88", "#d9402f", 2)
    pen.add("</g>")


def tray(pen: Pen, items: Sequence[str], main: str) -> None:
    """A set menu: one large plate with a glass and something small beside it."""
    pen.path(
        "M10 18Q10 12 16 12H144Q150 12 150 18V102Q150 108 144 108H16Q10 108 10 102Z",
        "#000",
        ' opacity=".1" transform="translate(0 3)"',
    )
    pen.path("M10 18Q10 12 16 12H144Q150 12 150 18V102Q150 108 144 108H16Q10 108 10 102Z", "#b98552")
    pen.path("M16 18H144V102H16Z", "#c99864")
    pen.disc(62, 62, 39, "#000", ' opacity=".12"')
    pen.disc(62, 60, 39, "#fffaf2")
    pen.path(
        "M40 44Q40 38 46 38H78Q84 38 84 44V76Q84 82 78 82H46Q40 82 40 76Z", "#8d6340" if main == "egg" else "#a0744d"
    )
    pen.path("M47 47Q62 51 77 47 73 60 77 73 62 69 47 73 51 60 47 47Z", "#f3d384")
    pen.put(main, 62, 60, 0, 0.95)
    pen.disc(122, 38, 18, "#fff", ' opacity=".85"')
    pen.disc(122, 38, 14.5, items[0])
    pen.line("M112 32Q116 26 123 26", "#fff", 2.4, ' opacity=".6"')
    if len(items) > 1:
        pen.disc(122, 82, 19, "#fffaf2")
        pen.put(items[1], 122, 82, 0, 1.25)


def pastry(pen: Pen, dough: str, shine: str, top: str = "") -> None:
    """A round, coiled, caramelised cake."""
    plate(pen)
    pen.disc(80, 60, 33, "#8a5420")
    pen.disc(80, 59, 31, dough)
    pen.line("M80 60Q86 54 90 62T76 72 62 58 82 40 104 60 82 84 56 68", shine, 4)
    pen.line("M62 44Q70 36 82 35", "#fff", 2.6, ' opacity=".5"')
    if top:
        pen.put(top, 80, 58, 0, 1.1)


def wedge(pen: Pen, filling: str, crust: str, top: Sequence[str], glaze: str = "") -> None:
    """A slice of cake from above and a little aside."""
    plate(pen)
    pen.path("M40 46 118 34 118 52 48 82 40 64Z", crust)
    pen.path("M40 64 118 52 118 74Q84 94 48 92Z", filling)
    pen.path("M40 46Q76 22 118 34L118 54 40 66Z", glaze or filling)
    pen.line("M44 62 116 51", "#000", 1.4, ' opacity=".12"')
    pen.scatter(top, [(64, 50), (84, 45), (104, 44), (70, 76), (96, 68)], 0.9)


def tart(pen: Pen) -> None:
    """A small tart under torched meringue."""
    plate(pen)
    pen.disc(80, 60, 34, "#c98a3f")
    pen.disc(80, 60, 30, "#f6d743")
    for x, y in ((80, 46), (68, 54), (92, 54), (71, 69), (89, 69), (80, 59)):
        pen.put("cream", x, y, pen.chance.randrange(-20, 20), 1.15)
    pen.line("M72 44q6-4 10-1M88 62q5-3 8 0M66 66q5-3 8 0", "#c98a3f", 2, ' opacity=".7"')


def baguette(pen: Pen) -> None:
    """Two baguettes, crossed."""
    for turn in (-24, -8):
        pen.add(f'<g transform="rotate({turn} 80 60)">')
        pen.path("M10 64Q12 50 40 48H120Q150 50 150 60T120 74H40Q12 76 10 64Z", "#b06f2a")
        pen.path("M16 60Q20 52 42 51H118Q142 53 144 58 120 62 42 63 20 64 16 60Z", "#d6994d")
        pen.line("M40 68 54 52M64 69 78 52M88 69 102 52M112 69 124 54", "#f3d49b", 4)
        pen.add("</g>")


def loaf(pen: Pen) -> None:
    """A round country loaf with a floured cross."""
    pen.shadow(80, 66, 52, 44)
    pen.add(
        '<ellipse cx="80" cy="60" rx="52" ry="44" fill="#8f5a28"/>'
        '<ellipse cx="79" cy="57" rx="47" ry="39" fill="#b97a3c"/>'
    )
    pen.line("M50 44Q80 62 112 74M108 38Q84 60 56 84", "#f0dcb8", 6)
    pen.line("M46 62Q50 76 62 84M96 32Q112 38 118 52", "#e3c08a", 3, ' opacity=".8"')


def fougasse(pen: Pen, top: Sequence[str]) -> None:
    """A leaf-shaped bread with its cuts."""
    pen.shadow(80, 66, 58, 40)
    pen.path("M18 66Q36 18 92 20 144 30 146 60 132 98 84 100 32 98 18 66Z", "#c48a45")
    pen.path("M24 64Q42 24 92 26 136 34 140 58 128 90 84 93 38 92 24 64Z", "#dda960")
    pen.line("M34 62H128M54 44 66 54M82 36 92 50M110 40 116 50M56 82 68 72M84 86 94 74M112 80 118 70", "#8f5a28", 5)
    pen.scatter(top, [(48, 56), (76, 46), (104, 54), (76, 76), (104, 72), (128, 50)])


def croissant(pen: Pen) -> None:
    """A croissant."""
    outline = "M16 84Q20 34 80 28 140 34 144 84 134 92 124 82 112 64 80 62 48 64 36 82 26 92 16 84Z"
    pen.path(outline, "#000", ' opacity=".13" transform="translate(0 5)"')
    pen.path(outline, "#b8742c")
    pen.path("M22 78Q30 40 80 33 130 40 138 78 116 48 80 46 44 48 22 78Z", "#dda252")
    pen.line("M38 50 48 70M58 36 64 63M80 31V62M102 36 96 63M122 50 112 70", "#93561b", 3)
    pen.line("M48 44Q60 38 72 37", "#f6d79f", 3)


def chocolate_roll(pen: Pen) -> None:
    """A pain au chocolat."""
    pen.shadow(80, 90, 54, 12)
    pen.path("M28 46Q30 32 46 32H114Q130 32 132 46V82Q130 94 114 94H46Q30 94 28 82Z", "#b8742c")
    pen.path("M32 46Q36 36 48 36H112Q124 36 128 46 80 56 32 46Z", "#e2aa5c")
    pen.line("M34 58Q80 68 126 58M34 70Q80 80 126 70M36 82Q80 90 124 82", "#93561b", 2.4)
    pen.path("M42 90h14v8h-14zM104 90h14v8h-14z", "#4a2a1a")
    pen.line("M48 42Q64 46 84 46", "#f6d79f", 3)


def boats(pen: Pen, count: int = 5) -> None:
    """Boat-shaped biscuits."""
    for place in range(count):
        x, y = 46 + 34 * (place % 3) + (17 if place > 2 else 0), 44 + 34 * (place // 3)
        pen.add(f'<g transform="translate({x} {y}) rotate(-24)">')
        pen.path("M-22 2Q0-14 22 2 0 14-22 2Z", "#c98f47")
        pen.path("M-18 1Q0-10 18 1 0 8-18 1Z", "#e6bb78")
        pen.line("M-12 1H12", "#93602a", 2)
        pen.add("</g>")


def sandwich(pen: Pen, top: Sequence[str], bread: str = "#c98f47") -> None:
    """A filled loaf from the side."""
    pen.shadow(80, 98, 58, 8)
    pen.path("M18 76H142Q146 98 122 98H38Q14 98 18 76Z", bread)
    pen.path(
        "M18 74Q30 62 40 72 52 60 64 72 76 60 88 72 100 60 112 72 126 62 142 74 130 84 80 82 30 84 18 74Z", "#6ba244"
    )
    pen.scatter(top, [(36, 66), (58, 66), (80, 66), (102, 66), (124, 66)], 1.15)
    pen.path("M16 60Q14 30 80 28 146 30 144 60 80 68 16 60Z", bread)
    pen.path("M24 52Q28 36 80 33 124 35 134 48 80 44 24 52Z", "#e6bb78")
    pen.line("M54 48 62 40M80 46 88 38M106 48 112 41", "#fbeccb", 3)


def biscuits(pen: Pen) -> None:
    """Round butter biscuits, overlapping."""
    for x, y in ((52, 70), (108, 72), (66, 46), (96, 46), (80, 66)):
        pen.shadow(x, y + 3, 21, 20)
        pen.disc(x, y, 20, "#b98043")
        pen.disc(x, y, 17, "#dcab68")
        pen.line(f"M{x - 8} {y - 4}h16M{x - 8} {y + 4}h16M{x - 4} {y - 8}v16M{x + 4} {y - 8}v16", "#c08c4b", 1.4)
