"""A phone number is a value: it parses, or it raises a code (A2).

Only parsing, validity, type and formatting of `phonenumbers` are used; its places and carriers stay unloaded.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Self

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

MAX_TYPED = 64
MAX_DIGITS = 20
SEPARATORS = frozenset("-.()/·•−'")
# Left by address books around a copied number; they show nothing and mean nothing.
INVISIBLE = frozenset("\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad")
# One numbering plan: 06… typed in Réunion reaches the mainland, 0692… typed in Paris reaches Réunion.
FRENCH_PLAN = ("FR", "RE", "GP", "MQ", "GF")
PLANS = dict.fromkeys((*FRENCH_PLAN, "YT", "BL", "MF", "PM"), FRENCH_PLAN)

PhoneCode = Literal["empty", "not_a_number", "too_short", "too_long", "invalid", "unsupported_country"]


class PhoneRefused(ValueError):
    """The text is no phone number we can use; it is never repeated here (D4)."""

    def __init__(self, code: PhoneCode) -> None:
        """`code`: one of `PhoneCode`, for the doors to put into words."""
        super().__init__(code)
        self.code: PhoneCode = code


def _plain(text: str) -> str:
    """Digits in ASCII with at most a leading plus; any spelling people use.

    Raises:
        PhoneRefused: empty, too_long, not_a_number.
    """
    if len(text) > MAX_TYPED:
        raise PhoneRefused("too_long")
    kept: list[str] = []
    for char in text.strip():
        digit = unicodedata.decimal(char, None)
        if digit is not None:
            kept.append(str(digit))
        elif char in {"+", "\uff0b"} and not kept:
            kept.append("+")
        elif char not in SEPARATORS and char not in INVISIBLE and unicodedata.category(char) not in {"Zs", "Pd"}:
            raise PhoneRefused("not_a_number")
    plain = "".join(kept)
    if not plain.strip("+"):
        raise PhoneRefused("not_a_number" if text.strip() else "empty")
    if len(plain) > MAX_DIGITS:
        raise PhoneRefused("too_long")
    return plain


def _read(plain: str, region: str) -> PhoneNumber:
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise PhoneRefused("unsupported_country")
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    try:
        number = phonenumbers.parse(plain, region)
    except NumberParseException as error:
        raise PhoneRefused(_parse_code(error)) from None
    if not plain.startswith("+") and not phonenumbers.is_valid_number(number):
        return next(_neighbours(plain, region), number)
    return number


def _neighbours(plain: str, region: str) -> Iterator[PhoneNumber]:
    for other in PLANS.get(region, ()):
        number = phonenumbers.parse(plain, other)
        if phonenumbers.is_valid_number(number):
            yield number


def _parse_code(error: NumberParseException) -> PhoneCode:
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return "unsupported_country"
    if error.error_type in {NumberParseException.TOO_SHORT_NSN, NumberParseException.TOO_SHORT_AFTER_IDD}:
        return "too_short"
    return "too_long" if error.error_type == NumberParseException.TOO_LONG else "not_a_number"


def _check(number: PhoneNumber) -> None:
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible in {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}:
        raise PhoneRefused("too_short")
    if possible == ValidationResult.TOO_LONG:
        raise PhoneRefused("too_long")
    if not phonenumbers.is_valid_number(number):
        raise PhoneRefused("invalid")


@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """A valid number, always in one spelling: two are equal exactly when a call reaches the same line."""

    e164: str

    @classmethod
    def parse(cls, text: str, region: str) -> Self:
        """The number typed.

        Args:
            text: national or international spelling (`+33…`, `0033…`), any digits, any usual separators.
            region: ISO country of the store, for national spellings ("FR").

        Raises:
            PhoneRefused: with its `code`.
        """
        number = _read(_plain(text), region)
        _check(number)
        return cls(phonenumbers.format_number(number, PhoneNumberFormat.E164))

    @classmethod
    def of_digits(cls, digits: str) -> Self:
        """The number kept as `digits` (country code first, no plus): what `parse` gave earlier, not checked again."""
        return cls("+" + digits)

    @property
    def digits(self) -> str:
        """Country code and number, without the plus."""
        return self.e164[1:]

    @property
    def ending(self) -> str:
        """The last two digits, all that is ever shown without proof."""
        return self.e164[-2:]

    @property
    def country(self) -> str | None:
        """ISO country of the number, None where one code serves several and nothing tells them apart."""
        return phonenumbers.region_code_for_number(self._number())

    @property
    def is_mobile(self) -> bool:
        """Whether it may receive a text message."""
        kinds = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
        return phonenumbers.number_type(self._number()) in kinds

    def national(self, region: str) -> str:
        """As people in `region` write it: the national way at home, the international way elsewhere."""
        number = self._number()
        home = number.country_code == phonenumbers.country_code_for_region(region)
        return phonenumbers.format_number(
            number, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
        )

    def _number(self) -> PhoneNumber:
        return phonenumbers.parse(self.e164, None)

    def __repr__(self) -> str:
        return f"Phone(…{self.ending})"

    __str__ = __repr__


def calling_code(region: str) -> int:
    """The country's prefix without its plus, 33 for "FR"; 0 for a region without numbers."""
    return int(phonenumbers.country_code_for_region(region))
