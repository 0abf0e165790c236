"""Stripe's bracketed forms: `a[b][0][c]=1` as nested values."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

_PART = re.compile(r"\[([^\[\]]*)\]")


def nested(body: str) -> dict[str, Any]:
    """The fields of a form or a query; numbered parts stay objects with the numbers as names."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        head, parts = name.split("[", 1)[0], _PART.findall(name)
        here, names = found, [head, *parts]
        for part in names[:-1]:
            inner = here.setdefault(part, {})
            here = inner if isinstance(inner, dict) else {}
        here[names[-1]] = value
    return found


def flat(values: Mapping[str, Any], under: str = "") -> list[tuple[str, str]]:
    """The other way: pairs for a form."""
    pairs: list[tuple[str, str]] = []
    for name, value in values.items():
        full = f"{under}[{name}]" if under else name
        pairs += flat(value, full) if isinstance(value, Mapping) else [(full, str(value))]
    return pairs
