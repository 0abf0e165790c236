"""The adapter for the sandbox carrier (`webapp.sandbox.inbox`), over real HTTP like any other vendor's."""

from webapp.ground.http import HttpPeer, NoAnswer, Unreachable
from webapp.ports.mail.port import Mail, MailRefused, MailTrouble

NOTHING_DONE = {408, 425, 429}


class SandboxMail:
    """One connection to the message inbox; a `MailSender`."""

    def __init__(self, peer: HttpPeer, *, api_key: str) -> None:
        """`peer`: the inbox; `api_key`: our bearer key there."""
        self._peer = peer
        self._headers = {"Authorization": f"Bearer {api_key}"}

    def send(self, mail: Mail, key: str, deadline_s: float) -> None:
        """See `MailSender.send`."""
        headers = {**self._headers, "Idempotency-Key": key}
        body = {"to": mail.to, "subject": mail.subject, "text": mail.text}
        try:
            answer = self._peer.request("POST", "/mails", json_body=body, headers=headers, deadline_s=deadline_s)
        except (Unreachable, NoAnswer) as error:
            raise MailTrouble(type(error).__name__) from error
        if answer.ok:
            return
        if 400 <= answer.status < 500 and answer.status not in NOTHING_DONE:
            raise MailRefused(f"http_{answer.status}")
        raise MailTrouble(f"status {answer.status}")
