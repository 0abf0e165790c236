"""Pictures of dishes and the logo: shown once the worker has made them, refused when they are none."""

import io

import pytest
from PIL import Image

from tests.functional.desk_cast import owner
from tests.functional.menu_desk_cast import DESK, DISH, deeds, on_sale, send, zipped
from tests.shop import MERCHANT, STORE, Shop
from tests.unit.test_picture_header import bomb, picture
from webapp.usecases.menu.encode import encode_due


def test_a_picture_is_shown_once_the_worker_has_made_it(shop: Shop) -> None:
    browser = owner(shop)
    browser.get(DISH)
    page = send(browser, f"{DESK}/picture/product/GAL-COMPLETE", picture("JPEG"), "p.jpg", "picture", seen="1")
    assert "The picture is being made ready" in page.text
    shop.catch_up()
    diner, where = shop.browser(), f"/r/{MERCHANT}/{STORE}/?mode=collect"
    assert "/pictures/" not in str([one.attributes for one in diner.get(where).root.all("source")])
    assert encode_due(shop.wiring) == 1
    assert encode_due(shop.wiring) == 0
    shop.catch_up()
    shown = diner.get(where).root.first("picture")
    assert [one.attributes["type"] for one in shown.all("source")] == ["image/avif", "image/webp"]
    for source in shown.all("source"):
        address = source.attributes["srcset"].split(" ")[0]
        answer = diner.raw(address)
        assert answer.status_code == 200
        assert answer.mimetype == source.attributes["type"]
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        with Image.open(io.BytesIO(answer.data)) as opened:
            assert opened.size == (224, 168)
    assert diner.get(f"/r/{MERCHANT}/{STORE}/d/GAL-COMPLETE").root.all("picture")
    assert diner.raw("/pictures/" + "0" * 32 + "-224.webp").status_code == 404
    browser.get(DISH)
    browser.submit(form=browser.page.form("no-picture/product/GAL-COMPLETE"))
    assert {one.sku: one.picture for one in on_sale(shop).products}["GAL-COMPLETE"] is None


def head_of(shop: Shop) -> str:
    """The address of the logo at the top of the store's page; "" when the name stands alone."""
    shop.catch_up()
    page = shop.browser().get(f"/r/{MERCHANT}/{STORE}/?mode=collect")
    found = [one.attributes["src"] for one in page.root.all("img", class_="topbar-logo")]
    assert "Comptoir Sarrasin" in page.text
    return found[0] if found else ""


def test_a_logo_stands_at_the_top_once_the_worker_has_made_it(shop: Shop) -> None:
    browser, path = owner(shop), f"/desk/{MERCHANT}/logo"
    before = head_of(shop)
    assert "/demo/" in before
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    for raw, name, said in (
        (picture("JPEG", (600, 300), exif=exif), "l.jpg", "The logo is being made ready"),
        (b"<svg onload=alert(1)>", "l.svg", "Drawings (SVG) are not taken"),
        (bomb(50_000, 50_000), "l.png", "million pixels"),
        (zipped(), "l.png", "no picture in JPEG, PNG, WebP or AVIF"),
    ):
        browser.get(path)
        assert said in send(browser, f"{path}/file", raw, name, "logo").text
    assert head_of(shop) == before, "the old one stays until the new one is made"
    assert (encode_due(shop.wiring), encode_due(shop.wiring)) == (1, 0)
    made = head_of(shop)
    answer = shop.browser().raw(made)
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert b"Secret" not in answer.data
    with Image.open(io.BytesIO(answer.data)) as opened:
        assert (opened.size, opened.mode) == ((112, 112), "RGBA"), "whole, in the middle of a clear square"
        corner = opened.getpixel((2, 2))
        assert isinstance(corner, tuple)
        assert corner[3] == 0
    browser.get(path)
    send(browser, f"{path}/file", bomb(900, 900), "l.png", "logo")
    assert encode_due(shop.wiring) == 1
    assert "This picture cannot be read." in browser.get(path).text
    assert head_of(shop) == made
    browser.submit(form=browser.page.form("/logo/none"))
    assert head_of(shop) == ""
    assert "No logo is shown." in browser.get(path).text
    send(browser, f"{path}/file", picture("JPEG", (600, 300), exif=exif), "l.jpg", "logo")
    assert head_of(shop) == made, "what was made before is shown at once"
    assert deeds(shop) == ["settings.logo"] * 4


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "Choose a picture first."),
        (bomb(50_000, 50_000), "million pixels"),
        (b"<svg onload=alert(1)>", "Drawings (SVG) are not taken"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"x" * (8 * 1024 * 1024 + 1), "more than 8 MB"),
        (zipped(), "no picture in JPEG, PNG, WebP or AVIF"),
    ],
)
def test_what_is_no_picture_is_answered_with_a_sentence(shop: Shop, raw: bytes, words: str) -> None:
    browser = owner(shop)
    browser.get(DISH)
    page = send(browser, f"{DESK}/picture/product/GAL-COMPLETE", raw, "p.jpg", "picture", seen="1")
    assert words in page.text
    assert on_sale(shop) == shop.houses[0].menu


def test_a_picture_that_cannot_be_decoded_says_so_and_the_dish_shows_none(shop: Shop) -> None:
    browser = owner(shop)
    browser.get(DISH)
    send(browser, f"{DESK}/picture/product/GAL-COMPLETE", bomb(900, 900), "p.png", "picture", seen="1")
    assert encode_due(shop.wiring) == 1
    assert "This picture cannot be read." in browser.get(DISH).text
    shop.catch_up()
    assert "/pictures/" not in str(
        [one.attributes.get("src") for one in shop.browser().get(f"/r/{MERCHANT}/{STORE}/").root.all("img")]
    )
