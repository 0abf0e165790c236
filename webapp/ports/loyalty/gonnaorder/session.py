"""Signing in on the vendor's other host, and once more when a token is refused (gonnaorder.md section 3)."""

import threading
import time
from collections.abc import Mapping

from webapp.ground.http import Answer, HttpPeer
from webapp.ports.loyalty import answers, fields
from webapp.ports.loyalty.errors import BadAnswer, Disconnected, OutcomeUnknown, Refused, Unavailable
from webapp.ports.loyalty.gonnaorder.credentials import Credentials, Login
from webapp.ports.loyalty.gonnaorder.guesses import Guesses
from webapp.ports.loyalty.wire import Wire, written

BEARER = "Bearer "


class Session:
    """Sends requests with the store's token, kept in memory only."""

    def __init__(self, api: HttpPeer, login: HttpPeer, credentials: Credentials, guesses: Guesses) -> None:
        """`api` and `login`: the vendor's two hosts."""
        self._api, self._door = Wire(api), Wire(login)
        self._credentials, self._guesses = credentials, guesses
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        path: str,
        store: str,
        deadline_s: float,
        *,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request with this store's token; signed in again once when the token is refused.

        Raises:
            Disconnected: there are no credentials for this store, or they are refused.
            LoyaltyError: as `Wire.send`.
        """
        ends = time.monotonic() + deadline_s
        login = self._credentials.login_for(store)
        if login is None:
            raise Disconnected("no credentials for this store")
        answer = self._once(method, path, login, ends, content, query)
        if answer.status == 401 and not login.token:
            self._forget(login)
            answer = self._once(method, path, login, ends, content, query)
        return answer

    def _once(
        self, method: str, path: str, login: Login, ends: float, content: bytes | None, query: Mapping[str, str] | None
    ) -> Answer:
        headers = {"Authorization": BEARER + self._token(login, ends)}
        left = ends - time.monotonic()
        return self._api.send(method, path, left, content=content, query=query, headers=headers)

    def _forget(self, login: Login) -> None:
        with self._lock:
            self._tokens.pop(login.username, None)

    def _token(self, login: Login, ends: float) -> str:
        if login.token:
            return login.token
        with self._lock:
            kept = self._tokens.get(login.username)
        if kept is None:
            kept = self._sign_in(login, ends - time.monotonic())
            with self._lock:
                self._tokens[login.username] = kept
        return kept

    def _sign_in(self, login: Login, deadline_s: float) -> str:
        """The token of a new sign-in. However it fails, what was asked for has not been sent."""
        content = written({"username": login.username, "password": login.password})
        try:
            body = answers.content(self._door.send("POST", self._guesses.paths.login, deadline_s, content=content))
        except (Refused, Disconnected) as refused:
            raise Disconnected("the sign-in was refused") from refused
        except (OutcomeUnknown, BadAnswer) as lost:
            raise Unavailable("the sign-in was not answered") from lost
        token = _token_in(body, self._guesses)
        if token is None:
            raise Unavailable("the sign-in gave no token")
        return token


def _token_in(body: object, guesses: Guesses) -> str | None:
    if not isinstance(body, dict):
        return None
    tokens = body.get("tokens")
    found = fields.secret(tokens, guesses.jwt) if isinstance(tokens, dict) else None
    return (found or fields.secret(body, (guesses.header_in_answer,)) or "").removeprefix(BEARER).strip() or None
