import time
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.catalog_samples import document, product, read, set_menu
from webapp.nouns.catalog.document import Allergen
from webapp.nouns.catalog.menu import Menu, compile_menu, option_key
from webapp.nouns.catalog.texts import folded, said


@dataclass(frozen=True)
class Chosen:
    group_id: str
    option_id: str
    quantity: int = 1


@dataclass(frozen=True)
class Course:
    course_id: str
    sku: str
    options: tuple[Chosen, ...] = ()


def compiled(data: dict[str, Any], store: str = "centre", **facts: Any) -> Menu:
    return compile_menu(read(data), store, **facts)


def test_a_store_has_its_own_price_and_its_own_selection() -> None:
    data = document(
        product("A", stores={"centre": {"price": 1100}}),
        product("B", stores={"centre": {"sold": False}}),
        set_menus=[set_menu("M", {"main": ["A", "B"]})],
    )
    centre, north = compiled(data), compiled(data, "north")
    assert centre.items["A"].price == 1100
    assert north.items["A"].price == 900
    assert centre.item("B") is None
    assert centre.sold_elsewhere == {"B"}
    assert [choice.sku for choice in centre.items["M"].courses[0].choices] == ["A"]


def test_a_set_menu_with_an_empty_course_is_not_sold_there() -> None:
    data = document(product("A"), product("B", stores={"centre": {"sold": False}}))
    data["set_menus"] = [set_menu("M", {"main": ["B"]})]
    assert compiled(data).sold_elsewhere == {"B", "M"}


def test_vat_follows_the_mode_and_the_territory() -> None:
    data = document(product("A", vat={"table": 1000, "collect": 550}), product("T", modes=["table"]))
    menu = compiled(data, vat_map={1000: 210})
    assert dict(menu.items["A"].vat) == {"table": 210, "collect": 550}
    assert menu.items["T"].modes == ("table",)


def test_what_is_sold_out_reaches_options_groups_and_set_menus() -> None:
    data = document(product("A", option_groups=["size"]), product("B"), set_menus=[set_menu("M", {"main": ["B"]})])
    menu = compiled(data, sold_out=frozenset({option_key("size", "small"), "B"}))
    size = menu.items["A"].groups[0]
    assert [option.sold_out for option in size.options] == [True, False]
    assert not menu.items["A"].sold_out
    assert menu.items["B"].sold_out
    assert menu.items["M"].sold_out
    gone = frozenset({option_key("size", "small"), option_key("size", "large")})
    assert compiled(data, sold_out=gone).items["A"].sold_out


def test_hours_come_from_the_dish_before_its_category_and_may_pass_midnight() -> None:
    data = document(product("A"), product("B", hours=[["22:00", "02:00"]]))
    data["categories"][0]["hours"] = [["11:00", "15:00"]]
    menu = compiled(data)
    assert menu.items["A"].served_at(11 * 60)
    assert not menu.items["A"].served_at(15 * 60)
    assert [menu.items["B"].served_at(minute) for minute in (0, 119, 120, 1319, 1320)] == [
        True,
        True,
        False,
        False,
        True,
    ]
    assert menu.items["A"].served_at(None)


def test_allergens_are_those_of_this_configuration() -> None:
    item = compiled(document(product("A", allergens=["milk"], option_groups=["size", "extra"]))).items["A"]
    assert item.allergens_of([Chosen("size", "small")]) == frozenset({"milk"})
    assert item.allergens_of([Chosen("extra", "nuts")]) == frozenset({"milk", "nuts"})


def test_one_undeclared_part_leaves_the_whole_undeclared() -> None:
    data = document(
        product("A", allergens=["milk"], option_groups=["extra"]), product("B", allergens=None), product("C")
    )
    menu = compiled({**data, "set_menus": [set_menu("M", {"one": ["A", "B"], "two": ["C"]})]})
    assert menu.items["A"].allergens_of([Chosen("extra", "secret")]) is None
    assert menu.items["A"].allergens_of([Chosen("extra", "no such")]) is None
    assert menu.items["B"].allergens_of() is None
    whole = menu.items["M"]
    assert whole.allergens_of() is None, "nothing chosen yet is not free of everything"
    assert whole.allergens_of((), [Course("one", "A"), Course("two", "C")]) == frozenset({"milk"})
    assert whole.allergens_of((), [Course("one", "B"), Course("two", "C")]) is None


@given(st.sets(st.sampled_from(list(Allergen))), st.sets(st.sampled_from(["none", "nuts", "egg"])))
def test_no_allergen_of_a_part_is_ever_lost(own: set[Allergen], chosen: set[str]) -> None:
    item = compiled(document(product("A", allergens=sorted(own), option_groups=["extra"]))).items["A"]
    found = item.allergens_of([Chosen("extra", option) for option in chosen])
    brought = {"nuts": Allergen.NUTS, "egg": Allergen.EGGS}
    assert found == frozenset(own | {brought[option] for option in chosen if option in brought})


def test_five_thousand_products_compile_in_an_instant() -> None:
    ready = read(document(*[product(f"SKU-{number}", option_groups=["size", "extra"]) for number in range(5000)]))
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        menu = compile_menu(ready, "centre")
        best = min(best, time.process_time() - start)
    assert len(menu.items) == 5000
    assert best < 0.3


def test_text_falls_back_and_folds() -> None:
    assert said({"fr": "Crêpe"}, "en", ("de", "fr")) == "Crêpe"
    assert said({}, "en") == ""
    assert folded("Bœuf GRILLÉ,  l’Été") == "boeuf grille, l'ete"
    menu = compiled(document(product("A", name={"fr": "Galette à l'œuf", "en": "Egg galette"})))
    assert menu.items["A"].search["fr"].startswith("galette a l'oeuf")
    assert menu.text({"fr": "Oui"}, "en") == "Oui"
