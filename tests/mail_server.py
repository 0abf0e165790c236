"""A mail server on this machine for tests: real SMTP, with TLS from the start or from STARTTLS on, and its faults."""

import base64
import datetime as dt
import ipaddress
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "shop", "a password of the mail server"


@dataclass
class MailServer:
    """What it was given, and how it behaves.

    Attributes:
        faults: what happens instead, by the word of the protocol: an answer such as "550 no", or `hang`, `drip`,
            `drop`.
            `after`: what happens once the text has been taken.
        tls: "start", "implicit" or "none".
        heard: every command, without what came after its word.
    """

    tls: str = "start"
    port: int = 0
    authorities: Path = Path()
    faults: dict[str, str] = field(default_factory=dict)
    taken: list[Message] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """For the settings."""
        scheme = {"start": "smtp+starttls", "implicit": "smtps", "none": "smtp"}[self.tls]
        return f"{scheme}://127.0.0.1:{self.port}"


class _Line(socketserver.BaseRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        room = self.server.room
        self.request.settimeout(10)
        try:
            if room.tls == "implicit":
                self._encrypt()
            self.file = self.request.makefile("rb")
            self._talk(room)
        except (OSError, ssl.SSLError, EOFError, ValueError):
            return

    def _encrypt(self) -> None:
        self.request = self.server.context.wrap_socket(self.request, server_side=True)
        self.file = self.request.makefile("rb")

    def _say(self, *lines: str) -> None:
        self.request.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def _faulty(self, word: str) -> bool:
        fault = self.server.room.faults.get(word)
        if fault == "hang":
            time.sleep(2)
        elif fault == "drip":
            for _ in range(40):
                self.request.sendall(b"2")
                time.sleep(0.05)
        elif fault == "drop":
            self.request.shutdown(socket.SHUT_RDWR)
        elif fault:
            self._say(fault)
            return True
        else:
            return False
        raise EOFError

    def _talk(self, room: MailServer) -> None:
        if not self._faulty("greeting"):
            self._say("220 mail.test ready")
        encrypted = room.tls == "implicit"
        while line := self.file.readline(4096):
            word = line.split()[0].upper().decode() if line.split() else ""
            room.heard.append(word)
            if self._faulty(word):
                continue
            if word == "EHLO":
                offers = ["250-STARTTLS"] if room.tls == "start" and not encrypted else []
                self._say("250-mail.test", *offers, "250 AUTH PLAIN")
            elif word == "STARTTLS":
                self._say("220 go ahead")
                self._encrypt()
                encrypted = True
            elif word == "AUTH":
                told = base64.b64decode(line.split()[2]).split(b"\0")
                room.users.append(told[1].decode())
                self._say("235 welcome" if told[1:] == [USER.encode(), PASSWORD.encode()] else "535 who are you")
            elif word == "DATA":
                self._take(room)
            else:
                self._say("221 bye" if word == "QUIT" else "250 ok")

    def _take(self, room: MailServer) -> None:
        self._say("354 go ahead")
        text = b""
        while (line := self.file.readline(4096)) not in {b".\r\n", b""}:
            text += line.removeprefix(b".") if line.startswith(b"..") else line
        room.taken.append(message_from_bytes(text, policy=default))
        if not self._faulty("after"):
            self._say("250 taken")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    room: MailServer
    context: ssl.SSLContext


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that vouches for itself, for 127.0.0.1; its file and its key's."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    today = dt.datetime.now(dt.UTC)
    where = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder: Any = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(today - dt.timedelta(days=1))
    builder = builder.not_valid_after(today + dt.timedelta(days=1)).add_extension(where, critical=False)
    made = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate, secret = folder / "mail.pem", folder / "mail.key"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    pem, kind = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(pem, kind, plain))
    return certificate, secret


@contextmanager
def mail_server(folder: Path, tls: str = "start") -> Iterator[MailServer]:
    """One for the length of the block."""
    certificate, key = _certificate(folder)
    server = _Server(("127.0.0.1", 0), _Line)
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(certificate, key)
    server.room = MailServer(tls, server.server_address[1], certificate)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.room
    finally:
        server.shutdown()
        server.server_close()
