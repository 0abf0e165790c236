"""The owner's own words of consent, each save another version; evidence keeps the words it was given to (D2)."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.settings import language_name
from webapp.doors.speech import _
from webapp.nouns.merchant.facts import stores_of
from webapp.usecases.membership.own_words import LONGEST, SHORTEST, BadWords, Reworded, newest, reword
from webapp.usecases.membership.wording import default_words

CHANNELS = ("email", "sms")


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule("/<merchant>/consent", view_func=consent_words)
    door.add_url_rule("/<merchant>/consent", view_func=save_consent_words, methods=["POST"])


def _tongues() -> tuple[str, ...]:
    with wiring().db.reading() as database:
        return stores_of(database, seat().merchant)[0].merchant.languages


def _page(
    status: int = 200, errors: list[dict[str, str]] | None = None, *, changed: bool = False
) -> ResponseReturnValue:
    with wiring().db.reading() as database:
        have = newest(database, seat().merchant_id)
    names = {"email": _("E-mail"), "sms": _("Text messages")}
    wrong = {one["field"]: one["message"] for one in errors or []}
    questions = []
    for place in ((channel, tongue) for tongue in _tongues() for channel in CHANNELS):
        row, field = have.get(place), "_".join(place)
        stored = row.text if row else ""
        own = row is not None and bool(row.text)
        questions.append(
            {
                "name": field,
                "label": f"{names[place[0]]}, {language_name(place[1])}",
                "kind": "area",
                "hint": "",
                "options": [],
                "value": request.form.get(field, stored)[: 4 * LONGEST],
                "values": [],
                "error": wrong.get(field, ""),
                "default": default_words(*place),
                "asked": _("Version %(number)s, since %(when)s", number=row.number, when=moment_words(row.created_at))
                if row and own
                else _("The usual wording"),
                "stored": stored if changed else "",
            }
        )
    return page(
        "consent_words.html",
        status=status,
        slug=seat().merchant,
        questions=questions,
        seen=max((row.id for row in have.values()), default=0),
        errors=errors or [],
        changed=changed,
    )


@guarded("owner")
def consent_words(merchant: str) -> ResponseReturnValue:
    """The words of every question, and since when they are asked."""
    del merchant
    return _page()


@guarded("owner")
def save_consent_words(merchant: str) -> ResponseReturnValue:
    """Ask in these words from now on."""
    seen, here = request.form.get("seen", ""), seat()
    places = [(channel, tongue) for tongue in _tongues() for channel in CHANNELS]
    texts = {place: request.form.get("_".join(place), "") for place in places}
    number = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else -1
    try:
        reword(wiring(), here.merchant_id, here.staff_id, number, texts)
    except BadWords as refused:
        sentence = _("A question has %(least)s to %(most)s signs.", least=SHORTEST, most=LONGEST)
        return _page(422, [{"field": "_".join(refused.place), "message": sentence}])
    except Reworded:
        return _page(409, changed=True)
    say("success", _("Saved. Whoever joins from now on is asked in these words; earlier answers keep theirs."))
    return go("consent_words", merchant=merchant)
