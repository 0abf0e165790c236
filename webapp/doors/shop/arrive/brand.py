"""A merchant's accent, corrected until it can be read: one stylesheet of five tokens for light and dark.

Contrast is WCAG 2.2's: text on the accent 4.5:1, the accent as a control against the page 3:1, the accent as text
4.5:1 on every surface it stands on.
"""

from functools import lru_cache

Colour = tuple[int, int, int]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
# The surfaces of static/css/tokens.css that lie farthest from white and from black.
LIGHT_SURFACES: tuple[Colour, ...] = ((255, 255, 255), (250, 249, 247), (242, 240, 237))
DARK_SURFACES: tuple[Colour, ...] = ((20, 19, 17), (30, 28, 26), (40, 37, 34))
TEXT = 4.5
CONTROL = 3.0
STEPS = 100


def parse(accent: str) -> Colour:
    """`#rrggbb` as numbers; the merchant document lets nothing else pass."""
    return int(accent[1:3], 16), int(accent[3:5], 16), int(accent[5:7], 16)


def written(colour: Colour) -> str:
    """The colour as CSS writes it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: Colour) -> float:
    """WCAG's relative luminance, 0 (black) to 1 (white)."""
    linear = [part / 3294.6 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Colour, other: Colour) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`share` (0 to 1) of `other` in `one`."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def moved(accent: Colour, towards: Colour, surfaces: tuple[Colour, ...], ratio: float) -> Colour:
    """The nearest shade of `accent` on the way `towards` black or white that stands out by `ratio` everywhere."""
    for step in range(STEPS + 1):
        shade = mixed(accent, towards, step / STEPS)
        if all(contrast(shade, surface) >= ratio for surface in surfaces):
            return shade
    return towards


def _on(accent: Colour) -> Colour:
    """Text on the accent: white, or black where white cannot be read (one of the two always can)."""
    return WHITE if contrast(accent, WHITE) >= TEXT else BLACK


def _theme(accent: Colour, towards: Colour, surfaces: tuple[Colour, ...], wash: float) -> tuple[Colour, ...]:
    control = moved(accent, towards, surfaces, CONTROL)
    washed = mixed(surfaces[1], accent, wash)
    ink = moved(accent, towards, (*surfaces, washed), TEXT)
    return control, _on(control), ink, washed


@lru_cache(maxsize=256)
def stylesheet(accent: str) -> str:
    """The merchant's tokens. `accent`: `#rrggbb`."""
    colour = parse(accent)
    light = _theme(colour, BLACK, LIGHT_SURFACES, 0.07)
    dark = _theme(colour, WHITE, DARK_SURFACES, 0.16)
    names = ("--accent", "--on-accent", "--accent-ink", "--accent-wash")
    pairs = zip(names, light, dark, strict=True)
    return ":root{" + "".join(f"{name}:light-dark({written(a)},{written(b)});" for name, a, b in pairs) + "}\n"
