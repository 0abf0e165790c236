"""The README's pictures: taken from the running demo at every test run, kept where `SHOTS` asks for pictures."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import look
from tests.browser.conftest import People
from tests.browser.diner import Diner
from tests.browser.running import Demo

KEPT = Path(__file__).parent / "pictures"
MOST_BYTES = 60_000


@pytest.fixture
def diner(people: People) -> Diner:
    """Somebody with a sharp phone that does not animate."""
    return people(reduced_motion="reduce", color_scheme="light")


def _take(diner: Diner, folder: Path, name: str) -> None:
    diner.page.wait_for_load_state("networkidle")
    session = diner.page.context.new_cdp_session(diner.page)
    for quality in (82, 70, 55):
        shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": quality})
        picture = base64.b64decode(shot["data"])
        if len(picture) <= MOST_BYTES:
            break
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.webp").write_bytes(picture)
    assert len(picture) <= MOST_BYTES


def test_the_readme_has_pictures_of_what_diners_see(
    diner: Diner, demo: Demo, tables: dict[str, str], tmp_path: Path
) -> None:
    folder = KEPT if look.wanted() else tmp_path / "pictures"
    number = demo.member(64, "rew_cafe")
    diner.sit(tables["12"])
    diner.add("PAR-RILLETTES")
    diner.expect_basket(1, "€7.90")
    diner.page.locator("nav a[href='#c-classiques']").click()
    expect(diner.row("GAL-COMPLETE")).to_be_in_viewport()
    _take(diner, folder, "menu")
    form = diner.dish("GAL-COMPLETE")
    _take(diner, folder, "dish")
    diner.choose(form, "cuisson-galette=doree", "oeuf=miroir", "supplements=emmental")
    diner.put()
    diner.expect_basket(2, "€19.20")
    diner.open("/identify")
    diner.give(number)
    diner.title("Check and pay")
    diner.open("/loyalty")
    _take(diner, folder, "loyalty")
    diner.open("/checkout")
    diner.pay()
    diner.at_bank("pay")
    order = diner.paid()
    diner.expect_credited(19)
    demo.kitchen(order, "preparing")
    expect(diner.page.locator(".state-now")).to_have_text("The kitchen is preparing your order.")
    _take(diner, folder, "order")
