"""The one field in which people say who they are, as far as the programme knows people by it."""

from webapp.doors.shop.frame import _
from webapp.ground.phone import Phone, PhoneRefused
from webapp.ports.loyalty.port import Identity, IdentityKind

LONGEST_EMAIL = 254
LONGEST_CODE = 64
LONGEST_NAME = 80
PHONE, EMAIL, CODE = IdentityKind.PHONE, IdentityKind.EMAIL, IdentityKind.CODE


class NotSaid(Exception):
    """Nobody can be meant by this; `code` names the sentence and the text itself is not repeated (D4)."""

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


def said(typed: str, country: str, kinds: frozenset[IdentityKind]) -> Identity:
    """Who is meant by what was typed; a phone number always in its one spelling (A2).

    Raises:
        NotSaid: with its `code`.
    """
    text = typed.strip()
    if "@" in text:
        return _email(text, kinds)
    if PHONE not in kinds and CODE not in kinds:
        raise NotSaid("not_an_email" if text else "empty")
    if PHONE in kinds:
        try:
            return Identity.phone(Phone.parse(text, country).e164)
        except PhoneRefused as refusal:
            if CODE not in kinds or not _is_code(text):
                raise NotSaid(refusal.code) from refusal
    if not _is_code(text):
        raise NotSaid("not_a_code" if text else "empty")
    return Identity(CODE, text)


def _email(text: str, kinds: frozenset[IdentityKind]) -> Identity:
    if EMAIL not in kinds:
        raise NotSaid("no_email_here")
    if not is_email(text):
        raise NotSaid("not_an_email")
    return Identity(EMAIL, text.lower())


def _is_code(text: str) -> bool:
    return 3 <= len(text) <= LONGEST_CODE and text.isascii() and text.isprintable() and " " not in text


def is_email(text: str) -> bool:
    """Whether mail could be meant to reach it."""
    name, at, host = text.rpartition("@")
    plain = text.isprintable() and not any(sign in text for sign in ' "<>()[]\\,;:')
    return bool(at and name and "." in host.strip(".") and plain and len(text) <= LONGEST_EMAIL)


def is_name(text: str) -> bool:
    """Whether somebody could be called so."""
    return 0 < len(text) <= LONGEST_NAME and text.isprintable()


def trouble(code: str, kinds: frozenset[IdentityKind] = frozenset({PHONE})) -> str:
    """The sentence for a code of `NotSaid`."""
    if code == "empty" and kinds != {PHONE}:
        return _("Please fill this in, or continue without points.")
    if code == "not_a_number" and EMAIL in kinds:
        return _("This is neither a phone number nor an e-mail address. Please check it.")
    return {
        "empty": _("Please type your number, or continue without points."),
        "not_a_number": _("This is not a phone number. Only digits, spaces and a leading + are needed."),
        "too_short": _("This number is too short. Please check the digits."),
        "too_long": _("This number is too long. Please check the digits."),
        "invalid": _("This number does not exist in the chosen country. Please check the digits or the country."),
        "unsupported_country": _("Please choose a country from the list."),
        "not_an_email": _("This is not an e-mail address. Please check it."),
        "no_email_here": _("Nobody is known by e-mail here. Please type your phone number or the code of your card."),
        "not_a_code": _("This is not the code of a card. Please check it."),
    }[code]


def field(kinds: frozenset[IdentityKind]) -> dict[str, str]:
    """Label, hint and keyboard of the field, for the kinds of names there are here."""
    label = {
        frozenset({EMAIL}): _("Your e-mail address"),
        frozenset({CODE}): _("The code of your card"),
        frozenset({PHONE, EMAIL}): _("Your phone number or e-mail address"),
        frozenset({PHONE, CODE}): _("Your phone number or the code of your card"),
        frozenset({EMAIL, CODE}): _("Your e-mail address or the code of your card"),
        frozenset({PHONE, EMAIL, CODE}): _("Your phone number, e-mail address or card code"),
    }[kinds]
    hint = _("The number as you would dial it, or with its + prefix.") if PHONE in kinds else ""
    only_email = kinds == {EMAIL}
    return {
        "label": label,
        "hint": hint,
        "type": "email" if only_email else "text",
        "inputmode": "email" if EMAIL in kinds else "text",
        "autocomplete": "email" if only_email else "username",
    }
