"""A person with a phone: what they read and tap, in their own language."""

import json
import re
from functools import cache

from playwright.sync_api import Locator, Page, expect

from tests.browser import look
from tests.browser.running import HOST, Demo
from tests.browser.watch import Watch
from tests.http import CLIENT
from webapp import demo as content
from webapp.ground.i18n import translator


@cache
def menu_names(language: str) -> dict[str, str]:
    """The name of every dish of the demo's first merchant, by SKU."""
    menu = json.loads(content.merchants()[0][1].read_text("utf-8"))
    return {item["sku"]: item["name"][language] for item in (*menu["products"], *menu["set_menus"])}


class Diner:
    """Taps what a finger would; `page` is there for everything else."""

    def __init__(self, page: Page, demo: Demo, watch: Watch, language: str) -> None:
        """`language`: of the browser and of the words looked for."""
        self.page, self.demo, self.watch, self.language = page, demo, watch, language

    def say(self, sentence: str, **values: object) -> str:
        """An English sentence of the shop, in this person's language."""
        said = translator(self.language).gettext(sentence) or sentence
        return said % values if values else said

    def another_tab(self) -> "Diner":
        """The same browser, one more tab."""
        return Diner(self.page.context.new_page(), self.demo, self.watch, self.language)

    def look(self, name: str) -> None:
        """Everything that must hold of every page holds of this one."""
        look.check(self.page, name, shots=look.wanted())

    # The menu

    def open(self, path: str = "/") -> None:
        """Go to a page of the store."""
        self.page.goto(self.demo.store + path)

    def sit(self, address: str) -> None:
        """Scan the code of a table."""
        self.page.goto(address)
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Paris République")

    def row(self, sku: str) -> Locator:
        """The row of a dish in the menu."""
        name = self.page.get_by_role("heading", level=3, name=menu_names(self.language)[sku], exact=True)
        return self.page.get_by_role("listitem").filter(has=name)

    def add(self, sku: str) -> None:
        """Tap the plus beside a dish."""
        name = self.say("Add %(dish)s", dish=menu_names(self.language)[sku])
        self.page.get_by_role("button", name=name, exact=True).click()

    def dish(self, sku: str) -> Locator:
        """Open a dish; where its form is."""
        self.page.get_by_role("link", name=menu_names(self.language)[sku], exact=True).click()
        form = self.page.locator("form.dish-page")
        expect(form.get_by_role("heading", level=1)).to_have_text(menu_names(self.language)[sku])
        return form

    def choose(self, form: Locator, *values: str) -> None:
        """Tick options by their field's value, as in `"cuisson-galette=doree"` (field ends with, value)."""
        for value in values:
            field, option = value.split("=")
            form.locator(f'input[name$="{field}"][value="{option}"]').check()

    def put(self) -> None:
        """Tap the one big button of an open dish."""
        self.page.locator("form.dish-page .bar button").click()

    def expect_basket(self, count: int, total: str) -> None:
        """The basket bar says how much is in it."""
        bar = self.page.locator(".basket-bar")
        expect(bar).to_contain_text(total)
        expect(bar.locator(".basket-count")).to_have_text(str(count))

    def basket(self) -> None:
        """Open the basket from the bar."""
        self.page.locator(".basket-bar a").click()
        expect(self.page.get_by_role("heading", level=1, name=self.say("Your basket"))).to_be_visible()

    def line(self, sku: str) -> Locator:
        """A line of the basket page."""
        name = self.page.get_by_role("heading", level=2, name=menu_names(self.language)[sku], exact=True)
        return self.page.get_by_role("listitem").filter(has=name)

    def tap(self, name: str, **values: object) -> None:
        """Tap a button or a link by its (English) words."""
        words = re.compile("^" + re.escape(self.say(name, **values)))
        main = self.page.get_by_role("main")
        main.get_by_role("button", name=words).or_(main.get_by_role("link", name=words)).first.click()

    def go_on(self) -> None:
        """Tap the bar at the bottom."""
        self.page.locator(".bar .button-main").click()

    def title(self, heading: str, **values: object) -> None:
        """The page must have this (English) heading."""
        expect(self.page.get_by_role("heading", level=1, name=self.say(heading, **values), exact=True)).to_be_visible()

    # Who

    def give(self, number: str) -> None:
        """Type a number and use it."""
        self.page.locator("#phone").fill(number)
        self.tap("Use this number")

    def sms_code(self) -> str:
        """The newest code in a text message, as people copy it: with a blank in the middle."""
        messages = CLIENT.get(f"http://{HOST}:{self.demo.port + 3}/_messages.json").json()["messages"]
        # An owner somewhere may be told meanwhile that something of theirs was spent: that is no code.
        sent = next(found[1] for one in messages if (found := re.search(r"#(\d{6})$", one["text"])))
        return f" {sent[:3]} {sent[3:]} "

    def prove(self, *, looking: bool = False) -> None:
        """Ask for a code by text message and paste it."""
        if looking:
            self.look("proof-ask")
        self.tap("Send me a code")
        self.title("Type your code")
        if looking:
            self.look("proof-enter")
        self.page.locator("#code").focus()
        self.page.keyboard.insert_text(self.sms_code())
        self.tap("Confirm my number")

    # Paying

    def pay(self) -> None:
        """Tap the pay button and arrive at the payment page."""
        self.title("Check and pay")
        self.go_on()
        pages = self.demo.payment_page or f"http://{HOST}:{self.demo.port + 2}"
        self.page.wait_for_url(f"{pages}/pay/*")

    def at_bank(self, action: str) -> None:
        """Tap a button of the payment page: pay, decline, confirm, close, twice, cancel."""
        self.page.locator(f'button[name="action"][value="{action}"]').click()

    def never_called_back(self) -> None:
        """On the payment page: let the shop hear nothing of this payment."""
        self.page.locator("details#panel summary").click()
        self.page.locator("#timing").select_option("never")
        self.page.locator("#panel form button").click()
        expect(self.page.locator("#panel [role=status]")).to_be_visible()

    def session(self) -> str:
        """On the payment page: the id of the payment."""
        return self.page.url.rpartition("/")[2].partition("?")[0]

    def paid(self) -> str:
        """The order page has come; the number on it."""
        self.page.wait_for_url(f"{self.demo.site}/o/*")
        expect(self.page.locator(".state-now")).to_have_text(self.say("Paid. The kitchen has your order."))
        return self.page.locator(".ticket-number").inner_text()

    def expect_credited(self, points: int) -> None:
        """The order page says, by itself, that the points have arrived."""
        forms = ("%(num)d point credited at %(time)s", "%(num)d points credited at %(time)s")
        said = translator(self.language).ngettext(*forms, points) % {"num": points, "time": "%"}
        pattern = re.compile(re.escape(said).replace("%", r"\d\d:\d\d"))
        expect(self.page.locator('[data-part="points"]')).to_have_text(pattern, timeout=25_000)
