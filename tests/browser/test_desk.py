"""The back office on a tablet: taking an invitation up, connecting the programme, and a look at every page of it.

The pages are read from the application: a new desk is looked at without a word here, or this test names it.
"""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser import keyboard, look
from tests.browser.diner import Diner
from tests.browser.open_house import MERCHANT, STORE
from tests.browser.running import Demo
from webapp.doors import backoffice

TABLET = {"viewport": {"width": 1024, "height": 768}, "is_mobile": False}
PASSWORD = "a few easy words"
HERE = {"merchant": MERCHANT, "store": STORE}
# What is no page of its own: files, the board's line and its news, and where others send a browser back to.
NO_PAGES = {"export", "menu_export_json", "menu_export_csv", "board_stream", "board_feed", "connected"}
# Pages behind a link that works once, or in the middle of something: looked at by the journeys named beside them.
ELSEWHERE = {
    "invitation": "test_a_lost_password_and_an_invitation_look_right",
    "new_password": "test_a_lost_password_and_an_invitation_look_right",
    "menu_preview": "test_a_menu_is_imported_with_mistakes_put_right_applied_and_undone",
}


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
    expect(page.get_by_role("status").first).to_contain_text("Connected.")


def pages() -> dict[str, str]:
    """Every address of the back office that answers with a page: by its view, with the holes still in it."""
    app = Flask(__name__)
    app.register_blueprint(backoffice.blueprint())
    rules = (one for one in app.url_map.iter_rules() if "GET" in (one.methods or set()))
    found = {one.endpoint.removeprefix("desk."): one.rule for one in rules if one.endpoint.startswith("desk.")}
    return {view: rule for view, rule in found.items() if view not in NO_PAGES | set(ELSEWHERE)}


def known(rules: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The addresses whose holes are a merchant and a store."""
    for rule in rules.values():
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda hole: HERE.get(hole[1], hole[0]), rule)
        if "<" not in address:
            yield rule, address


def kind_of(path: str, rules: dict[str, str]) -> str | None:
    """Which page this is: its rule, with the kind of thing where one rule shows several kinds."""
    for rule in sorted(rules.values(), key=lambda one: one.count("<")):
        pattern = re.sub(r"<int:\w+>", r"\\d+", rule)
        pattern = re.sub(r"<(?:subject|kind)>", r"([\\w-]+)", pattern)
        pattern = re.sub(r"<\w+>", r"[^/]+", pattern)
        found = re.fullmatch(pattern, path)
        if found:
            return " ".join([rule, *found.groups()])
    return None


def walk(page: Page, site: str) -> Iterator[str]:
    """Open each page once: those whose address is known, then whatever they lead to. Yields the kind of each."""
    rules = pages()
    waiting, seen = [address for _rule, address in known(rules)], set[str]()
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address.partition("?")[0], rules)
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        answer = page.goto(site + address, wait_until="domcontentloaded")
        assert answer is not None
        assert answer.status == 200, (address, answer.status)
        links = page.eval_on_selector_all("a[href]", "all => all.map((one) => one.getAttribute('href').split('#')[0])")
        waiting += [one for one in links if one.startswith("/desk/")]
        yield kind
    missed = {rule for rule in rules.values() if not any(kind.split(" ")[0] == rule for kind in seen)}
    assert not missed, "no page leads to these: say in ELSEWHERE which journey looks at them"


def an_order(people: Callable[..., Diner]) -> None:
    """Somebody orders and pays, so that there is an order to look at."""
    diner = people()
    diner.open("/?mode=collect")
    diner.add("DES-FAR")
    diner.expect_basket(1, "€5.20")
    diner.open("/slot")
    diner.tap("As soon as possible")
    diner.tap("Continue without points")
    diner.page.locator("#name").fill("Ada")
    diner.pay()
    diner.at_bank("pay")
    diner.paid()


# In two halves, so that two processes may share the work; in French, whose words are the longer ones.
@pytest.mark.parametrize("half", [0, 1])
def test_every_page_of_the_back_office_is_right_in_light_and_dark_with_large_text_and_keys(
    people: Callable[..., Diner], demo: Demo, half: int
) -> None:
    an_order(people)
    person = people(language="fr", **TABLET)
    take_up(person, demo, f"eve-{half}@example.org", ("Choisissez un mot de passe", "Ouvrir le bureau"))
    looked, troubles = 0, list[str]()
    for number, kind in enumerate(walk(person.page, demo.site)):
        if number % 2 == half:
            looked += 1
            name = "desk-" + re.sub(r"\W+", "-", kind).strip("-")
            troubles += keyboard.troubles(person.page, kind) + look.troubles(person.page, name, shots=look.wanted())
    assert not troubles, "\n".join(troubles)
    assert looked > 15


def test_the_list_of_desks_opens_without_script_on_a_tablet_and_on_a_telephone(
    people: Callable[..., Diner], demo: Demo
) -> None:
    person = people(**TABLET, script=False)
    take_up(person, demo, "nav@example.org", ("Choose a password", "Open the desk"))
    page, desks = person.page, person.page.get_by_role("navigation", name="Desks")
    assert desks.get_by_role("link", name="People").is_hidden()
    expect(desks.locator("summary")).to_contain_text("Other desks")
    desks.locator("summary").press("Enter")
    desks.get_by_role("link", name="People").click()
    expect(desks.locator("summary")).to_contain_text("People")
    page.set_viewport_size({"width": 360, "height": 740})
    assert desks.get_by_role("link", name="Orders").is_hidden()
    desks.locator("summary").click()
    desks.get_by_role("link", name="Orders").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Order board")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360


def test_a_lost_password_and_an_invitation_look_right(people: Callable[..., Diner], demo: Demo) -> None:
    person = people(language="fr", **TABLET)
    page = person.page
    page.goto(invitation(demo, "oubli@example.org"))
    look.check(page, "desk-invitation-fr", shots=look.wanted())
    take_up(person, demo, "oubli@example.org", ("Choisissez un mot de passe", "Ouvrir le bureau"))
    page.get_by_role("button", name="Se déconnecter").click()
    page.goto(f"{demo.site}/desk/forgot")
    page.locator("#email").fill("oubli@example.org")
    page.keyboard.press("Enter")
    inbox = people(**TABLET)
    for _ in range(20):
        inbox.page.goto(f"http://127.0.0.1:{demo.port + 3}/")
        found = re.search(r"/desk/reset/[\w.-]+", inbox.page.content())
        if found:
            break
        inbox.page.wait_for_timeout(500)
    assert found is not None
    page.goto(demo.site + found[0])
    look.check(page, "desk-new-password-fr", shots=look.wanted())
