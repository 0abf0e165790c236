"""The menu desk: every page, what it changes, and what it says to input that cannot be."""

import csv
import io
import json
from typing import Any

import pytest

from tests.functional.desk_cast import OTHER, hire, owner, sign_in
from tests.functional.menu_desk_cast import DESK, DISH, deeds, on_sale, save, send, zipped
from tests.shop import MERCHANT, STORE, Shop
from webapp.nouns.catalog.sheet import file

EVIL = '<script>alert(1)</script> =HYPERLINK("x") ”’'


def test_every_page_of_the_desk_opens_in_both_languages(shop: Shop) -> None:
    first = on_sale(shop)
    group, offer = first.option_groups[0], first.set_menus[0]
    rows = [f"category/{first.categories[0].id}", f"group/{group.id}", f"option/{group.id}/{group.options[0].id}",
            "product/GAL-COMPLETE", f"set_menu/{offer.sku}", f"course/{offer.sku}/{offer.courses[0].id}"]  # fmt: skip
    pages = ["", "?show=categories", "?show=groups", "?q=complete", "/import", "/versions", "?page=99",
             *(f"/{what}/{row}" for row in rows for what in ("row", "remove")),
             "/add/product", "/add/category", "/add/group", "/add/set_menu",
             f"/add/option/{group.id}", f"/add/course/{offer.sku}"]  # fmt: skip
    for language in ("en", "fr"):
        browser = owner(shop, language=language)
        for one in pages:
            assert browser.get(DESK + one).status == 200, one
    for one in (
        "/row/dish/x",
        "/row/product/NOWHERE",
        "/row/option/x",
        "/row/course/NOWHERE/x",
        "/import/gone/x",
        "/add/option/nowhere",
    ):
        assert browser.get(DESK + one).status == 404, one
    assert "GAL-COMPLETE" in browser.get(f"{DESK}?q=COMPLÈTE").text


def test_a_form_sent_as_it_stands_changes_nothing(shop: Shop) -> None:
    browser = owner(shop)
    menu = on_sale(shop)
    rows = [*(f"product/{one.sku}" for one in menu.products[::7]), *(f"set_menu/{one.sku}" for one in menu.set_menus),
            *(f"group/{one.id}" for one in menu.option_groups), *(f"category/{one.id}" for one in menu.categories),
            *(f"option/{one.id}/{two.id}" for one in menu.option_groups[:4] for two in one.options[:2]),
            *(f"course/{one.sku}/{two.id}" for one in menu.set_menus for two in one.courses)]  # fmt: skip
    for row in rows:
        assert "Nothing was changed." in save(browser, f"{DESK}/row/{row}").text, row
    assert on_sale(shop) == menu
    assert deeds(shop) == []


def test_a_changed_price_is_on_the_menu_in_the_log_and_can_be_undone(shop: Shop) -> None:
    browser = owner(shop)
    before = on_sale(shop)
    page = save(browser, DISH, price="11,50", name__en=EVIL)
    assert "Saved, and on sale everywhere." in page.text
    assert EVIL in page.text
    after = on_sale(shop)
    changed = [(a.sku, b.price, b.name["en"]) for a, b in zip(before.products, after.products, strict=True) if a != b]
    assert changed == [("GAL-COMPLETE", 1150, EVIL)]
    assert deeds(shop) == ["menu.change"]
    shop.catch_up()
    diner = shop.browser()
    menu = diner.get(f"/r/{MERCHANT}/{STORE}/?mode=collect")
    assert "€11.50" in menu.text
    assert EVIL in menu.text
    assert "menu" in browser.get(f"/desk/{MERCHANT}/log").text
    browser.get(f"{DESK}/versions")
    browser.submit(button=("number", "1"), form=browser.page.form("/versions"))
    assert "Version 1 is on sale again, as version 3." in browser.page.text
    assert on_sale(shop) == before


def test_somebody_who_was_quicker_is_said_and_nothing_typed_is_lost(shop: Shop) -> None:
    slow, quick = owner(shop), owner(shop)
    slow.get(DISH)
    save(quick, DISH, price="12.00")
    page = slow.submit({"name.en": "Mine"}, form=slow.page.form("GAL-COMPLETE"))
    assert page.status == 409
    assert "Somebody else changed the menu meanwhile" in page.text
    assert page.root.first("input", name="name.en").attributes["value"] == "Mine"
    assert on_sale(shop).products != shop.houses[0].menu.products
    slow.submit(form=page.form("GAL-COMPLETE"))
    by_sku = {one.sku: one for one in on_sale(shop).products}
    assert by_sku["GAL-COMPLETE"].name["en"] == "Mine"


