"""The menu desk on a tablet: an import with mistakes, put right, applied, undone; a price that reaches an open basket;
a picture that reaches the phone once the worker has made it.
"""

import io
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import look
from tests.browser.diner import Diner, menu_names
from tests.browser.open_house import MERCHANT
from tests.browser.running import Demo
from tests.browser.test_desk import TABLET, take_up

SKU = "DES-FAR"
WORDS = ("Choose a password", "Open the desk")


def at(person: Diner, path: str) -> Page:
    """A page of the desk."""
    person.page.goto(f"{person.demo.site}/desk/{MERCHANT}/menu{path}")
    return person.page


def test_a_menu_is_imported_with_mistakes_put_right_applied_and_undone(
    people: Callable[..., Diner], demo: Demo, tmp_path: Path
) -> None:
    person = people(**TABLET)
    person.watch.expect(422)
    take_up(person, demo, "menu@example.org", WORDS)
    page = at(person, "/import")
    with page.expect_download() as export:
        page.get_by_role("link", name="As CSV").click()
    table = export.value.path().read_text("utf-8-sig")
    price = next(line for line in table.splitlines() if f",{SKU}," in line)
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text(table.replace(price, price.replace(",10,", ",reduced,", 1)))
    good.write_text(table.replace(price, price.replace("Far ", "Far neuf ", 1)))
    page.get_by_label("File").set_input_files(bad)
    page.get_by_role("button", name="Show what changes").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was imported")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("table")).to_contain_text("“reduced” is not a VAT rate")
    look.check(page, "menu-import-mistakes-en", shots=look.wanted())
    page.get_by_label("File").set_input_files(good)
    page.get_by_role("button", name="Show what changes").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("What the import changes")
    expect(page.get_by_role("region", name="Changed")).to_contain_text("Far neuf")
    look.check(page, "menu-preview-en", shots=look.wanted())
    page.get_by_role("button", name="Put it on sale").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("is on sale")
    look.check(page, "menu-versions-en", shots=look.wanted())
    page.get_by_role("button", name="Put on sale again").first.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("is on sale again")


def test_a_price_reaches_an_open_basket_and_a_picture_the_phone(
    people: Callable[..., Diner], demo: Demo, tables: dict[str, str]
) -> None:
    diner, person = people(), people(**TABLET)
    name = menu_names("en")[SKU]
    diner.sit(tables["4"])
    diner.add(SKU)
    person.watch.expect(422)
    take_up(person, demo, "cook@example.org", WORDS)
    page = at(person, f"?q={SKU}")
    look.check(page, "menu-search-en", shots=look.wanted())
    page.get_by_role("link", name=name, exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    look.check(page, "menu-dish-en", shots=look.wanted())
    page.get_by_label("Price (EUR)").fill("nothing")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Price (EUR)")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Price (EUR)").fill("7.77")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Saved, and on sale everywhere.")
    photo = io.BytesIO()
    Image.effect_noise((1200, 800), 60).convert("RGB").save(photo, "JPEG")
    page.get_by_label("New picture").set_input_files(
        {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": photo.getvalue()}
    )
    page.get_by_role("button", name="Send the picture").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("being made ready")
    shown = page.locator(".menu-picture img")
    for _ in range(20):
        if shown.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(shown).to_be_visible()
    look.check(page, "menu-dish-picture-en", shots=look.wanted())
    diner.open("/basket")
    expect(diner.page.get_by_role("main")).to_contain_text("€7.77")
    diner.open("/")
    picture = diner.row(SKU).locator("picture img")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("one => one.currentSrc").endswith(".avif")
    assert picture.evaluate("one => one.naturalWidth") > 0
    page.get_by_label("Price (EUR)").fill("5.20")  # the house is shared: other journeys know what this dish costs
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Saved, and on sale everywhere.")


def test_every_page_of_the_menu_desk_is_right_in_french(people: Callable[..., Diner], demo: Demo) -> None:
    person = people(language="fr", **TABLET)
    take_up(person, demo, "carte@example.org", ("Choisissez un mot de passe", "Ouvrir le bureau"))
    for path in ("", "?show=categories", "/add/set_menu", "/remove/product/CID-DOUX"):
        look.check(at(person, path), f"menu{path.replace('/', '-').replace('?', '-')}-fr", shots=look.wanted())
    page = at(person, "")
    page.locator("[href*='set_menu/']").first.click()
    look.check(page, "menu-set-menu-fr", shots=look.wanted())
    page.locator("[href*='row/course/']").first.click()
    look.check(page, "menu-course-fr", shots=look.wanted())
