"""The store desk: what is saved is what diners meet, whole or not at all, and never over somebody else's change."""

from typing import Any

import pytest

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.functional.town import Town
from tests.shop import MERCHANT, STORE, Browser, Page, Shop
from webapp.nouns.merchant.models import Merchant, Store

HUB = f"/desk/{MERCHANT}/settings"
DESK = f"/desk/{MERCHANT}/s/{STORE}/settings"
HOME = f"/r/{MERCHANT}/{STORE}/"
STORE_SUBJECTS = ("hours", "days", "selling", "tips", "place")


def fill(browser: Browser, path: str, **fields: Any) -> Page:
    """Open a page of settings, change some fields, save."""
    browser.get(path)
    return browser.submit(form=browser.page.form(path), **fields)


def store_row(shop: Shop) -> Store:
    """The store as it is stored."""
    with shop.database.reading() as session:
        return session.get_one(Store, shop.store().id)


def merchant_row(shop: Shop) -> Merchant:
    """The merchant as it is stored."""
    with shop.database.reading() as session:
        return session.get_one(Merchant, shop.store().merchant.id)


def test_every_page_saved_as_it_stands_changes_nothing(shop: Shop) -> None:
    boss = owner(shop)
    before = (repr(vars(store_row(shop))["hours"]), store_row(shop).exceptions, store_row(shop).tip_percents)
    for subject in STORE_SUBJECTS:
        assert "Saved" in fill(boss, f"{DESK}/{subject}").text, subject
    for path in ("settings/brand", "company/company", "company/points", "company/texts"):
        assert "Saved" in fill(boss, f"/desk/{MERCHANT}/{path}").text, path
    assert (repr(store_row(shop).hours), store_row(shop).exceptions, store_row(shop).tip_percents) == before
    assert merchant_row(shop).terms.keys() == {"fr", "en"}


def test_changed_hours_reach_diners_at_once_and_the_log(shop: Shop) -> None:
    boss, stamp = owner(shop), store_row(shop).menu_stamp
    assert "Open now, until 01:00" in shop.browser().get(f"/r/{MERCHANT}/").text
    page = fill(boss, f"{DESK}/hours", tue="18h30 - 23h, 23:30-2")
    assert (page.path, "Saved" in page.text) == (HUB, True)
    assert store_row(shop).hours["tue"] == [["18:30", "23:00"], ["23:30", "02:00"]]
    assert store_row(shop).menu_stamp > stamp
    shop.catch_up()
    assert "Opens today at 18:30" in shop.browser().get(f"/r/{MERCHANT}/").text
    assert "changed opening hours" in boss.get(f"/desk/{MERCHANT}/log").text


def test_a_store_open_around_the_clock_says_so(shop: Shop) -> None:
    boss = owner(shop)
    everyday = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "0-24")
    assert "Saved" in fill(boss, f"{DESK}/hours", **everyday).text
    shop.catch_up()
    assert "Open day and night" in shop.browser().get(f"/r/{MERCHANT}/").text


def test_an_exception_closes_a_day_with_its_words_and_goes_when_its_date_is_cleared(shop: Shop) -> None:
    boss, rows = owner(shop), len(store_row(shop).exceptions)
    fields = {f"date_{rows}": "2026-11-24", f"hours_{rows}": "", f"note_{rows}_en": "Burst pipe!"}
    assert "Saved" in fill(boss, f"{DESK}/days", **fields).text
    shop.catch_up()
    assert "Burst pipe!" in shop.browser().get(HOME).text
    boss.get(f"{DESK}/days")
    dates = [one.attributes["value"] for one in boss.page.root.all("input", type="date")]
    fill(boss, f"{DESK}/days", **{f"date_{dates.index('2026-11-24')}": ""})
    assert len(store_row(shop).exceptions) == rows