@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"price": "-1"}, "must be at least 0"),
        ({"price": "a lot"}, "“a lot” is not an amount"),
        ({"price": ""}, "Fill this in."),
        ({"vat__collect": "reduced"}, "“reduced” is not a VAT rate"),
        ({"vat__collect": ""}, "no VAT rate for collect"),
        ({"name__fr": ""}, "no text in fr"),
        ({"name__en": "x\u202ey"}, "control character"),
        ({"hours": "noon"}, "“noon” is not hours"),
        ({"hours": "12:00-12:00"}, "opens and closes at the same minute"),
        ({"category": "nowhere"}, "the category “nowhere” does not exist"),
        ({"stores__paris-republique__price": "x"}, "“x” is not an amount"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_changes(
    shop: Shop, fields: dict[str, str], beside: str
) -> None:
    browser = owner(shop)
    page = save(browser, DISH, **fields)
    assert page.status == 422
    assert beside in page.text
    assert page.root.all(class_="field-error")
    assert on_sale(shop) == shop.houses[0].menu


def test_a_dish_is_added_given_options_moved_and_taken_off(shop: Shop) -> None:
    browser = owner(shop)
    browser.get(f"{DESK}/add/product?category=crepes")
    filled = {
        "id": "GAL-COMPLETE",
        "name.fr": "Neuve",
        "name.en": "New",
        "price": "9",
        "vat.table": "10",
        "vat.collect": "5,5",
    }
    page = browser.submit({**filled, "category": "crepes"}, form=browser.page.form("/add/product"))
    assert "Another one has this name already." in page.text
    page = browser.submit({"id": "NEW-1"}, form=page.form("/add/product"))
    assert page.path == f"{DESK}/row/product/NEW-1"
    new = on_sale(shop).products[-1]
    assert (new.sku, new.price, new.vat.collect, new.allergens, new.category) == ("NEW-1", 900, 550, None, "crepes")
    browser.post(f"{DESK}/move/product/NEW-1", {"seen": "2", "to": "up"})
    assert on_sale(shop).products[-1].sku != "NEW-1"
    browser.get(f"{DESK}/remove/product/NEW-1")
    browser.submit(form=browser.page.form("/remove/product/NEW-1"))
    assert "New is no longer on the menu" in browser.page.text
    assert deeds(shop)[:3] == ["menu.remove", "menu.move", "menu.add"]


def test_what_others_need_cannot_be_taken_off_and_says_who_needs_it(shop: Shop) -> None:
    browser = owner(shop)
    menu = on_sale(shop)
    chosen = menu.set_menus[0].courses[0].choices[0].sku
    for row, why in (
        (f"category/{menu.categories[1].id}", "does not exist"),
        (f"product/{chosen}", "which is no dish of this menu"),
        (f"group/{next(one for one in menu.products if one.option_groups).option_groups[0]}", "does not exist"),
    ):
        browser.get(f"{DESK}/remove/{row}")
        page = browser.submit(form=browser.page.form(f"/remove/{row}"))
        assert page.status == 422
        assert why in page.text
    assert on_sale(shop) == menu


def test_a_set_menu_inside_itself_is_refused(shop: Shop) -> None:
    browser = owner(shop)
    offer = on_sale(shop).set_menus[0]
    page = save(browser, f"{DESK}/row/course/{offer.sku}/{offer.courses[0].id}", choice__0__sku=offer.sku)
    assert page.status == 422
    assert "a set menu cannot hold a set menu" in page.text


def test_allergens_not_declared_are_their_own_state(shop: Shop) -> None:
    browser = owner(shop)
    save(browser, DISH, allergens__declared="no")
    assert {one.sku: one.allergens for one in on_sale(shop).products}["GAL-COMPLETE"] is None
    assert "Allergens not declared" in browser.get(f"{DESK}?q=GAL-COMPLETE").text
    page = browser.get(DISH)
    form = page.form("GAL-COMPLETE")
    browser.submit({"allergens.declared": "yes"}, form=form)
    assert {one.sku: one.allergens for one in on_sale(shop).products}["GAL-COMPLETE"] == ()


def test_a_file_with_mistakes_names_each_line_and_changes_nothing(shop: Shop) -> None:
    raw = file.write(shop.houses[0].menu).decode("utf-8-sig")
    bad = raw.replace(",9.80,", ",-9.80,", 1).replace("GAL-FROMAGE,", "GAL-COMPLETE,", 1)
    for language, words in (("en", "must be at least 0"), ("fr", "au moins 0")):
        browser = owner(shop, language=language)
        browser.get(f"{DESK}/import")
        page = send(browser, f"{DESK}/import", bad.encode())
        assert page.status == 422
        assert words in page.text
        lines = [one.text for one in page.root.all("td", class_="num")]
        assert all(line.isdecimal() for line in lines)
        assert raw.split("\n").index(
            next(one for one in raw.split("\n") if "GAL-COMPLETE" in one and one.startswith("product"))
        ) + 1 in map(int, lines)
    assert on_sale(shop) == shop.houses[0].menu


def test_each_kind_of_mistake_in_a_table_is_a_sentence_at_its_line(shop: Shop) -> None:
    head = "type;parent;id;name.fr;name.en;price;vat.table;vat.collect\n"
    unreadable = {
        "product;plats;A;A;A;-1;10;10": "price must be at least 0",
        "product;plats;B;B;B;9;33;10": "vat.table must be at most",
        "product;plats;C;C;C;9;reduced;10": "“reduced” is not a VAT rate",
    }
    contradictory = {
        "choice;MIDI/plat;MIDI;;;;;": "",
        "course;MIDI;plat;Plat;Dish;;;": "",
        "category;;plats;Plats;Dishes;;;": "",
        "product;plats;A;A;A;9;10;10": "",
        "product;plats;A;Double;Twice;9;10;10": "the SKU “A” is there twice",
        "product;plats;C;C;;9;10;10": "no text in en",
        "set_menu;plats;MIDI;Midi;Lunch;12;10;10": "a set menu cannot hold a set menu",
    }
    browser = owner(shop)
    for rows in (unreadable, contradictory):
        browser.get(f"{DESK}/import")
        page = send(browser, f"{DESK}/import", (head + "\n".join(rows)).encode())
        assert page.status == 422
        named = [(row.first("td", class_="num").text, row.text) for row in page.root.all("tr") if row.all("td")]
        said = {int(line): text for line, text in named if line.isdecimal()}
        for line, words in enumerate(rows.values(), 2):
            assert words in said.get(line, ""), (line, said)
    slip = "category;;plats;Plats;Dishes;;;\nproduct;plats;E;E;E;9;0,55;10"
    page = send(browser, f"{DESK}/import", (head + slip).encode())
    assert page.status == 200
    assert "0.55 % VAT for table" in page.text, "a rate nobody charges may be meant: it is asked about"
    assert on_sale(shop) == shop.houses[0].menu


def test_script_and_formula_in_every_text_of_a_file_are_shown_as_text_and_run_nowhere(shop: Shop) -> None:
    data = on_sale(shop).model_dump(mode="json")

    def spoil(value: Any) -> None:
        for key, inside in value.items() if isinstance(value, dict) else enumerate(value):
            if key in {"name", "description"} and inside:
                value[key] = dict.fromkeys(inside, f"={EVIL}")
            elif isinstance(inside, dict | list):
                spoil(inside)

    spoil(data)
    browser = owner(shop)
    browser.get(f"{DESK}/import")
    page = send(browser, f"{DESK}/import", json.dumps(data).encode(), "menu.json")
    browser.submit(form=page.form(page.path))
    shop.catch_up()
    offer = on_sale(shop).set_menus[0].sku
    home = f"/r/{MERCHANT}/{STORE}/"
    diner = shop.browser()
    diner.get(f"{home}?mode=collect")
    shown = [diner.get(home), diner.get(f"{home}d/GAL-COMPLETE"), diner.get(f"{home}d/{offer}")]
    shown += [page, browser.get(DESK), browser.get(DISH), browser.get(f"{DESK}/row/set_menu/{offer}")]
    shown.append(browser.get(f"/desk/{MERCHANT}/s/{STORE}/board/sold-out?q=script"))
    for one in shown:
        typed = [box.attributes.get("value", "") for box in one.root.all("input")]
        assert f"={EVIL}" in one.text or f"={EVIL}" in typed, one.path
        assert not [script for script in one.root.all("script") if "alert" in script.text], one.path
    raw = browser.raw(f"{DESK}/export.csv").data.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(raw, newline="")) for cell in row]
    assert not [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "Choose a file first."),
        (b"{", "is not JSON"),
        ("{}".encode("utf-16"), "neither UTF-8 nor Windows-1252"),
        (b'{"format": 1, "products": [{"sku": "A"}]}', "is missing"),
        (b'{"merchant": {}, "menu": {}}', "holds a merchant with its stores"),
        (b"MZ\x90\x00\x81", "neither UTF-8 nor Windows-1252"),
        (b"hello", "no column type"),
        (zipped(), "neither UTF-8 nor Windows-1252"),
    ],
)
def test_a_file_that_is_no_menu_is_answered_with_a_sentence(shop: Shop, raw: bytes, words: str) -> None:
    browser = owner(shop)
    browser.get(f"{DESK}/import")
    page = send(browser, f"{DESK}/import", raw)
    assert page.status == 422
    assert words in page.text


