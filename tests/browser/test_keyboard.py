"""The whole journey with a keyboard alone: the focus is always seen, and never under a bar."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import People
from tests.browser.running import Demo

# The focused control is drawn with an outline, and what lies at its middle is itself or its label.
HIDDEN_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return "";
  const row = getComputedStyle(one, "::after");
  const drawn = [getComputedStyle(one), row, one.closest("label") && getComputedStyle(one.closest("label"))]
    .some((style) => style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  const box = one.getBoundingClientRect();
  const shown = one.closest("label") || (row.position === "absolute" && one.closest("li")) || one;
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const seen = top && (shown.contains(top) || top.contains(one) && !top.matches("header, nav, .bar, .basket-bar"));
  const words = one.outerHTML.slice(0, 120);
  if (!drawn) return `no outline: ${words}`;
  return seen ? "" : `hidden under ${top ? top.outerHTML.slice(0, 80) : "the edge"}: ${words}`;
}"""
MOST = 150


class Typist:
    """Tab, Enter, space and letters."""

    def __init__(self, page: Page) -> None:
        """`page`: used without a single tap."""
        self.page = page

    def reach(self, selector: str) -> None:
        """Press Tab until the first element matching `selector` has the focus, looking at the focus at each stop."""
        target = self.page.locator(selector).first
        expect(target).to_be_attached()
        for _ in range(MOST):
            self.page.keyboard.press("Tab")
            trouble = self.page.evaluate(HIDDEN_FOCUS)
            assert not trouble, trouble
            if target.evaluate("(one) => one === document.activeElement"):
                return
        raise AssertionError(f"Tab never reaches {selector}")

    def press(self, selector: str, key: str = "Enter") -> None:
        """Reach it and press a key."""
        self.reach(selector)
        self.page.keyboard.press(key)


def test_a_member_orders_with_the_keyboard_alone(people: People, demo: Demo, tables: dict[str, str]) -> None:
    diner = people(is_mobile=False, has_touch=False, reduced_motion="reduce")
    hands = Typist(diner.page)
    diner.sit(tables["4"])
    hands.press('button[aria-label="Add Sardine rillettes"]')
    diner.expect_basket(1, "€7.90")
    hands.press('a[href$="/d/GAL-COMPLETE"]')
    form = diner.page.locator("form.dish-page")
    expect(form.get_by_role("heading", level=1)).to_be_visible()
    hands.press('[name="option-cuisson-galette"]', " ")
    hands.press('[name="option-oeuf"]', " ")
    hands.press('[name="option-supplements"]', " ")
    hands.press("form.dish-page .bar button")
    diner.expect_basket(2, "€19.20")
    expect(diner.page.locator("dialog[open]")).to_have_count(0)
    hands.press(".basket-bar a")
    diner.title("Your basket")
    hands.press('button[aria-label="One more: Sardine rillettes"]')
    expect(diner.page.locator(".bar")).to_contain_text("€27.10")
    hands.press(".bar a")
    diner.title("Earn points with this order?")
    hands.reach("#phone")
    diner.page.keyboard.type(demo.member(5))
    diner.page.keyboard.press("Enter")
    diner.title("Check and pay")
    hands.press(".bar button")
    diner.page.wait_for_url("**/pay/ses_*")
    hands.press('button[value="pay"]')
    diner.paid()
    diner.expect_credited(27)


def test_a_sheet_keeps_the_focus_and_gives_it_back(people: People, tables: dict[str, str]) -> None:
    diner = people(is_mobile=False, has_touch=False, reduced_motion="reduce")
    hands = Typist(diner.page)
    diner.sit(tables["4"])
    hands.press('a[href$="/d/PAR-RILLETTES"]')
    expect(diner.page.locator("dialog[open]")).to_be_visible()
    for _ in range(12):
        diner.page.keyboard.press("Tab")
        inside = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        assert diner.page.evaluate(inside)
    diner.page.keyboard.press("Escape")
    expect(diner.page.locator("dialog[open]")).to_have_count(0)
    expect(diner.page.locator('a[href$="/d/PAR-RILLETTES"]')).to_be_focused()
