"""The back office on a tablet: taking an invitation up, connecting the programme, and a look at every desk."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser import look
from tests.browser.diner import Diner
from tests.browser.open_house import MERCHANT
from tests.browser.running import Demo

TABLET = {"viewport": {"width": 1024, "height": 768}, "is_mobile": False}
PASSWORD = "a few easy words"
DESKS = ("", "loyalty", "stores", "rewards", "deliveries", "people", "log")


def invitation(demo: Demo, email: str) -> str:
    """The link the operator passes on."""
    said = demo.command("invite-staff", "--merchant", MERCHANT, "--email", email)
    found = re.search(r"http\S+/desk/invitation/\S+", said)
    assert found is not None, said
    return found[0]


def take_up(person: Diner, demo: Demo, email: str, words: tuple[str, str]) -> None:
    """Open the link, choose a password, and be at the desk."""
    page = person.page
    page.goto(invitation(demo, email))
    page.get_by_label(words[0]).fill(PASSWORD)
    page.get_by_role("button", name=words[1]).click()
    page.wait_for_url(f"**/desk/{MERCHANT}/")


def test_an_invited_owner_reconnects_the_programme_with_one_button(people: Callable[..., Diner], demo: Demo) -> None:
    person = people(**TABLET)
    take_up(person, demo, "ada@example.org", ("Choose a password", "Open the desk"))
    page = person.page
    page.get_by_role("link", name="Loyalty").click()
    page.get_by_role("button", name="Reconnect Pongo").click()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"**/desk/{MERCHANT}/stores")
    assert page.get_by_text("Connected. Now say which store is which.").is_visible()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Choose a password", "Open the desk")), ("fr", ("Choisissez un mot de passe", "Ouvrir le bureau"))],
)
def test_every_desk_is_right_in_light_and_dark_and_with_large_text(
    people: Callable[..., Diner], demo: Demo, language: str, words: tuple[str, str]
) -> None:
    person = people(language=language, **TABLET)
    look.check(_at(person, f"{demo.site}/desk/sign-in"), f"desk-sign-in-{language}", shots=look.wanted())
    take_up(person, demo, f"eve-{language}@example.org", words)
    for desk in DESKS:
        page = _at(person, f"{demo.site}/desk/{MERCHANT}/{desk}")
        look.check(page, f"desk-{desk or 'overview'}-{language}", shots=look.wanted())
    look.check(_at(person, f"{demo.site}/desk/account"), f"desk-account-{language}", shots=look.wanted())


def _at(person: Diner, address: str) -> Page:
    person.page.goto(address)
    return person.page