def test_an_import_is_shown_applied_and_undone(shop: Shop) -> None:
    browser = owner(shop)
    before = on_sale(shop)
    data = before.model_dump(mode="json")
    data["products"][0]["price"] += 50
    data["products"][1]["name"]["en"] = EVIL
    gone = data["set_menus"].pop()["sku"]
    browser.get(f"{DESK}/import")
    page = send(browser, f"{DESK}/import", json.dumps(data).encode(), "menu.json")
    assert f"{DESK}/import/" in page.path
    for words in (EVIL, gone, "Prices up 1", "Changed 2"):
        assert words in page.text
    assert on_sale(shop) == before
    path = page.path
    page = browser.submit(form=page.form(path))
    assert "Version 2 is on sale." in page.text
    assert [one.sku for one in on_sale(shop).set_menus] == [one["sku"] for one in data["set_menus"]]
    browser.get(path)
    assert "This import is gone" in browser.page.text
    browser.get(f"{DESK}/versions")
    browser.submit(button=("number", "1"), form=browser.page.form("/versions"))
    assert on_sale(shop) == before
    assert deeds(shop) == ["menu.restore", "menu.import"]


def test_what_is_exported_is_imported_as_no_change(shop: Shop) -> None:
    for language in ("en", "fr"):
        browser = owner(shop, language=language)
        for kind in ("csv", "json"):
            answer = browser.raw(f"{DESK}/export.{kind}")
            assert "attachment" in answer.headers["Content-Disposition"]
            browser.get(f"{DESK}/import")
            page = send(browser, f"{DESK}/import", answer.data, f"menu.{kind}")
            assert ("this file is the menu on sale" if language == "en" else "ce fichier est la carte") in page.text