@pytest.mark.parametrize(
    ("subject", "fields", "sentence"),
    [
        ("hours", {"mon": "late"}, "Monday: These hours cannot be read"),
        ("hours", {"fri": "11-15, 14-18"}, "Friday: the hours overlap"),
        ("hours", {"sun": "11-11"}, "Sunday: opens and closes at the same minute"),
        ("days", {"date_9": "24/12/2026"}, "Date: is not a date"),
        ("days", {"date_9": "2026-12-24"}, "the same date stands there twice"),
        ("days", {"date_9": "2027-05-01", "hours_9": "x"}, "These hours cannot be read"),
        ("selling", {"slot_items": "0"}, "Items the kitchen hands over in one slot: is too small: at least 1"),
        ("selling", {"slot_minutes": "1e3"}, "Length of a pick-up slot, in minutes: Type a whole number"),
        ("selling", {"prep_minutes": "999"}, "is too large: at most 240"),
        ("selling", {"modes": "drive-in"}, "cannot be kept"),
        ("tips", {"percent_1": "50"}, "Suggestion 1, in per cent: is too large: at most 30"),
        ("tips", {"percent_3": "5"}, "each suggestion must be larger"),
        ("place", {"name": " "}, "Name: must not be empty"),
        ("place", {"name": "a\u202eb"}, "Name: holds a sign"),
        ("place", {"timezone": "Mars/Olympus"}, "Time zone: is not a time zone"),
        ("place", {"country": "fr"}, "Country, in two capitals: cannot be kept"),
        ("place", {"phone": "call me"}, "Telephone: cannot be kept"),
    ],
)
def test_bad_input_in_a_field_is_a_sentence_beside_it_and_changes_nothing(
    shop: Shop, subject: str, fields: dict[str, str], sentence: str
) -> None:
    boss, stamp = owner(shop), store_row(shop).menu_stamp
    page = fill(boss, f"{DESK}/{subject}", **fields)
    assert (page.status, sentence in page.text) == (422, True), page.root.first("main").text[:600]
    assert store_row(shop).menu_stamp == stamp
    name, value = next(iter(fields.items()))
    kept = [one.attributes.get("value") for one in page.root.all("input", name=name)]
    assert value in kept or subject == "selling", "what was typed is still there"


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("settings/brand", {"accent": "red"}, "Colour: cannot be kept"),
        ("settings/brand", {"languages": "de", "default_language": "de"}, "the menu has no texts"),
        ("settings/brand", {"languages": "en", "default_language": "fr"}, "the first language must be among"),
        ("company/company", {"vat_number": "x" * 40}, "VAT number: is too long: at most 32"),
        ("company/points", {"loyalty_display": "never"}, "cannot be kept"),
        ("company/texts", {"terms_fr": "x" * 20_001}, "too long: at most 20000"),
    ],
)
def test_bad_input_of_the_merchant_is_a_sentence(shop: Shop, path: str, fields: dict[str, str], sentence: str) -> None:
    boss = owner(shop)
    before = {name: value for name, value in vars(merchant_row(shop)).items() if not name.startswith("_")}
    page = fill(boss, f"/desk/{MERCHANT}/{path}", **fields)
    assert (page.status, sentence in page.text) == (422, True), page.root.first("main").text[:600]
    assert {name: value for name, value in vars(merchant_row(shop)).items() if not name.startswith("_")} == before


def test_who_saves_second_is_shown_what_the_first_saved_and_loses_nothing(shop: Shop) -> None:
    first, second = owner(shop), owner(shop)
    first.get(f"{DESK}/place")
    second.get(f"{DESK}/place")
    assert "Saved" in first.submit(form=first.page.form("/place"), street="1, rue Neuve").text
    page = second.submit(form=second.page.form("/place"), street="2, rue Vieille")
    assert (page.status, "Somebody else saved" in page.text, "1, rue Neuve" in page.text) == (409, True, True)
    assert page.root.first("input", name="street").attributes["value"] == "2, rue Vieille"
    assert store_row(shop).street == "1, rue Neuve"
    assert "Saved" in second.submit(form=second.page.form("/place")).text
    assert store_row(shop).street == "2, rue Vieille"
    assert "Saved" in fill(first, f"{DESK}/tips", percent_3="20").text, "another page is nobody's conflict"


def test_law_and_money_are_the_owners_and_other_merchants_pages_nobodys(shop: Shop) -> None:
    hire(shop, "chef@example.org", "manager")
    hire(shop, "far@example.org", "owner", OTHER)
    chef, far = sign_in(shop, "chef@example.org"), sign_in(shop, "far@example.org")
    assert chef.get(f"{DESK}/hours").status == 200
    for path in ("company/texts", "company/company", "company/points"):
        assert path not in str(chef.get(HUB).root.all("a"))
        assert chef.raw(f"/desk/{MERCHANT}/{path}").status_code == 403
    far.get(f"/desk/{OTHER}/settings")
    for path in (HUB, f"{DESK}/hours", f"/desk/{MERCHANT}/company/texts", f"/desk/{OTHER}/s/{STORE}/settings/hours"):
        assert far.raw(path).status_code == 404
        assert far.post(path, {"name": "Mine"}).status in {404, 405}
    assert owner(shop).raw(f"{DESK}/nothing").status_code == 404


def test_legal_texts_are_shown_in_the_diners_language_and_never_as_markup(shop: Shop) -> None:
    boss = owner(shop)
    text = "Responsable : <b>Zoé</b>\n\n{{ 7*7 }}"
    assert "Saved" in fill(boss, f"/desk/{MERCHANT}/company/texts", privacy_fr=text, terms_en="").text
    diner = shop.browser("fr")
    page = diner.get(diner.get(HOME).link("Mentions légales"))
    assert ("<b>Zoé</b>" in page.text, "{{ 7*7 }}" in page.text) == (True, True)
    english = shop.browser("en").get(f"/r/{MERCHANT}/legal")
    assert ("VAT number FR00000000000" in english.text, "La vente est conclue" in english.text) == (True, True)
    assert shop.browser().get("/r/nobody/legal").status == 404


def test_a_closing_leaves_an_order_already_placed_alone(town: Town) -> None:
    browser = town.identified()
    link = town.place(browser)
    boss = owner(town.shop)
    page = boss.get(f"{DESK}/hours")
    assert "Orders already placed are not changed" in page.text
    assert "Saved" in boss.submit(form=page.form("/hours"), tue="").text
    town.shop.catch_up()
    town.payment.act(town.start(browser, link), "pay")
    assert "Paid" in browser.get(f"/pay/{link}/return").text
    assert town.order().state == "paid"
