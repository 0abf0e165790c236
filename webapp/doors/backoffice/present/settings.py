"""The pages of settings: their titles, fields and words."""

from typing import Any

from babel import Locale
from babel.dates import get_day_names

from webapp.doors.speech import _, language
from webapp.nouns.catalog.report import Problem
from webapp.nouns.merchant.hours import DAYS

Field = dict[str, Any]


def _field(name: str, label: str, kind: str = "text", hint: str = "", **more: Any) -> Field:
    return {"name": name, "label": label, "kind": kind, "hint": hint, "options": [], **more}


def language_name(code: str) -> str:
    """A language in the reader's own words."""
    return str(Locale.parse(language()).languages.get(code, code)).capitalize()


def titles() -> dict[str, str]:
    """Each page's title."""
    return {
        "place": _("Name and address"),
        "selling": _("Ways to order and pick-up slots"),
        "hours": _("Opening hours"),
        "days": _("Exceptions"),
        "tips": _("Tips"),
        "brand": _("Name, languages and colour"),
        "company": _("Company on receipts"),
        "points": _("Points and proof of numbers"),
        "texts": _("Legal texts"),
        "consent": _("Consent wording"),
        "logo": _("Logo"),
    }


def intro(page: str) -> str:
    """What a page's settings do, and what they do not."""
    kept = _(
        "Orders already placed are not changed: prepare them, or call the diners. New orders follow what you save."
    )
    tips = _("Nothing is chosen for anybody. A tip bears no VAT here, earns no points and counts towards no minimum.")
    return {
        "hours": kept,
        "days": kept,
        "selling": kept,
        "tips": tips,
        "texts": _("Shown to diners on the page “Legal notice”. An empty text is not shown."),
    }.get(page, "")  # fmt: skip


def fields(page: str, tongues: list[str], offered: list[str], rows: int) -> list[dict[str, Any]]:
    """The groups of fields of a page.

    Args:
        page: its name.
        tongues: the merchant's languages, for texts.
        offered: the languages of the menu, to choose from.
        rows: how many exceptions are stored.
    """
    if page == "days":
        return [_day(place, tongues) for place in range(rows + 3)]
    if page == "texts":
        return [{"legend": label, "fields": [_field(f"{name}_{lang}", language_name(lang), "area") for lang in tongues]}
                for name, label in _texts()]  # fmt: skip
    return [{"legend": "", "fields": _plain(page, offered)}]


def _texts() -> list[tuple[str, str]]:
    return [("terms", _("Terms of sale")), ("legal_notice", _("Legal notice")), ("privacy", _("Personal data"))]


def _day(place: int, tongues: list[str]) -> dict[str, Any]:
    found = [
        _field(f"date_{place}", _("Date"), "date"),
        _field(f"hours_{place}", _("Hours; empty means closed"), "text", place_holder="11:30-14:30"),
        *(_field(f"note_{place}_{lang}", _("Words for diners (%(language)s)", language=language_name(lang)))
          for lang in tongues),
    ]  # fmt: skip
    return {"legend": _("Exception %(number)s", number=place + 1), "fields": found, "row": True}


def _plain(page: str, offered: list[str]) -> list[Field]:
    if page == "hours":
        names = get_day_names("wide", locale=language())
        hint = _("Such as 11:30-14:30, 18:30-01:00. Empty: closed. 0-24: day and night.")
        return [_field(day, names[place].capitalize(), hint="" if place else hint) for place, day in enumerate(DAYS)]
    if page == "brand":
        spoken = [(code, language_name(code)) for code in offered]
        return [
            _field("name", _("Name")),
            _field("languages", _("Languages"), "ticks", _("Of those the menu is written in."), options=spoken),
            _field("default_language", _("First language"), "choice", options=spoken),
            _field("accent", _("Colour"), "colour", _("Made darker or lighter by itself where it could not be read.")),
        ]
    return _of_store(page) or _of_company(page)


def _of_store(page: str) -> list[Field]:
    ways = [("table", _("Order at the table")), ("collect", _("Order to collect"))]
    return {
        "place": [
            _field("name", _("Name")), _field("street", _("Street")), _field("postcode", _("Postcode")),
            _field("city", _("Town")), _field("country", _("Country, in two capitals")),
            _field("phone", _("Telephone"), "tel"), _field("timezone", _("Time zone"), hint="Europe/Paris"),
        ],
        "selling": [
            _field("modes", _("Ways to order"), "ticks", options=ways),
            _field("prep_minutes", _("Minutes the kitchen needs"), "number"),
            _field("slot_minutes", _("Length of a pick-up slot, in minutes"), "number"),
            _field("slot_items", _("Items the kitchen hands over in one slot"), "number"),
            _field("counter_modes", _("May be paid at the counter"), "ticks",
                   _("The kitchen gets the order once staff have confirmed the payment on the order board."),
                   options=ways),
        ],
        "tips": [
            _field("tips_on", _("Take tips"), "tick"),
            *(_field(f"percent_{place}", _("Suggestion %(number)s, in per cent", number=place), "number")
              for place in (1, 2, 3)),
        ],
    }.get(page, [])  # fmt: skip


def _of_company(page: str) -> list[Field]:
    shown = [("open", _("For a typed number, as on a kiosk")), ("strict", _("Only after the number is proved"))]
    proofs = [
        ("sms", _("A code by text message")),
        ("pin", _("The programme's own PIN")),
        ("counter", _("By the staff")),
    ]
    return {
        "company": [
            _field("legal_name", _("Legal name")), _field("vat_number", _("VAT number")),
        ],
        "points": [
            _field("loyalty_display", _("When points are shown"), "choice", options=shown),
            _field("spend_proof", _("How a number is proved before points are spent"), "choice", options=proofs),
            _field("hold_above", _("Rewards dearer than this many points wait 15 minutes"), "number",
                   hint=_("On a phone that is new to the number, to get them and to use them. 0: none waits.")),
        ],
    }.get(page, [])  # fmt: skip


def unreadable_words(code: str) -> str:
    """Why a field could not be read at all."""
    if code == "hours":
        return _("These hours cannot be read. Write them such as 11:30-14:30, 18:30-01:00; leave it empty for closed.")
    return _("Type a whole number.")


def problem_words(problem: Problem) -> str:
    """What the checker of imports says, in the reader's language."""
    params = problem.params
    sentence = {
        "empty": _("must not be empty"),
        "too_long": _("is too long: at most %(max_length)s signs"),
        "too_small": _("is too small: at least %(ge)s"),
        "too_large": _("is too large: at most %(le)s"),
        "too_few": _("choose at least one"),
        "overlapping_hours": _("the hours overlap, or are not in order"),
        "empty_span": _("opens and closes at the same minute; write 0-24 for the whole day"),
        "unknown_timezone": _("is not a time zone such as Europe/Paris"),
        "control_character": _("holds a sign that cannot be kept"),
        "bad_date": _("is not a date"),
        "listed_twice": _("the same date stands there twice"),
        "not_rising": _("each suggestion must be larger than the one before"),
        "default_language_unknown": _("the first language must be among the languages"),
        "language_not_in_menu": _("the menu has no texts in that language"),
    }.get(problem.code, _("cannot be kept as it was typed"))
    return sentence % {"max_length": "", "ge": "", "le": "", **params}
