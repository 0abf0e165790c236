"""Options and courses: what may be chosen, what is included, and what a posted form can say (P1, P5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.pricing_cases import ANYTHING, FORMULA, SMALL, menu, wanted
from webapp.nouns.pricing import (
    Choice,
    Configuration,
    CourseChoice,
    Malformed,
    PlainForm,
    Problem,
    Wanted,
    parse_configuration,
    parse_quantity,
    quote,
)

MENU = menu()


def _codes(sku: str, *options: Choice, courses: tuple[CourseChoice, ...] = ()) -> list[str]:
    return [problem.code for problem in quote(MENU, "table", [wanted(sku, *options, courses=courses)]).problems]


def _parsed(sku: str, **fields: str | list[str]) -> Configuration:
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    parsed = parse_configuration(MENU, sku, PlainForm(named))
    assert isinstance(parsed, Configuration), parsed
    return parsed


def test_the_first_included_options_in_the_order_of_the_group_are_free() -> None:
    line = wanted("fries", Choice("sauce", "truffle"), Choice("sauce", "curry"), Choice("sauce", "mayo"))
    priced = quote(MENU, "table", [line]).lines[0]
    assert priced.unit_price == 390 + 150
    assert [(part.name["en"], part.unit_price, part.included) for part in priced.details] == [
        ("mayo", 0, True),
        ("curry", 0, True),
        ("truffle", 150, False),
    ]


def test_an_option_partly_included_is_told_in_two_details() -> None:
    line = wanted("fries", Choice("sauce", "mayo"), Choice("sauce", "curry", 2))
    priced = quote(MENU, "table", [line]).lines[0]
    assert [(part.name["en"], part.quantity, part.unit_price) for part in priced.details] == [
        ("mayo", 1, 0),
        ("curry", 1, 0),
        ("curry", 1, 40),
    ]


def test_options_outside_their_rules_are_refused() -> None:
    assert _codes("coffee") == ["option_required"]
    assert _codes("twins", Choice("pair", "left")) == ["too_few_options"]
    assert _codes("coffee", SMALL, Choice("size", "large")) == ["too_many_options"]
    assert _codes("fries", Choice("sauce", "mayo", 2), Choice("sauce", "curry", 2)) == ["too_many_options"]
    assert _codes("fries", Choice("sauce", "truffle", 2)) == ["too_many_options"]
    assert _codes("fries", Choice("sauce", "ketchup")) == ["option_unknown"]
    assert _codes("plain", Choice("sauce", "mayo")) == ["option_unknown"]
    assert _codes("fries", Choice("sauce", "mayo", -1)) == ["quantity_out_of_range"]
    assert _codes("fries", Choice("sauce", "mayo", 0)) == ["quantity_out_of_range"]


def test_a_sold_out_option_is_refused() -> None:
    line = wanted("fries", Choice("sauce", "mayo"))
    priced = quote(menu(sold_out=frozenset({"sauce:mayo"})), "table", [line])
    assert [(one.code, dict(one.params)) for one in priced.problems] == [
        ("option_sold_out", {"group": "sauce", "option": "mayo"})
    ]


def test_a_set_menu_needs_exactly_one_known_dish_per_course() -> None:
    main, drink = FORMULA
    assert _codes("formula", courses=(main,)) == ["course_missing"]
    assert _codes("formula", courses=(main, drink, drink)) == ["course_choice_unknown"]
    assert _codes("formula", courses=(main, drink, CourseChoice("cheese", "plain"))) == ["course_choice_unknown"]
    assert _codes("formula", courses=(CourseChoice("main", "wine"), drink)) == ["course_choice_unknown"]
    assert _codes("formula", courses=(main, CourseChoice("drink", "gone"))) == ["sold_out"]
    assert _codes("formula", courses=(main, CourseChoice("drink", "coffee"))) == ["option_required"]
    assert _codes("plain", courses=(main,)) == ["course_choice_unknown"]


def test_configurations_of_the_same_choices_are_equal_whatever_the_order() -> None:
    one = Configuration((Choice("b", "x"), Choice("a", "y"), Choice("b", "x")), FORMULA)
    two = Configuration((Choice("a", "y"), Choice("b", "x", 2)), FORMULA[::-1])
    assert one == two
    assert one.key == two.key != Configuration().key


@given(ANYTHING)
def test_a_stored_configuration_reads_back_or_is_refused(line: Wanted) -> None:
    text = line.configuration.to_json()
    try:
        assert Configuration.from_json(text) == line.configuration
    except Malformed:
        counts = [choice.quantity for choice in line.configuration.options]
        counts += [choice.quantity for course in line.configuration.courses for choice in course.options]
        assert any(not 1 <= count <= 99 for count in counts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"options":[["a"]],"courses":[]}',
        '{"options":[["a","b",true]],"courses":[]}',
        "[" * 9999,
    ],
)
def test_text_that_is_no_configuration_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Configuration.from_json(text)


def test_a_form_with_radio_boxes_and_counters_is_read() -> None:
    assert _parsed("coffee", option_size="large") == Configuration((Choice("size", "large"),))
    assert _parsed("fries", option_sauce=["mayo", "curry"]) == Configuration(
        (Choice("sauce", "mayo"), Choice("sauce", "curry"))
    )
    assert _parsed("fries", option_sauce_mayo="2", option_sauce_curry="", option_sauce_truffle="on") == Configuration(
        (Choice("sauce", "mayo", 2), Choice("sauce", "truffle"))
    )


def test_a_set_menu_form_reads_only_the_options_of_the_chosen_dish() -> None:
    parsed = _parsed(
        "formula",
        course_main="fries",
        course_drink="coffee",
        course_main_option_sauce_curry="1",
        course_drink_option_size="small",
        course_main_option_size="large",
    )
    assert parsed == Configuration((), FORMULA)


@pytest.mark.parametrize(
    ("sku", "fields", "code"),
    [
        ("fries", {"option-sauce-mayo": "two"}, "quantity_out_of_range"),
        ("fries", {"option-sauce-mayo": "-1"}, "quantity_out_of_range"),
        ("fries", {"option-sauce-mayo": "9" * 10_000}, "quantity_out_of_range"),
        ("fries", {"option-sauce-mayo": "１"}, "quantity_out_of_range"),
        ("fries", {"option-sauce": "ketchup"}, "option_unknown"),
        ("formula", {"course-main": "wine"}, "course_choice_unknown"),
        ("no such", {}, "unknown_product"),
    ],
)
def test_an_absurd_field_gives_a_code(sku: str, fields: dict[str, str], code: str) -> None:
    parsed = parse_configuration(MENU, sku, PlainForm(fields))
    assert isinstance(parsed, Problem)
    assert parsed.code == code


@pytest.mark.parametrize("text", ["0", "-1", "1000", "100", "two", "", None, "1.0", "１", "+1", "1e1", "9" * 10_000])
def test_a_quantity_that_is_none_is_refused(text: str | None) -> None:
    assert isinstance(parse_quantity(text), Problem)


def test_plain_digits_are_a_quantity() -> None:
    assert [parse_quantity(text) for text in ("1", "99", " 7 ", "07")] == [1, 99, 7, 7]


HOSTILE = st.dictionaries(
    st.one_of(
        st.sampled_from(["price", "total", "discount", "option-", "course-", "option-price", "unit_price", "line_id"]),
        st.text(max_size=30).filter(lambda name: not name.startswith(("option-size", "option-sauce"))),
    ),
    st.one_of(st.text(), st.lists(st.text(), max_size=3)),
)


@given(HOSTILE)
def test_extra_fields_never_change_what_is_chosen(extra: dict[str, str | list[str]]) -> None:
    form = PlainForm({**extra, "option-size": "large"})
    assert parse_configuration(MENU, "coffee", form) == Configuration((Choice("size", "large"),))


FIELDS = st.sampled_from(
    [
        "option-sauce",
        "option-sauce-mayo",
        "option-sauce-curry",
        "course-main",
        "course-main-option-sauce",
        "course-drink",
    ]
)


@given(st.sampled_from(["fries", "formula"]), st.dictionaries(FIELDS, st.one_of(st.text(), st.lists(st.text()))))
def test_no_form_raises(sku: str, fields: dict[str, str | list[str]]) -> None:
    parsed = parse_configuration(MENU, sku, PlainForm(fields))
    assert isinstance(parsed, Configuration | Problem)
    if isinstance(parsed, Configuration):
        quote(MENU, "table", [Wanted("1", sku, 1, parsed)])
