"""The list of bad input, address by address: a clear page in the diner's language, and nothing changes."""

import pytest
from sqlalchemy import select

from tests.functional.town import COUNTING, HOME, Town, changed, image
from tests.shop import MERCHANT, STORE, Browser, Shop
from webapp.nouns.basket.models import BasketLine

BAKERY = "fournil-mistral"
DISH = f"{HOME}d/DES-FAR"
QUANTITIES = ("0", "-1", "1000", "100", "two", "", "1.5", "1e1", "0x1", "٣", "1 2", "9" * 4000, "\0", "1\0")


def at_the_table(shop: Shop, language: str = "en") -> Browser:
    browser = shop.browser(language)
    browser.get(f"{HOME}t/{shop.code()}")
    return browser


@pytest.mark.parametrize(("language", "words"), [("en", "nothing at this address"), ("fr", "rien à cette adresse")])
@pytest.mark.parametrize("path", [f"/r/{MERCHANT}/atlantis/", "/r/nobody/", f"/r/{BAKERY}/{STORE}/", "/o/x", "/pay/x"])
def test_an_unknown_place_is_said_in_the_diners_language(shop: Shop, language: str, words: str, path: str) -> None:
    page = shop.browser(language).get(path)
    assert page.status == 404
    assert words in page.text
    assert page.root.first("html").attributes["lang"] == language
    assert page.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_kind_of_error_speaks_the_diners_language(shop: Shop, language: str) -> None:
    browser = shop.browser(language)
    browser.get("/")
    codes = {
        403: browser.raw("/language/fr", "POST"),
        404: browser.raw("/nowhere"),
        405: browser.raw("/", "DELETE"),
        410: browser.raw(f"{HOME}t/{shop.wiring.signer.sign('table', 'gone')}"),
        413: browser.raw("/language/fr", "POST", data=b"x" * 300_000, content_type="application/x-www-form-urlencoded"),
    }
    assert {code: answer.status_code for code, answer in codes.items()} == dict(zip(codes, codes, strict=True))
    for answer in codes.values():
        assert f'<html lang="{language}">' in answer.text


def test_a_forged_code_seats_nobody(shop: Shop) -> None:
    code, signer = shop.code(), shop.wiring.signer
    word = code.partition(".")[0]
    forged = (
        word, word + ".", "." + code, code[:-1], code + "a", code.upper(), code.replace(".", ".."),
        signer.sign("order", word), signer.sign("", word), shop.code("lyon-terreaux"), f"{code}%00",
    )  # fmt: skip
    browser = shop.browser()
    before = image(shop.database)
    for one in forged:
        page = browser.get(f"{HOME}t/{one}")
        assert page.status in {404, 410}, one
    assert changed(before, image(shop.database)) == []


def test_a_number_of_items_that_is_none_adds_nothing(shop: Shop) -> None:
    browser = at_the_table(shop)
    before = image(shop.database, without=COUNTING)
    for quantity in QUANTITIES:
        page = browser.post(DISH, {"quantity": quantity})
        assert page.status == 422, quantity
        assert "from 1 to 99" in page.text
    assert changed(before, image(shop.database, without=COUNTING)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"option-base": "lobster"},
        {"option-base": ["kasha", "rice", "quinoa"]},
        {"option-base": "kasha", "option-base-kasha": "-1"},
        {"option-base": "kasha", "option-base-kasha": "99999999"},
        {"option-base": "kasha' OR 1=1 --"},
        {"option-base": ["kasha"] * 500},
        {"option-base-kasha": "99"},
    ],
)
def test_options_outside_their_rules_add_nothing(shop: Shop, fields: dict[str, str | list[str]]) -> None:
    browser = at_the_table(shop)
    before = image(shop.database, without=COUNTING)
    page = browser.post(f"{HOME}d/BOL-VEGAN", {"quantity": "1", **fields})
    if page.status == 422:
        assert changed(before, image(shop.database, without=COUNTING)) == []
    else:
        # Said five hundred times over, one choice is still one choice.
        assert fields == {"option-base": ["kasha"] * 500}
        assert "€" in browser.get(f"{HOME}basket").text


def test_what_is_not_sold_here_now_is_not_added(shop: Shop) -> None:
    shop.sell_out("DES-FAR")
    browser = at_the_table(shop)
    before = image(shop.database, without=COUNTING)
    other = [one.sku for one in shop.houses[1].menu.products][:3]
    for sku, statuses in (("DES-FAR", {409}), *((sku, {404}) for sku in (*other, "DES-FAR%00", "des-far", "*", "%"))):
        assert browser.post(f"{HOME}d/{sku}", {"quantity": "1"}).status in statuses, sku
    assert changed(before, image(shop.database, without=COUNTING)) == []


def test_a_note_too_long_is_refused_and_one_with_control_characters_is_cleaned(shop: Shop) -> None:
    browser = at_the_table(shop)
    before = image(shop.database, without=COUNTING)
    page = browser.post(DISH, {"quantity": "1", "note": "a" * 10_000})
    assert page.status == 422
    assert changed(before, image(shop.database, without=COUNTING)) == []
    browser.post(DISH, {"quantity": "1", "note": "no\0 \x1b[31mnuts\r\nSet-Cookie: a=b \u202eplease"})
    with shop.database.reading() as session:
        kept = list(session.scalars(select(BasketLine.note)))
    assert kept == ["no [31mnuts Set-Cookie: a=b please"]


