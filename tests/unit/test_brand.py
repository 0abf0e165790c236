"""Any accent a merchant may choose can be read, in light and in dark."""

import re

from hypothesis import given
from hypothesis import strategies as st

from webapp.doors.shop.arrive.brand import (
    CONTROL,
    DARK_SURFACES,
    LIGHT_SURFACES,
    TEXT,
    contrast,
    parse,
    stylesheet,
    written,
)

PAIR = re.compile(r"(--[a-z-]+):light-dark\((#[0-9a-f]{6}),(#[0-9a-f]{6})\)")


def test_black_on_white_is_twenty_one() -> None:
    assert round(contrast((0, 0, 0), (255, 255, 255)), 2) == 21
    assert round(contrast((118, 118, 118), (255, 255, 255)), 2) == 4.54


@given(st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True))
def test_every_accent_is_made_readable(accent: str) -> None:
    found = {name: (light, dark) for name, light, dark in PAIR.findall(stylesheet(accent))}
    for theme, surfaces in ((0, LIGHT_SURFACES), (1, DARK_SURFACES)):
        colours = {name: parse(pair[theme]) for name, pair in found.items()}
        assert contrast(colours["--accent"], colours["--on-accent"]) >= TEXT
        assert all(contrast(colours["--accent"], surface) >= CONTROL for surface in surfaces)
        assert all(contrast(colours["--accent-ink"], surface) >= TEXT for surface in surfaces)
        assert contrast(colours["--accent-ink"], colours["--accent-wash"]) >= TEXT


def test_a_good_accent_is_left_alone() -> None:
    assert "--accent:light-dark(#0f5e5a," in stylesheet("#0f5e5a")


def test_colours_are_written_as_they_are_read() -> None:
    assert written(parse("#0A5e5a")) == "#0a5e5a"
