"""Words that are more than words, from merchants and from diners; and fields nobody asked for, which move no price."""

import random
from typing import Any

import pytest

from tests.functional.town import HOME, Town
from tests.shop import Shop

NASTY = "\"'><script>alert(1)</script>{{7*7}}{%x%}<!--place-->put-the-token-here`onload=x`&lt;"
POSTED = ("price", "total", "unit_price", "discount", "discounts", "points", "state", "customer_id", "store_id",
          "amount", "merchant_id", "visit_id", "basket_id", "currency", "paid", "reward", "vat", "mode", "table_id",
          "slot",
          "slot_at", "membership", "strict", "quantity2", "Quantity", "order", "reference", "livemode")  # fmt: skip
VALUES = ("0", "-1", "1", "999999", "true", "paid", "closed", "null", "[]", "1e9", "EUR", "XXX", "collect", "\0", "")


@pytest.mark.parametrize("path", ["", "d/DES-FAR", "basket", "checkout"])
def test_a_merchants_words_are_only_words(town: Town, path: str) -> None:
    browser = town.identified("06 12 34 56 78")
    nasty = {"fr": NASTY, "en": NASTY}
    town.shop.change_menu(DES_FAR={"name": nasty, "description": nasty})
    page = browser.get(f"{HOME}{path}")
    assert page.status == 200
    assert "<script>alert(1)</script>" in page.text  # as text
    assert not [one for one in page.root.all("script") if "src" not in one.attributes]
    assert "49" not in [part for part in page.text.split("{") if part]


def test_a_diners_words_are_only_words(town: Town) -> None:
    browser = town.seated()
    browser.post(f"{HOME}d/DES-FAR", {"quantity": "1", "note": NASTY})
    browser.get(f"{HOME}identify")
    page = browser.post(f"{HOME}identify", {"phone": NASTY[:30], "country": NASTY})
    assert not [one for one in page.root.all("script") if "src" not in one.attributes]
    browser.post(f"{HOME}identify", {"skip": "1"})
    link = town.place(browser, name=NASTY[:40])
    session = town.start(browser, link)
    town.payment.act(session, "pay")
    browser.raw(f"/pay/{link}/return")
    page = browser.get(f"/o/{link}")
    assert NASTY[:40].strip() in page.text
    assert not [one for one in page.root.all("script") if "src" not in one.attributes]
    for search in (f"?why={NASTY}", f"?line={NASTY}", f"?next={NASTY}", f"?code={NASTY}"):
        for step in ("slot", "basket", "proof", "loyalty"):
            browser.get(f"{HOME}{step}{search.replace('#', '')}")  # `Page.of` holds every page to the rules


@pytest.mark.parametrize("accent", ["red", "#fff;}body{", "#12345", "#1234567", "#gggggg", "", "url(x)", "#fffff\n"])
def test_a_colour_that_is_none_never_reaches_a_stylesheet(shop: Shop, accent: str) -> None:
    merchant = shop.houses[0].merchant
    with pytest.raises(ValueError, match="accent"):
        type(merchant).model_validate({**merchant.model_dump(), "accent": accent})


@pytest.mark.parametrize(
    "logo", ["javascript:alert(1)", "//evil.example/x.svg", "../../secret", "a/b.svg", "x.html", "\0"]
)
def test_a_picture_that_is_none_never_reaches_a_page(shop: Shop, logo: str) -> None:
    merchant = shop.houses[0].merchant
    with pytest.raises(ValueError, match="logo"):
        type(merchant).model_validate({**merchant.model_dump(), "logo": logo})


def extra(seed: int) -> dict[str, Any]:
    """Fields of somebody's own invention."""
    chance = random.Random(seed)  # noqa: S311 -- it must be repeatable, and guards nothing
    return {name: chance.choice(VALUES) for name in chance.sample(POSTED, chance.randint(1, 12))}


def test_whatever_is_posted_the_sum_is_the_one_shown(town: Town) -> None:
    for seed in range(12):
        browser = town.shop.browser()
        more = extra(seed)
        browser.get(f"{HOME}t/{town.shop.code()}")
        browser.post(f"{HOME}d/DES-FAR?{'&'.join(f'{name}=0' for name in more)}", {**more, "quantity": "2"})
        browser.get(f"{HOME}identify")
        browser.post(f"{HOME}identify", {**more, "skip": "1"})
        assert "€10.40" in browser.get(f"{HOME}checkout").text
        town.place(browser, **more)
        order = town.order()
        assert (order.total, order.subtotal, order.currency, order.state) == (1040, 1040, "EUR", "pending")
        assert (order.customer_id, order.mode, order.discounts) == (None, "table", [])
        assert order.store_id == town.shop.store().id
    assert town.rows("SELECT COUNT(*), SUM(amount) FROM payment_attempt") == [(12, 12 * 1040)]


def test_a_field_said_twice_is_taken_once(town: Town) -> None:
    browser = town.seated(quantity="1")
    browser.post(f"{HOME}d/DES-FAR?quantity=50", {"quantity": ["2", "90"]})
    assert "€15.60" in browser.get(f"{HOME}basket").text
