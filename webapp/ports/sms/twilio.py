"""The adapter for Twilio's Messages resource (API version 2010-04-01) and the carriers that speak like it.

Documented at https://www.twilio.com/docs/messaging/api/message-resource; what we use of it is in
`tests/contract/twilio.openapi.yaml`. It keeps no idempotency key: after an unknown outcome the newest messages to the
number are read, and the very words looked for, before anything is sent again.
"""

import base64
from typing import Any
from urllib.parse import urlencode

from webapp.ground.http import Answer, HttpPeer, NoAnswer, NotJson, Unreachable
from webapp.ports.sms.port import SmsOutcomeUnknown, SmsRefused, SmsUnavailable

NEWEST = 50
NOT_SENT = {"failed", "canceled", "undelivered"}
NOTHING_DONE = {408, 425, 429, 503}
# Twilio's error codes in our words; any other refusal keeps its number.
REFUSALS = {
    20003: "credentials", 20404: "credentials",
    21211: "bad_number", 21214: "bad_number", 21217: "bad_number", 21614: "bad_number", 21610: "unsubscribed",
    21408: "country", 21612: "country", 21602: "bad_text", 21617: "bad_text",
    21212: "sender", 21267: "sender", 21603: "sender", 21606: "sender", 21703: "sender", 21705: "sender",
}  # fmt: skip


class TwilioSms:
    """One account; an `SmsSender`."""

    def __init__(self, peer: HttpPeer, *, account: str, user: str, secret: str, sender: str) -> None:
        """What the account's console shows.

        Args:
            peer: https://api.twilio.com or a regional address of it.
            account: "AC…", the account that is charged.
            user: an API key "SK…", or the account itself.
            secret: of that key, or the account's token.
            sender: a number in E.164, an alphanumeric sender, or a messaging service "MG…".
        """
        self._peer = peer
        self._path = f"/2010-04-01/Accounts/{account}/Messages.json"
        word = base64.b64encode(f"{user}:{secret}".encode()).decode("ascii")
        self._headers = {"Authorization": f"Basic {word}"}
        named = "MessagingServiceSid" if sender.startswith("MG") and len(sender) == 34 else "From"
        self._sender = {named: sender}

    def send(self, to_e164: str, text: str, key: str, deadline_s: float, *, again: bool = False) -> str:
        """See `SmsSender.send`; `key` is of no use here, `again` makes it look before it sends."""
        del key
        if not again:
            return self._send(to_e164, text, deadline_s)
        return self._find(to_e164, text, deadline_s / 2) or self._send(to_e164, text, deadline_s / 2)

    def _send(self, to: str, text: str, deadline_s: float) -> str:
        form = urlencode({"To": to, "Body": text, **self._sender}).encode()
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = self._peer.request("POST", self._path, content=form, headers=headers, deadline_s=deadline_s)
        except Unreachable as error:
            raise SmsUnavailable("unreachable") from error
        except NoAnswer as error:
            raise SmsOutcomeUnknown("no whole answer") from error
        if answer.status in NOTHING_DONE:
            raise SmsUnavailable(f"status {answer.status}")
        if 400 <= answer.status < 500:
            raise _refusal(answer)
        sid = _sid(_fields(answer)) if answer.ok else None
        if sid is None:
            raise SmsOutcomeUnknown(f"unreadable answer, status {answer.status}")
        return sid

    def _find(self, to: str, text: str, deadline_s: float) -> str | None:
        query: dict[str, str | int] = {"To": to, "PageSize": NEWEST}
        try:
            answer = self._peer.request("GET", self._path, query=query, headers=self._headers, deadline_s=deadline_s)
        except (Unreachable, NoAnswer) as error:
            raise SmsUnavailable("cannot look") from error
        messages = _fields(answer).get("messages") if answer.ok else None
        if not isinstance(messages, list):
            raise SmsUnavailable(f"cannot look, status {answer.status}")
        found = (one for one in messages if isinstance(one, dict) and one.get("status") not in NOT_SENT)
        return next((sid for one in found if one.get("body") == text and (sid := _sid(one))), None)


def _fields(answer: Answer) -> dict[str, Any]:
    try:
        read = answer.json()
    except NotJson:
        return {}
    return read if isinstance(read, dict) else {}


def _sid(fields: dict[str, Any]) -> str | None:
    sid = fields.get("sid")
    return sid if isinstance(sid, str) and sid.isascii() and sid.isalnum() and 1 <= len(sid) <= 60 else None


def _refusal(answer: Answer) -> SmsRefused:
    if answer.status in {401, 403}:
        return SmsRefused("credentials")
    number = _fields(answer).get("code")
    known = isinstance(number, int) and not isinstance(number, bool)
    return SmsRefused(REFUSALS.get(number, f"refused_{number}") if known and number else f"http_{answer.status}")
