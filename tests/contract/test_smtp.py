"""The mail adapter against a real mail server: encrypted or not at all, within its deadline, at least once."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from tests.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.shop import NOON
from webapp.ground.clock import FixedClock
from webapp.ports.mail.port import Mail, MailRefused, MailTrouble
from webapp.ports.mail.smtp import Account, SmtpMail

LINK = "https://shop.test/desk/reset/" + "a" * 60
MAIL = Mail("ada@example.org", "Votre nouveau mot de passe – Crêperie\r\nBcc: eve@example.org", f"Bonjour é\n{LINK}\n")


def sender(server: MailServer, **changes: Any) -> SmtpMail:
    known = Account(server.url, "Passe-plat <desk@shop.test>", USER, PASSWORD, server.authorities)
    return SmtpMail(replace(known, **changes), FixedClock(NOON))


@pytest.mark.parametrize("tls", ["start", "implicit"])
def test_a_mail_arrives_encrypted_with_its_words_whole_and_nothing_slipped_in(tmp_path: Path, tls: str) -> None:
    with mail_server(tmp_path, tls) as server:
        sender(server).send(MAIL, "reset-1", 5)
    (letter,) = server.taken
    assert (letter["To"], letter["From"]) == ("ada@example.org", "Passe-plat <desk@shop.test>")
    assert letter["Subject"] == "Votre nouveau mot de passe – Crêperie Bcc: eve@example.org"
    assert letter["Bcc"] is None
    assert letter["Message-ID"] == "<reset-1@shop.test>"
    assert letter["Date"] == "Tue, 24 Nov 2026 11:30:00 +0000"
    assert LINK.encode() in cast("bytes", letter.get_payload(decode=True))
    assert server.users == [USER]
    assert tls == "implicit" or server.heard.index("STARTTLS") < server.heard.index("AUTH")


def test_a_line_that_breaks_after_the_text_is_tried_again_under_the_same_name(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        server.faults["after"] = "drop"
        with pytest.raises(MailTrouble):
            sender(server).send(MAIL, "reset-1", 5)
        server.faults.clear()
        sender(server).send(MAIL, "reset-1", 5)
    assert {letter["Message-ID"] for letter in server.taken} == {"<reset-1@shop.test>"}
    assert len(server.taken) == 2


@pytest.mark.parametrize(
    ("word", "fault", "expected"),
    [
        ("RCPT", "550 no such mailbox", MailRefused),
        ("MAIL", "553 not from you", MailRefused),
        ("after", "554 spam", MailRefused),
        ("RCPT", "451 later", MailTrouble),
        ("after", "452 full", MailTrouble),
        ("greeting", "421 too busy", MailTrouble),
        ("AUTH", "535 who are you", MailTrouble),
        ("STARTTLS", "454 not today", MailTrouble),
        ("MAIL", "drop", MailTrouble),
        ("DATA", "nonsense", MailTrouble),
    ],
)
def test_only_a_clear_no_to_this_very_mail_is_final(tmp_path: Path, word: str, fault: str, expected: type) -> None:
    with mail_server(tmp_path) as server:
        server.faults[word] = fault
        with pytest.raises(expected) as failure:
            sender(server).send(MAIL, "reset-1", 5)
    assert "ada" not in str(failure.value)


@pytest.mark.parametrize(
    ("word", "fault"), [("greeting", "hang"), ("greeting", "drip"), ("RCPT", "hang"), ("after", "drip")]
)
def test_the_deadline_holds_whatever_the_server_does(tmp_path: Path, word: str, fault: str) -> None:
    with mail_server(tmp_path) as server:
        server.faults[word] = fault
        began = time.monotonic()
        with pytest.raises(MailTrouble):
            sender(server).send(MAIL, "reset-1", 0.4)
        assert time.monotonic() - began < 1.2


def test_nothing_is_ever_said_in_the_clear_to_a_server_without_encryption_or_of_another_name(tmp_path: Path) -> None:
    with mail_server(tmp_path, "none") as server:
        with pytest.raises(MailTrouble):
            sender(server, url=f"smtp+starttls://127.0.0.1:{server.port}").send(MAIL, "reset-1", 5)
        assert not {"AUTH", "MAIL", "RCPT"} & set(server.heard)
    with mail_server(tmp_path) as server:
        for changes in ({"authorities": None}, {"url": f"smtp+starttls://localhost:{server.port}"}):
            with pytest.raises(MailTrouble):
                sender(server, **changes).send(MAIL, "reset-1", 5)
        assert not {"AUTH", "MAIL"} & set(server.heard)


def test_nobody_listening_is_trouble_and_no_crash(tmp_path: Path) -> None:
    with mail_server(tmp_path) as server:
        pass
    with pytest.raises(MailTrouble):
        sender(server).send(MAIL, "reset-1", 2)
