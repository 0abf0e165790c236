"""The whole journey in French: every page, every state, and no English left anywhere on it."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import open_house
from tests.browser.conftest import People
from tests.browser.diner import Diner
from tests.browser.running import Demo
from webapp import demo as content
from webapp.ground.i18n import DIRECTORY, read_catalog

# Everything a person reads or has read to them; the switch to English says "English" in English.
WORDS = """() => {
  const said = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const inside = walk.currentNode.parentElement;
    if (!inside.closest("[lang=en], script, style")) said.push(walk.currentNode.textContent);
  }
  for (const one of document.querySelectorAll("*")) {
    for (const name of ["aria-label", "placeholder", "alt", "title", "data-busy", "data-message", "data-label"]) {
      if (one.getAttribute(name)) said.push(one.getAttribute(name));
    }
  }
  return said.map((words) => words.replace(/\\s+/g, " ").trim()).filter(Boolean);
}"""
HOLE = re.compile(r"%\\\((\w+)\\\)([sd])|\\\{\w+\\\}")
Patterns = tuple[re.Pattern[str], ...]


def _texts(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if {"fr", "en"} <= node.keys() and isinstance(node["en"], str):
            yield node["en"], node["fr"]
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(HOLE.sub(lambda hole: r"\d+" if hole[2] == "d" else ".+", re.escape(words)))


@cache
def _spoken() -> tuple[Patterns, Patterns]:
    """Every sentence of the shop and every text of the demo's menu: as English says it, and as French does."""
    pairs: list[tuple[str, str]] = []
    for message in read_catalog(DIRECTORY / "fr.po", "fr"):
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        french = [message.string] if isinstance(message.string, str) else list(message.string or ())
        pairs += [(one, other) for one in english for other in french if one]
    for path in content.merchants()[0]:
        pairs += list(_texts(json.loads(path.read_text("utf-8"))))
    telling = {english for english, _ in pairs if re.search("[A-Za-z]{2}", HOLE.sub("", re.escape(english)))}
    return tuple(map(_pattern, sorted(telling))), tuple(map(_pattern, sorted({french for _, french in pairs})))


def _says(patterns: Patterns, words: str) -> bool:
    return any(pattern.fullmatch(words) for pattern in patterns)


def expect_french(page: Page) -> None:
    """Nothing on this page is English."""
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    english, french = _spoken()
    left = {said for said in page.evaluate(WORDS) if _says(english, said) and not _says(french, said)}
    assert not left, f"{page.url}: {sorted(left)}"


def test_a_member_orders_in_french_from_the_code_to_the_points(
    people: People, demo: Demo, tables: dict[str, str]
) -> None:
    diner = people(language="fr")
    diner.watch.expect(422)
    page = diner.page
    diner.sit(tables["8"])
    expect_french(page)
    diner.add("PAR-RILLETTES")
    diner.expect_basket(1, "7,90 €")
    form = diner.dish("GAL-COMPLETE")
    expect_french(page)
    diner.choose(form, "cuisson-galette=doree", "oeuf=miroir", "supplements=emmental")
    expect(form.locator("[data-total]")).to_have_text(re.compile(r"11,30\s€"))
    diner.put()
    diner.expect_basket(2, "19,20 €")
    diner.basket()
    expect_french(page)
    diner.go_on()
    diner.title("Earn points with this order?")
    expect_french(page)
    diner.give("12")
    expect(page.get_by_role("alert")).to_be_visible()
    expect_french(page)
    diner.give(demo.member(30, "rew_cafe"))
    diner.title("Check and pay")
    expect_french(page)
    diner.open("/loyalty")
    expect_french(page)
    diner.open("/checkout")
    diner.pay()
    diner.at_bank("decline")
    diner.at_bank("cancel")
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()
    expect_french(page)
    diner.open("/checkout")
    diner.pay()
    diner.at_bank("pay")
    number = diner.paid()
    expect_french(page)
    diner.expect_credited(19)
    demo.kitchen(number, "preparing")
    expect(page.locator(".state-now")).to_have_text(diner.say("The kitchen is preparing your order."))
    expect_french(page)


def test_collecting_and_joining_speak_french(people: People, demo: Demo) -> None:
    diner = people(language="fr")
    diner.watch.expect(404, 422)
    page = diner.page
    page.goto(demo.site)
    expect_french(page)
    page.goto(f"{demo.site}/r/{open_house.MERCHANT}/")
    expect_french(page)
    diner.open("/basket")
    expect_french(page)
    diner.open("/?mode=collect")
    expect_french(page)
    diner.add("DES-FAR")
    diner.expect_basket(1, "5,20 €")
    diner.open("/d/MENU-COMPTOIR")
    expect_french(page)
    diner.open("/slot")
    expect_french(page)
    page.locator("button.time:enabled").nth(2).click()
    diner.give(demo.new_number())
    _join(diner)
    diner.title("Check and pay")
    expect_french(page)
    diner.pay()
    diner.at_bank("pay")
    diner.paid()
    expect_french(page)
    diner.open("/t/altered.code")
    expect_french(page)
    page.goto(f"{demo.site}/nowhere")
    expect_french(page)


def _join(diner: Diner) -> None:
    diner.title("Join %(programme)s", programme="Comptoir Sarrasin")
    expect_french(diner.page)
    diner.page.locator('input[name="consent_email"][value="yes"]').check()
    diner.tap("Join and earn points")
    expect(diner.page.get_by_role("alert")).to_be_visible()
    expect_french(diner.page)
    diner.page.locator("#email").fill("ada@example.com")
    diner.tap("Join and earn points")
