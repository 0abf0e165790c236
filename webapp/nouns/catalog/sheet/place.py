"""In which line of a JSON file each row of the menu begins, for whoever has to find it."""

import json
import re
from collections.abc import Iterator

from webapp.nouns.catalog.sheet.file import Origin

SPACE = re.compile(r"[\s,]*")
COLON = re.compile(r"\s*:\s*")


def lines_of(text: str) -> dict[Origin, int]:
    """Line of every row of the lists at the top of a valid JSON object; `text` was read by `json` before."""
    found: dict[Origin, int] = {}
    line, done = 1, 0
    for name, number, at in _rows(text):
        line += text.count("\n", done, at)
        done = at
        found[name, number, "", 0] = line
    return found


def _rows(text: str) -> Iterator[tuple[str, int, int]]:
    decoder = json.JSONDecoder()
    at = text.find("{") + 1
    while at and (at := _after(SPACE, text, at)) < len(text) and text[at] == '"':
        name, at = decoder.raw_decode(text, at)
        at = _after(COLON, text, at)
        if text[at] != "[":
            _, at = decoder.raw_decode(text, at)
            continue
        at, number = _after(SPACE, text, at + 1), 0
        while text[at] != "]":
            yield name, number, at
            _, at = decoder.raw_decode(text, at)
            at, number = _after(SPACE, text, at), number + 1
        at += 1


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()
