"""Pages from templates; every value is escaped."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webapp.sandbox.payment.texts import money
from webapp.sandbox.wire import Response, as_style

PAGES = Path(__file__).with_name("pages")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["money"] = money
    return environment


def page(name: str, **values: Any) -> str:
    """The template `name` of this peer with these values."""
    return _environment().get_template(name).render(**values)


def style() -> Response:
    """The one stylesheet of this peer."""
    return as_style((PAGES / "style.css").read_bytes())
