"""Consent in the merchant's own words: versions only ever added, evidence with the very words it was given to (D2)."""

import hashlib

import pytest
from sqlalchemy import select

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.functional.town import HOME, Town
from tests.shop import MERCHANT, Browser
from webapp.nouns.customer.models import ConsentEvidence
from webapp.nouns.merchant.models import ConsentWording

DESK = f"/desk/{MERCHANT}/consent"
OWN = "May {merchant} tell you about new galettes by e-mail, at most once a month?"
ASKED = "May Comptoir Sarrasin tell you about new galettes by e-mail, at most once a month?"


def reword(town: Town, **fields: str) -> Browser:
    """Save words as the owner."""
    boss = owner(town.shop)
    boss.get(DESK)
    boss.submit(fields, form=boss.page.form("/consent"))
    return boss


def joining(town: Town, phone: str) -> Browser:
    """Somebody who is asked to join."""
    browser = town.seated()
    browser.get(f"{HOME}identify")
    browser.post(f"{HOME}identify", {"phone": phone})
    assert browser.page.path == f"{HOME}join"
    return browser


def evidence(town: Town) -> list[ConsentEvidence]:
    """Every answer kept."""
    with town.shop.database.reading() as session:
        return list(session.scalars(select(ConsentEvidence).order_by(ConsentEvidence.id)))


def test_new_words_are_asked_and_old_evidence_keeps_its_own(town: Town) -> None:
    first = joining(town, "06 12 34 00 01")
    first.submit(button=("join", "1"), consent_email="no")
    assert "Saved" in reword(town, email_en=OWN).page.text
    second = joining(town, "06 12 34 00 02")
    assert ASKED in second.page.text
    second.submit(button=("join", "1"), consent_email="no", consent_sms="no")
    old, email, sms = evidence(town)
    assert "news and offers" in old.wording
    assert (email.wording, email.wording_version, email.language) == (ASKED, "own-1", "en")
    assert email.wording_hash == hashlib.sha256(ASKED.encode()).hexdigest()
    assert (old.wording_version, sms.wording_version) == ("2026-11", "2026-11")
    reword(town, email_en="")
    assert "news and offers" in joining(town, "06 12 34 00 03").page.text
    with town.shop.database.reading() as session:
        rows = [(row.number, row.text) for row in session.scalars(select(ConsentWording).order_by(ConsentWording.id))]
    assert rows == [(1, OWN), (2, "")]


def test_an_answer_to_words_replaced_meanwhile_is_asked_again(town: Town) -> None:
    browser = joining(town, "06 12 34 00 04")
    reword(town, email_en=OWN)
    page = browser.submit(button=("join", "1"), consent_email="no")
    assert (page.status, ASKED in page.text) == (409, True)
    assert evidence(town) == []
    assert browser.submit(button=("join", "1"), consent_email="no").path != f"{HOME}join"
    assert [row.wording for row in evidence(town)] == [ASKED]


@pytest.mark.parametrize("words", ["Yes?", "x" * 601, "May we send you mail\u202e by e-mail? yes", "{merchant}"])
def test_words_nobody_could_agree_to_are_refused(town: Town, words: str) -> None:
    boss = reword(town, sms_fr=words)
    assert (boss.page.status, "20 to 600 signs" in boss.page.text) == (422, True)
    with town.shop.database.reading() as session:
        assert session.scalars(select(ConsentWording)).all() == []


def test_braces_are_words_and_nothing_is_read_from_inside(town: Town) -> None:
    reword(town, email_en="May {merchant.__class__} {0} send you news by e-mail? <b>Yes</b>?")
    page = joining(town, "06 12 34 00 05").page
    assert "May {merchant.__class__} {0} send you news by e-mail? <b>Yes</b>?" in page.text


def test_who_saves_second_is_told_and_only_owners_may(town: Town) -> None:
    first, second = owner(town.shop), owner(town.shop)
    first.get(DESK)
    second.get(DESK)
    first.submit(form=first.page.form("/consent"), email_en=OWN)
    page = second.submit(form=second.page.form("/consent"), email_en=OWN.replace("month", "week"))
    assert (page.status, "once a week" in page.text, "once a month" in page.text) == (409, True, True)
    hire(town.shop, "chef@example.org", "manager")
    hire(town.shop, "far@example.org", "owner", OTHER)
    assert sign_in(town.shop, "chef@example.org").raw(DESK).status_code == 403
    assert sign_in(town.shop, "far@example.org").raw(DESK).status_code == 404
