"""Reading a token's name, envelope and end."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from webapp.ports.loyalty.pongo.connector import jwt_expiry, read_token

NOW = datetime(2026, 4, 23, 12, 0, tzinfo=UTC)


def jwt(claims: Any) -> str:
    return ".".join(("h", base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("="), "s"))


@pytest.mark.parametrize("body", [{"access_token": "t"}, {"token": "t"}, {"jwt": "t"}, {"data": {"jwt": "t", "x": 1}}])
def test_a_token_is_found_under_any_of_its_names(body: dict[str, Any]) -> None:
    assert read_token(body, NOW).value == "t"
    assert read_token(body, NOW).expires_at is None


def test_its_end_comes_from_expires_in_else_from_the_jwt() -> None:
    assert read_token({"token": "t", "expires_in": "60"}, NOW).expires_at == NOW + timedelta(seconds=60)
    assert read_token({"token": jwt({"exp": 1767225600})}, NOW).expires_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert read_token({"token": "t", "expires_in": 10**9}, NOW).expires_at is not None


@pytest.mark.parametrize("claims", [{}, [], 7, {"exp": None}, {"exp": "soon"}, {"exp": 1e300}, {"exp": -(10**17)}])
def test_a_strange_jwt_has_no_known_end(claims: Any) -> None:
    assert jwt_expiry(jwt(claims)) is None
    assert jwt_expiry("no-dots") is None
    assert jwt_expiry("a.%%%.c") is None
