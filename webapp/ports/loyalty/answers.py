"""From an HTTP answer to JSON or to one of the port's errors; the statuses mean the same everywhere."""

import re
from typing import Any

from webapp.ground.http import Answer, NotJson
from webapp.ports.loyalty.errors import (
    BadAnswer,
    Conflict,
    Disconnected,
    Forbidden,
    LoyaltyError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
)

LONGEST_WAIT_S = 3600
_FIELD = re.compile(r"[A-Za-z0-9_.]{1,60}")
_PIN = re.compile(r"\bpin\b", re.IGNORECASE)


def content(answer: Answer) -> Any:
    """The JSON of a success; None when it has no body (204).

    Raises:
        LoyaltyError: for any other status, or a body that is not JSON.
    """
    if not answer.ok:
        raise failure(answer)
    if not answer.body.strip():
        return None
    try:
        return answer.json()
    except NotJson as error:
        raise BadAnswer(f"{answer.status} without JSON") from error


def failure(answer: Answer) -> LoyaltyError:
    """The error that a status other than 2xx stands for."""
    status, detail = answer.status, str(answer.status)
    wait = _retry_after(answer)
    if status == 429:
        return RateLimited(detail, retry_after_s=wait)
    # A time-out or failure on their side says nothing about what was done before it.
    if status >= 500 or status == 408:
        return OutcomeUnknown(detail, retry_after_s=wait)
    simple: dict[int, type[LoyaltyError]] = {401: Disconnected, 403: Forbidden, 404: NotFound, 409: Conflict}
    if status in simple:
        return simple[status](detail)
    if 400 <= status < 500:
        fields = refused_fields(answer)
        return Refused(" ".join((detail, *fields)), fields=fields)
    return BadAnswer(detail)


def refused_fields(answer: Answer) -> tuple[str, ...]:
    """Names of the fields a 422 complains about; values and sentences are left out, they may be personal."""
    try:
        body = answer.json()
    except NotJson:
        return ()
    if not isinstance(body, dict):
        return ()
    errors = body.get("errors")
    names = [name for name in errors if _FIELD.fullmatch(name)][:20] if isinstance(errors, dict) else []
    if "pin" not in names and _PIN.search(str(body.get("message", ""))[:1000]):
        names.append("pin")
    return tuple(names)


def _retry_after(answer: Answer) -> int | None:
    text = next((value for name, value in answer.headers.items() if name.lower() == "retry-after"), "").strip()
    return min(int(text), LONGEST_WAIT_S) if text.isdecimal() and len(text) < 10 else None
