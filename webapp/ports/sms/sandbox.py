"""The adapter for the sandbox carrier (`webapp.sandbox.inbox`), over real HTTP like any other vendor's."""

from webapp.ground.http import Answer, HttpPeer, NoAnswer, NotJson, Unreachable
from webapp.ports.sms.port import SmsOutcomeUnknown, SmsRefused, SmsUnavailable

NOTHING_DONE = {408, 425, 429, 503}


class SandboxSms:
    """One connection to the message inbox; an `SmsSender`."""

    def __init__(self, peer: HttpPeer, *, api_key: str) -> None:
        """`peer`: the inbox; `api_key`: our bearer key there."""
        self._peer = peer
        self._headers = {"Authorization": f"Bearer {api_key}"}

    def send(self, to_e164: str, text: str, key: str, deadline_s: float, *, again: bool = False) -> str:
        """See `SmsSender.send`; this carrier keeps our keys, so that asking again needs no question before."""
        del again
        headers = {**self._headers, "Idempotency-Key": key}
        body = {"to": to_e164, "text": text}
        try:
            answer = self._peer.request("POST", "/messages", json_body=body, headers=headers, deadline_s=deadline_s)
        except Unreachable as error:
            raise SmsUnavailable("unreachable") from error
        except NoAnswer as error:
            raise SmsOutcomeUnknown("no whole answer") from error
        if answer.status in NOTHING_DONE:
            raise SmsUnavailable(f"status {answer.status}")
        if 400 <= answer.status < 500:
            raise SmsRefused(_word(answer, "error", "code") or f"http_{answer.status}")
        message_id = _word(answer, "id") if answer.ok else None
        if message_id is None:
            raise SmsOutcomeUnknown(f"unreadable answer, status {answer.status}")
        return message_id


def _word(answer: Answer, *path: str) -> str | None:
    try:
        value = answer.json()
        for name in path:
            value = value[name]
    except (NotJson, KeyError, TypeError):
        return None
    return value if isinstance(value, str) and value.isascii() and 1 <= len(value) <= 60 else None
