"""Opening hours as people type them in one line: `11:30-14:30, 18:30-01:00`; nothing means closed."""

import re
from collections.abc import Sequence

LONGEST_TYPED = 300
_CLOCK = r"(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?"
_SPAN = re.compile(rf"\s*{_CLOCK}\s*(?:-|–|—|à|to|until)\s*{_CLOCK}\s*", re.ASCII)
_DAY = 24 * 60


def _time(hours: str, minutes: str | None, *, end: bool) -> str | None:
    total = int(hours) * 60 + int(minutes or 0)
    if int(minutes or 0) > 59 or total > _DAY or (total == _DAY and not end):
        return None
    return f"{total // 60:02}:{total % 60:02}"


def parse_spans(text: str) -> list[list[str]] | None:
    """The spans of a line, each `["11:30", "14:30"]`; [] for an empty line, None when it cannot be read.

    The last span of a day may pass midnight (`18:30-01:00`); `0-24` is the whole day. Whether spans overlap is the
    merchant document's to say (`check.py`).
    """
    if len(text) > LONGEST_TYPED:
        return None
    found: list[list[str]] = []
    for part in re.split(r"[,;/\n+]| et | and ", text.strip()) if text.strip() else ():
        span = _SPAN.fullmatch(part)
        opens = _time(span[1], span[2], end=False) if span else None
        closes = _time(span[3], span[4], end=True) if span else None
        if opens is None or closes is None:
            return None
        found.append([opens, closes])
    return found


def written(spans: Sequence[Sequence[str]]) -> str:
    """The line that reads back as these spans."""
    return ", ".join(f"{opens}-{closes}" for opens, closes in spans)
