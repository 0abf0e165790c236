"""Inviting, joining, letting go, forgotten passwords: links that work once, mails that say nothing to strangers."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.functional.desk_cast import OTHER, PASSWORD, hire, owner, sign_in
from tests.http import CLIENT
from tests.shop import MERCHANT, Shop, Watched, open_shop
from webapp.nouns.staff.models import MailMessage
from webapp.sandbox.inbox.peer import Inbox, Setup
from webapp.usecases.staff.mail import send_waiting_mail

PEOPLE = f"/desk/{MERCHANT}/people"
HOME = f"/desk/{MERCHANT}/"
ADA = "ada@example.org"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """Where mails arrive."""
    opened = Inbox(Setup())
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture
def shop(watched: Watched, shared_data: Path, inbox: Inbox) -> Shop:
    """The shop, with a carrier of mail."""
    return open_shop(watched, shared_data, mail_provider="sandbox", mail_url=inbox.url, mail_api_key="sandbox-key")


def mails(shop: Shop, inbox: Inbox) -> list[dict[str, str]]:
    """What has arrived, newest first, once the worker had its turn."""
    send_waiting_mail(shop.wiring)
    found: list[dict[str, str]] = CLIENT.get(f"{inbox.url}/_messages.json").json()["messages"]
    return found


def link_in(mail: dict[str, str]) -> str:
    """The path of the one link in a mail."""
    found = re.search(r"http://[^/]+(/desk/\S+)", mail["text"])
    assert found is not None
    return found[1]


def test_an_invitation_arrives_works_once_and_gives_the_role_it_names(shop: Shop, inbox: Inbox) -> None:
    boss = owner(shop)
    boss.get(PEOPLE)
    assert "on its way" in boss.submit(form=boss.page.form("/people"), email=ADA, role="manager").text
    (mail,) = mails(shop, inbox)
    assert (mail["to"], mail["kind"]) == (ADA, "mail")
    ada = shop.browser()
    assert "Manager" in ada.get(link_in(mail)).text
    assert "at least 12" in ada.submit(name="Ada", password="short").text
    assert ada.submit(name="Ada", password=PASSWORD).path == HOME
    assert ada.get(PEOPLE).status == 403
    assert shop.browser().get(link_in(mail)).status == 410
    assert "Ada" in boss.get(PEOPLE).text


def test_somebody_known_joins_another_restaurant_with_the_password_they_have(shop: Shop, inbox: Inbox) -> None:
    hire(shop, ADA, "owner", OTHER)
    boss = owner(shop)
    boss.get(PEOPLE)
    boss.submit(form=boss.page.form("/people"), email=ADA, role="staff")
    ada, link = shop.browser(), link_in(mails(shop, inbox)[0])
    ada.get(link)
    assert ada.submit(password="not it at all").status == 422
    assert "Your restaurants" in ada.submit(password=PASSWORD).text
    assert ada.get(HOME).status == 200


def test_an_invitation_taken_back_or_a_week_old_works_no_more(shop: Shop, inbox: Inbox) -> None:
    boss = owner(shop)
    boss.get(PEOPLE)
    boss.submit(form=boss.page.form("/people"), email=ADA, role="staff")
    boss.submit(form=boss.page.form("/withdraw"))
    boss.submit(form=boss.page.form("/people"), email=ADA, role="staff")
    newest, first = mails(shop, inbox)
    assert shop.browser().get(link_in(first)).status == 410
    assert shop.browser().get(link_in(newest)).status == 200
    shop.clock.set(shop.clock.now() + timedelta(days=7))
    assert shop.browser().get(link_in(newest)).status == 410


def test_dismissal_closes_the_desk_at_once_and_the_last_owner_stays(shop: Shop) -> None:
    hire(shop, ADA, "owner")
    boss, ada = owner(shop), sign_in(shop, ADA)
    assert ada.get(HOME).status == 200
    boss.get(PEOPLE)
    assert "no longer open" in boss.submit(form=boss.page.form("/dismiss")).text
    assert ada.get(HOME).status == 404
    boss.get(PEOPLE)
    assert boss.post(f"{PEOPLE}/1/dismiss", {}).status == 404  # gone already
    boss.get(PEOPLE)
    assert "last owner stays" in boss.post(f"{PEOPLE}/2/dismiss", {}).text
    assert boss.get(HOME).status == 200


def test_another_merchants_colleague_and_invitation_cannot_be_touched(shop: Shop) -> None:
    hire(shop, ADA, "staff")
    stranger = owner(shop, OTHER)
    stranger.get(f"/desk/{OTHER}/people")
    for post in range(1, 5):
        stranger.post(f"/desk/{OTHER}/people/{post}/dismiss", {})
    assert sign_in(shop, ADA).get(HOME).status == 200


def test_a_forgotten_password_is_answered_alike_for_everybody(shop: Shop, inbox: Inbox) -> None:
    hire(shop, ADA)
    said = []
    for email in (ADA, "nobody@example.org"):
        browser = shop.browser()
        browser.get("/desk/forgot")
        page = browser.submit(email=email)
        said.append((page.status, page.text.replace(email, "…")))
    assert said[0] == said[1]
    assert [mail["to"] for mail in mails(shop, inbox)] == [ADA]


def test_a_new_password_ends_every_session_and_its_link_works_once(shop: Shop, inbox: Inbox) -> None:
    hire(shop, ADA)
    old = sign_in(shop, ADA)
    browser = shop.browser()
    browser.get("/desk/forgot")
    browser.submit(email=ADA)
    link = link_in(mails(shop, inbox)[0])
    browser.get(link)
    assert browser.submit(password="a whole new one").path == "/desk/sign-in"
    assert old.get(HOME).path.startswith("/desk/sign-in")
    assert shop.browser().get(link).status == 410
    assert sign_in(shop, ADA, "a whole new one").page.path == HOME


def test_the_fourth_request_for_a_link_within_the_hour_waits(shop: Shop) -> None:
    hire(shop, ADA)
    browser = shop.browser()
    statuses = []
    for _ in range(4):
        browser.get("/desk/forgot")
        statuses.append(browser.submit(email=ADA).status)
    assert statuses == [200, 200, 200, 429]


def test_the_words_of_a_mail_are_sealed_while_it_waits_and_forgotten_after(shop: Shop, inbox: Inbox) -> None:
    hire(shop, ADA)
    browser = shop.browser()
    browser.get("/desk/forgot")
    browser.submit(email=ADA)
    with shop.database.reading() as session:
        assert "/desk/reset" not in session.get_one(MailMessage, 1).text_sealed
    mails(shop, inbox)
    with shop.database.reading() as session:
        assert session.get_one(MailMessage, 1).text_sealed == ""


def test_a_carrier_that_does_not_answer_gets_the_same_mail_later_once(shop: Shop, inbox: Inbox) -> None:
    hire(shop, ADA)
    CLIENT.post(f"{inbox.url}/_faults", json={"route": "mails.create", "kind": "reset", "after": True})
    browser = shop.browser()
    browser.get("/desk/forgot")
    browser.submit(email=ADA)
    send_waiting_mail(shop.wiring)
    shop.clock.set(shop.clock.now() + timedelta(seconds=5))
    assert len(mails(shop, inbox)) == 1
    with shop.database.reading() as session:
        assert session.get_one(MailMessage, 1).state == "done"


def test_an_invitation_whose_mail_was_given_up_is_said_beside_it(shop: Shop, inbox: Inbox) -> None:
    browser = owner(shop)
    browser.get(PEOPLE)
    browser.submit(form=browser.page.form("/people"), email=ADA, role="staff")
    assert "could not be sent" not in browser.get(PEOPLE).text
    shop.clock.set(shop.clock.now() + timedelta(days=4))  # three days late, the carrier is back: of no use any more
    assert mails(shop, inbox) == []
    browser = owner(shop)
    assert "Its mail could not be sent" in browser.get(PEOPLE).text


@pytest.mark.parametrize("digits", ["9" * 5000, "9" * 30])
def test_a_number_longer_than_any_row_is_no_error_of_ours(shop: Shop, digits: str) -> None:
    boss = owner(shop)
    assert boss.get(f"/desk/{MERCHANT}/log?before={digits}").status == 200
    boss.get(PEOPLE)
    fields = {"email": "new@example.org", "role": "staff", "store": digits}
    assert boss.post(PEOPLE, fields).status == 200
