"""Phone numbers: one value per line, a code for everything else (A2, D4)."""

import time

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.ground.phone import Phone, PhoneRefused, calling_code

REGIONS = sorted(
    region for region in phonenumbers.SUPPORTED_REGIONS if phonenumbers.example_number_for_type(region, 1) is not None
)
SEPARATORS = st.sampled_from(["", " ", ".", "-", "\u00a0", "\u202f", "/", "\u2011", "\u200e"])
DIGIT_SETS = st.sampled_from(["0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"])


def _code(text: str, region: str = "FR") -> str:
    with pytest.raises(PhoneRefused) as refused:
        Phone.parse(text, region)
    return refused.value.code


@pytest.mark.parametrize(
    "text",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06\u00a012\u202f34 56 78",
        "+33612345678",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "00 33 6 12 34 56 78",
        "33612345678",
        "０６１２３４５６７８",
        "＋33612345678",
        "٠٦١٢٣٤٥٦٧٨",
        "\u202a+33 6 12 34 56 78\u202c",
        "  0612345678  ",
    ],
)
def test_every_usual_spelling_is_the_same_number(text: str) -> None:
    assert Phone.parse(text, "FR") == Phone("+33612345678")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("+", "not_a_number"),
        ("()", "not_a_number"),
        ("hello", "not_a_number"),
        ("06 12 34 56 78 ext 5", "not_a_number"),
        ("06123\n45678", "not_a_number"),
        ("06123\x0045678", "not_a_number"),
        ("06+12345678", "not_a_number"),
        ("++33612345678", "not_a_number"),
        ("12", "too_short"),
        ("112", "too_short"),
        ("3631", "too_short"),
        ("06123456789", "too_long"),
        ("0" * 10_000, "too_long"),
        ("0012345678901234567", "too_long"),
        ("+33000000000", "invalid"),
        ("0000000000", "unsupported_country"),
        ("+999123456", "unsupported_country"),
        ("½½½½½½½½½½", "not_a_number"),
        ("🍕" * 10, "not_a_number"),
    ],
)
def test_what_is_no_number_gives_a_code(text: str, code: str) -> None:
    assert _code(text) == code


def test_an_unknown_region_is_a_code() -> None:
    assert _code("0612345678", "XX") == "unsupported_country"


def test_the_french_plan_is_one_whatever_the_store() -> None:
    assert Phone.parse("0692123456", "FR").e164 == "+262692123456"
    assert Phone.parse("0692123456", "RE").e164 == "+262692123456"
    assert Phone.parse("0612345678", "RE").e164 == "+33612345678"
    assert Phone.parse("0690001234", "MQ").e164 == "+590690001234"


def test_neither_printing_nor_failing_shows_the_number() -> None:
    phone = Phone.parse("0612345678", "FR")
    assert f"{phone} {phone!r} {[phone]}" == "Phone(…78) Phone(…78) [Phone(…78)]"
    with pytest.raises(PhoneRefused) as refused:
        Phone.parse("061234567", "FR")
    assert "61234" not in repr(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_number_is_written_for_people_at_home_and_elsewhere() -> None:
    phone = Phone.of_digits("33612345678")
    assert (phone.national("FR"), phone.national("BE")) == ("06 12 34 56 78", "+33 6 12 34 56 78")
    assert (phone.digits, phone.ending, phone.country) == ("33612345678", "78", "FR")


def test_only_mobile_ranges_take_messages() -> None:
    assert Phone.parse("0612345678", "FR").is_mobile
    assert not Phone.parse("0142345678", "FR").is_mobile
    assert Phone.parse("+1 201 555 0123", "FR").is_mobile


def test_a_zero_that_belongs_to_the_number_is_kept() -> None:
    assert Phone.parse("06 1234 5678", "IT").e164 == "+390612345678"


def test_a_country_has_its_calling_code() -> None:
    assert [calling_code(region) for region in ("FR", "RE", "US", "XX")] == [33, 262, 1, 0]


def test_hostile_text_is_refused_quickly() -> None:
    begun = time.perf_counter()
    for text in ("(" * 10_000, "0" * 1_000_000, "+" * 60, "\u200e" * 64, "1-" * 32):
        with pytest.raises(PhoneRefused):
            Phone.parse(text, "FR")
    assert time.perf_counter() - begun < 1.0


@given(st.sampled_from(REGIONS), st.data())
def test_spellings_of_one_number_are_equal_in_every_country(region: str, data: st.DataObject) -> None:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    assert number is not None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    digits = data.draw(DIGIT_SETS)
    spelled = "".join(digits[int(char)] + data.draw(SEPARATORS) for char in e164[1:])
    prefix = data.draw(st.sampled_from(["+", "00"]))
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    assert Phone.parse(prefix + spelled, region).e164 == e164
    assert Phone.parse(prefix + spelled, "FR").e164 == e164
    assert Phone.parse(national, region).e164 == e164


@given(st.integers(600_000_000, 799_999_999), st.integers(600_000_000, 799_999_999))
def test_different_numbers_never_merge(one: int, two: int) -> None:
    found = []
    for number in (one, two):
        try:
            found.append(Phone.parse(f"0{number}", "FR"))
        except PhoneRefused:
            return
    assert (found[0] == found[1]) == (one == two)


@given(st.text(max_size=80), st.sampled_from(["FR", "RE", "US", "IT"]))
def test_any_text_parses_or_raises_a_code(text: str, region: str) -> None:
    try:
        phone = Phone.parse(text, region)
    except PhoneRefused:
        return
    assert Phone.parse(phone.e164, region) == phone


@given(st.text(alphabet="+0123456789 ()-", max_size=24), st.sampled_from(["FR", "RE", "US", "IT", "AR", "BR"]))
def test_whatever_parses_is_stable(text: str, region: str) -> None:
    try:
        phone = Phone.parse(text, region)
    except PhoneRefused:
        return
    assert Phone.parse(phone.e164, "FR") == phone
    assert Phone.of_digits(phone.digits) == phone
