"""The adapter for a mail server, over TLS from the first byte or from STARTTLS on (RFC 8314, RFC 5321).

At least once: a line that breaks after the text was sent leaves us without an answer, and the mail goes again with the
same Message-ID, by which mailboxes know it for the same one.
"""

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from webapp.ground.clock import Clock
from webapp.ground.deadline import authorities
from webapp.ports.mail.port import Mail, MailRefused, MailTrouble

PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}
POLICY = SMTP.clone(cte_type="7bit")  # any server takes it, and no line of ours is rewritten on the way


@dataclass(frozen=True)
class Account:
    """Where mail is handed over, and as whom.

    Attributes:
        url: `smtps://host[:port]`, `smtp+starttls://host[:port]`, or `smtp://…` without encryption.
        sender: the address mail comes from, alone or as `Name <address>`.
        user: "" where the server asks nobody who they are.
        password: never logged.
        authorities: a PEM file of whoever vouches for the server; None for the usual ones.
    """

    url: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    authorities: Path | None = None


class SmtpMail:
    """One account at one mail server; a `MailSender`. Each mail has a connection of its own."""

    def __init__(self, account: Account, clock: Clock) -> None:
        """`clock`: dates the mails."""
        self._account = account
        self._clock = clock

    def send(self, mail: Mail, key: str, deadline_s: float) -> None:
        """See `MailSender.send`; everything, the name's look-up included, within `deadline_s` (G14)."""
        errand = _Errand(self._account, mail.to, self._letter(mail, key), deadline_s)
        thread = threading.Thread(target=errand.run, daemon=True, name="mail-errand")
        thread.start()
        thread.join(deadline_s)
        if thread.is_alive():
            errand.hang_up()
            raise MailTrouble("deadline passed")
        if errand.failure is not None:
            raise _read(errand.failure) from errand.failure

    def _letter(self, mail: Mail, key: str) -> EmailMessage:
        letter = EmailMessage(policy=POLICY)
        letter["From"] = self._account.sender
        letter["To"] = mail.to
        letter["Subject"] = " ".join(mail.subject.split())  # a merchant's name may hold anything (X2)
        letter["Date"] = format_datetime(self._clock.now())
        domain = parseaddr(self._account.sender)[1].rpartition("@")[2]
        letter["Message-ID"] = f"<{key}@{domain}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(mail.text)
        return letter


class _Errand:
    """One mail on its way, on a thread that can be left behind: nothing else ends a name's look-up or a drip."""

    def __init__(self, account: Account, to: str, letter: EmailMessage, patience_s: float) -> None:
        self._account = account
        self._to = to
        self._letter = letter
        self._patience_s = patience_s
        self._late = False
        self.line: smtplib.SMTP | None = None
        self.failure: Exception | None = None

    def run(self) -> None:
        """Go."""
        try:
            line = self._connected()
            if self._account.user:
                line.login(self._account.user, self._account.password)
            if self._late:
                return  # whoever waited has gone, and will come again with this mail
            sender = parseaddr(self._account.sender)[1]
            line.send_message(self._letter, from_addr=sender, to_addrs=[self._to])
        except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: hung up on in the middle of TLS
            self.failure = error
        else:
            self._say_goodbye(line)
        finally:
            self.hang_up()

    def _connected(self) -> smtplib.SMTP:
        parts = urlsplit(self._account.url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        if parts.scheme == "smtps":
            return _SecureLine(self, host, port, timeout=self._patience_s, context=self._context())
        line = _Line(self, host, port, timeout=self._patience_s)
        if parts.scheme == "smtp+starttls":
            line.starttls(context=self._context())
        return line

    def _context(self) -> ssl.SSLContext:
        chosen = self._account.authorities
        return authorities() if chosen is None else ssl.create_default_context(cafile=str(chosen))

    def _say_goodbye(self, line: smtplib.SMTP) -> None:
        try:
            line.quit()
        except (OSError, smtplib.SMTPException, ValueError):
            return  # the mail was taken; how the line ends changes nothing

    def hang_up(self) -> None:
        """End the line, whatever is being said on it."""
        self._late = True
        known = self.line.sock if self.line is not None else None
        if isinstance(known, socket.socket):
            with suppress(OSError):
                known.shutdown(socket.SHUT_RDWR)
            known.close()


class _Line(smtplib.SMTP):
    """Known to its errand before it connects, so that even a greeting that never ends can be hung up on."""

    def __init__(self, errand: _Errand, host: str, port: int, *, timeout: float) -> None:
        errand.line = self
        super().__init__(host, port, timeout=timeout)


class _SecureLine(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""

    def __init__(self, errand: _Errand, host: str, port: int, *, timeout: float, context: ssl.SSLContext) -> None:
        errand.line = self
        super().__init__(host, port, timeout=timeout, context=context)


def _read(failure: Exception) -> MailTrouble | MailRefused:
    """What a failure means: a clear no to this mail is final, all else may pass, wrong credentials included."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _said in failure.recipients.values()]
        return MailRefused("bad_address") if codes and min(codes) >= 500 else MailTrouble("not now")
    if isinstance(failure, smtplib.SMTPAuthenticationError):
        return MailTrouble("credentials")
    if isinstance(failure, smtplib.SMTPResponseException) and not isinstance(failure, smtplib.SMTPConnectError):
        refused = 500 <= failure.smtp_code < 600
        return MailRefused(f"smtp_{failure.smtp_code}") if refused else MailTrouble(f"smtp_{failure.smtp_code}")
    return MailTrouble(type(failure).__name__)
