"""What must hold of every page a person sees: axe, widths, targets, words; and a picture of it when asked for."""

import os
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
SMALLEST = 44
WIDTHS = (320, 360, 900)
HEIGHT = 740

# Inline links inside a sentence are the one exception WCAG 2.5.8 makes; a choice is as large as its label, and a link
# that lays its ::after over its row is as large as the row.
SMALL_TARGETS = """(smallest) => {
  const found = [];
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    if (one.type === "hidden" || one.disabled || !one.checkVisibility({ visibilityProperty: true })) continue;
    if (one.matches(".sr") || one.closest(".sr")) continue;
    const alone = one.parentElement.textContent.trim() === one.textContent.trim();
    if (one.matches("p a, dd a") && !alone && getComputedStyle(one).display === "inline") continue;
    const label = one.matches("[type=radio], [type=checkbox]") && one.closest("label");
    const row = getComputedStyle(one, "::after").position === "absolute" && one.closest("li");
    const box = (label || row || one).getBoundingClientRect();
    const small = box.width < smallest - 0.5 || box.height < smallest - 0.5;
    const size = `${Math.round(box.width)}×${Math.round(box.height)}`;
    if (box.width && small) found.push(`${one.outerHTML.slice(0, 90)} ${size}`);
  }
  return found;
}"""
TOO_WIDE = """(width) => {
  const page = document.scrollingElement;
  if (page.scrollWidth <= width) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > width + 1);
  return [`${page.scrollWidth} px`, ...wide.slice(-4).map((one) => one.outerHTML.slice(0, 120))];
}"""

# Words of which not even three letters stand side by side.
SQUEEZED = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { length } = walk.currentNode.textContent.trim();
    const inside = walk.currentNode.parentElement;
    if (length < 4 || inside.closest(".sr") || !inside.checkVisibility({ visibilityProperty: true })) continue;
    const words = document.createRange();
    words.selectNodeContents(walk.currentNode);
    const lines = new Set([...words.getClientRects()].map((line) => Math.round(line.top))).size;
    if (length / lines < 3) found.push(inside.outerHTML.slice(0, 120));
  }
  return found;
}"""


def broken_rules(page: Page) -> list[str]:
    """What axe finds, in the colours shown now."""
    found = AXE.run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['target']} {_why(node)}" for one in found for node in one["nodes"]]


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in (*node["any"], *node["all"], *node["none"]))[:300]


def check(page: Page, name: str, *, shots: Path | None = None) -> None:
    """Fail unless `page` is right; see `troubles`."""
    found = troubles(page, name, shots=shots)
    assert not found, "\n".join(found)


def troubles(page: Page, name: str, *, shots: Path | None = None) -> list[str]:
    """What is wrong with `page` in light and dark, at 320 px and with text twice as large; its pictures are kept.

    `name`: of the state, for messages and pictures; `shots`: directory for them, or none wanted.
    """
    found: list[str] = []
    usual = page.viewport_size or {"width": 360, "height": HEIGHT}
    # As tall as the page, so that no bar lies over what could be scrolled from under it.
    page.set_viewport_size({"width": usual["width"], "height": page.evaluate("document.body.scrollHeight")})
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {one}" for one in broken_rules(page)]
    found += [f"target: {one}" for one in page.evaluate(SMALL_TARGETS, SMALLEST)]
    found += [f"at {usual['width']} px: {one}" for one in page.evaluate(TOO_WIDE, usual["width"])]
    page.set_viewport_size({"width": 320, "height": HEIGHT})
    found += [f"at 320 px: {one}" for one in page.evaluate(TOO_WIDE, 320)]
    page.set_viewport_size({"width": 360, "height": HEIGHT})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    found += [f"text at 200 %: {one}" for one in (*page.evaluate(TOO_WIDE, 360), *page.evaluate(SQUEEZED))]
    if shots:
        page.screenshot(path=shots / f"{name}-360-large.png", full_page=True)
    page.evaluate("document.documentElement.style.fontSize = ''")
    if shots:
        _pictures(page, name, shots)
    page.set_viewport_size(usual)
    return [f"{name}: {one}" for one in found]


def _pictures(page: Page, name: str, shots: Path) -> None:
    shots.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=shots / f"{name}-{width}-{scheme}.png", full_page=True)


def wanted() -> Path | None:
    """Where pictures go (`SHOTS=directory`), when some are wanted."""
    directory = os.environ.get("SHOTS")
    return Path(directory).resolve() if directory else None