SLOTS = (
    "", "now", "2026-11-24", "2026-11-24T11:15Z", "2026-11-23T12:45Z", "2026-11-24T12:46Z", "2026-11-25T03:00Z",
    "2027-11-24T12:45Z", "9999-12-31T23:59Z", "0001-01-01T00:00Z", "2026-02-30T12:00Z", "2026-11-24T25:00Z",
    "2026-11-24T12:45Z\0", "２０２６-11-24T12:45Z", "-2026-11-24T12:4Z", "2026-11-24 12:45Z", "a" * 10_000,
)  # fmt: skip


@pytest.mark.parametrize("slot", SLOTS)
def test_a_time_that_cannot_be_chosen_changes_nothing(shop: Shop, slot: str) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}slot")
    before = image(shop.database)
    page = browser.post(f"{HOME}slot", {"slot": slot})
    assert page.status == 422
    assert page.root.all(role="alert")
    assert changed(before, image(shop.database)) == []


NUMBERS = (
    "", " ", "hello", "12", "0", "+", "++33612345678", "0612345678" * 5, "06 12 34 56 7x", "06 12 34 56 78\0",
    "+999 1234567", "1" * 5000, "<script>", "06 12 34 56 78 ext. 3", "+33 6 12 34 56", "0033", "🍕" * 9, "-1",
)  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_that_is_none_is_refused_kindly_and_not_kept(shop: Shop, number: str) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}identify")
    before = image(shop.database)
    page = browser.post(f"{HOME}identify", {"phone": number, "country": "FR"})
    assert page.status == 422
    assert page.root.all(class_="field-error") or page.root.all(role="alert")
    assert changed(before, image(shop.database)) == []


@pytest.mark.parametrize("country", ["", "ZZ", "fr", "F", "\0\0", "FRFR", "001", "<>"])
def test_a_country_that_is_none_changes_nothing(shop: Shop, country: str) -> None:
    browser = shop.browser()
    browser.get(f"{HOME}identify")
    before = image(shop.database)
    page = browser.post(f"{HOME}identify", {"phone": "06 12 34 56 78", "country": country})
    assert page.status == 422 or country == "FRFR"
    if country != "FRFR":
        assert changed(before, image(shop.database)) == []


def test_links_of_others_truncated_or_altered_open_nothing(town: Town) -> None:
    browser = town.identified()
    link = town.place(browser)
    town.start(browser, link)
    word, _, mark = link.partition(".")
    order = town.order()
    signer = town.shop.wiring.signer
    wrong = [
        word, mark, link[:-1], link[1:], link + "a", f"{word}.{mark[::-1]}", f"{word}..{mark}", link.upper(),
        signer.sign("table", word), signer.sign("not-me", word), signer.sign("order", str(order.id)),
        signer.sign("order", "nothing"), signer.sign("order", ""), str(order.id), str(order.number), order.reference,
    ]  # fmt: skip
    before = town.image()
    stranger = town.shop.browser("fr")
    for one in wrong:
        for path in (f"/o/{one}", f"/o/{one}/state", f"/pay/{one}", f"/pay/{one}/return", f"/pay/{one}/cancel"):
            assert stranger.raw(path).status_code == 404, path
        token = stranger.get("/").token
        assert stranger.raw(f"/o/{one}/again", "POST", data={"csrf_token": token}).status_code == 404
        assert stranger.raw(f"/not-me/{one}").status_code == 404
    assert changed(before, town.image()) == []


def test_nothing_of_another_browser_can_be_touched(town: Town) -> None:
    owner = town.seated()
    line = town.rows("SELECT id FROM basket_line")[0][0]
    thief = town.seated(dish="DES-FAR")
    before = town.image()
    assert thief.post(f"{HOME}basket/line/{line}", {"quantity": "0"}).status == 404
    assert thief.post(f"{DISH}?line={line}", {"quantity": "5"}).status == 404
    assert thief.get(f"{DISH}?line={line}").status == 404
    other = f"/r/{MERCHANT}/lyon-terreaux/"
    assert owner.post(f"{other}basket/line/{line}", {"quantity": "0"}).status == 404
    assert changed(before, town.image()) == []


def test_a_table_of_one_store_seats_nobody_in_another(town: Town) -> None:
    browser = town.seated()
    other = "nantes-bouffay"
    browser.post(f"/r/{MERCHANT}/{other}/d/DES-FAR", {"quantity": "1"})
    page = browser.get(f"/r/{MERCHANT}/{other}/checkout")
    assert page.path.endswith("/slot")


def test_steps_cannot_be_skipped(shop: Shop) -> None:
    browser = shop.browser()
    browser.get("/")
    before = image(shop.database)
    assert browser.post(f"{HOME}checkout", {"shown": "0" * 64}).status == 404
    browser.get(f"{HOME}t/{shop.code()}")
    for shown in ("", "\0", "0" * 64, "a" * 10_000):
        browser.get(f"{HOME}basket")
        page = browser.post(f"{HOME}checkout", {"shown": shown})
        assert page.path == f"{HOME}basket"
    after = image(shop.database)
    assert changed(before, after) == ["visit"]


def test_an_unreadable_confirmation_is_asked_again_even_where_the_store_is_closed(town: Town) -> None:
    browser = town.identified()
    token = browser.page.token
    town.later(hours=15)
    before = town.image()
    for shown in ("\0" * 64, "\0", "é" * 64, "A" * 64):
        answer = browser.raw(f"{HOME}checkout", "POST", data={"csrf_token": token, "shown": shown})
        assert answer.status_code in {303, 409}, shown
    assert changed(before, town.image()) == []


def test_an_identity_grown_old_is_not_ordered_with(town: Town) -> None:
    browser = town.identified("06 12 34 56 78")
    town.later(hours=12, minutes=1)
    page = browser.get(f"{HOME}loyalty")
    assert page.path.endswith("/identify")
    assert "78" not in page.text