def test_anothers_import_is_not_there(shop: Shop) -> None:
    browser, other = owner(shop), owner(shop, OTHER)
    browser.get(f"{DESK}/import")
    path = send(browser, f"{DESK}/import", json.dumps(on_sale(shop).model_dump(mode="json")).encode()).path
    assert "This import is gone" in other.get(path.replace(MERCHANT, OTHER)).text
    assert other.get(path).status == 404


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(shop: Shop) -> None:
    browser = owner(shop)
    browser.get(f"{DESK}/import")
    page = send(browser, f"{DESK}/import", b"x" * (50 * 1024 * 1024))
    assert page.status == 413
    assert "too long to be read" in page.text


class Unread(io.BytesIO):
    """A body nobody may read."""

    def read(self, _size: int | None = -1) -> bytes:
        raise AssertionError("a stranger's file was read")


@pytest.mark.parametrize("path", ["/import", "/picture/product/GAL-COMPLETE"])
def test_a_strangers_file_is_not_even_read(shop: Shop, path: str) -> None:
    hire(shop, "waiter@example.org", "staff")
    for browser, status in (
        (shop.browser(), 303),
        (sign_in(shop, "waiter@example.org"), 403),
        (owner(shop, OTHER), 404),
    ):
        answer = browser.raw(
            DESK + path,
            "POST",
            input_stream=Unread(),
            content_length=8 * 1024 * 1024,
            content_type="multipart/form-data; boundary=x",
        )
        assert answer.status_code == status
