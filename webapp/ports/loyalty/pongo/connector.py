"""Connecting a merchant: OAuth's code flow, with the vendor's own grant (pongo.md section 2)."""

import base64
import binascii
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from webapp.ground.clock import Clock
from webapp.ground.http import HttpPeer
from webapp.ports.loyalty import fields as shape
from webapp.ports.loyalty.errors import BadAnswer
from webapp.ports.loyalty.pongo.guesses import DEFAULT, Guesses
from webapp.ports.loyalty.values import Token
from webapp.ports.loyalty.wire import Wire

LONGEST_TOKEN = 8192
LONGEST_LIFE_S = 100 * 365 * 86400
_TOKEN = re.compile(r"[!-~]+")  # printable and without blanks, so that it fits a header


class PongoConnector:
    """Before there is a token: the form's address and the exchange of the code."""

    def __init__(
        self, peer: HttpPeer, *, client_id: str, client_secret: str, clock: Clock, guesses: Guesses = DEFAULT
    ) -> None:
        """`client_id` and `client_secret`: issued by the vendor; the secret is sent to its token address only."""
        self._base_url = peer.base_url
        self._wire = Wire(peer)
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._guesses = guesses

    def authorize_url(self, *, redirect_uri: str, state: str) -> str:
        """See `OAuthConnector.authorize_url`. `redirect_uri` must be on the vendor's allow-list."""
        query = {
            "client_id": self._client_id,
            "state": state,
            "redirect_uri": redirect_uri,
            "scope": self._guesses.scope_separator.join(self._guesses.scopes),
        }
        return f"{self._base_url}{self._guesses.paths.authorize}?{urlencode(query)}"

    def exchange_code(self, code: str, *, deadline_s: float) -> Token:
        """See `OAuthConnector.exchange_code`.

        Raises:
            Refused, Disconnected: the code or our credentials were refused.
            BadAnswer: no token in the answer.
        """
        body = {
            "grant_type": self._guesses.grant_type,
            "code": code,
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        answer = self._wire.call("POST", self._guesses.paths.exchange, deadline_s, body)
        return read_token(answer, self._clock.now(), self._guesses)


def read_token(body: Any, now: datetime, guesses: Guesses = DEFAULT) -> Token:
    """The token in an answer, its names and envelope unknown; its end from `expires_in`, else from the JWT.

    Raises:
        BadAnswer: none that could be used.
    """
    fields = shape.record(body)
    candidates = (fields.get(name) for name in guesses.names.token)
    value = next((text for text in candidates if isinstance(text, str) and _TOKEN.fullmatch(text)), None)
    if value is None or len(value) > LONGEST_TOKEN:
        raise BadAnswer("no usable token")
    life = shape.whole(fields, ("expires_in",))
    expires_at = now + timedelta(seconds=min(life, LONGEST_LIFE_S)) if life else jwt_expiry(value)
    return Token(value, expires_at)


def jwt_expiry(token: str) -> datetime | None:
    """The `exp` claim, read without verification: a hint for a warning, never a decision."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError, binascii.Error):
        return None
