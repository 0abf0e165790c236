"""Sentences for the codes use cases answer with."""

from webapp.doors.speech import _, ngettext
from webapp.nouns.staff.passwords import LONGEST, SHORTEST
from webapp.nouns.staff.posts import LONGEST_EMAIL
from webapp.usecases.staff.access import Denied


def as_typed(text: str) -> str:
    """What somebody typed, fit to stand in the field again: its printable beginning."""
    return "".join(sign for sign in text[:LONGEST_EMAIL] if sign.isprintable())


def denied_words(denied: Denied) -> str:
    """Why somebody is not signed in."""
    if denied.code == "slow":
        minutes = max(1, -(-denied.retry_after_s // 60))
        return ngettext(
            "Too many tries. Wait %(num)d minute, then try again.",
            "Too many tries. Wait %(num)d minutes, then try again.",
            minutes,
        )
    return _("The e-mail address or the password is wrong.")


def password_words(code: str) -> str:
    """Why a password cannot be one."""
    return {
        "short": _("Choose at least %(num)s characters: a few words are easy to remember.", num=SHORTEST),
        "long": _("Choose at most %(num)s characters.", num=LONGEST),
        "same": _("Choose something else than your e-mail address."),
        "different": _("The two are not the same."),
    }[code]


def role_words(role: str) -> str:
    """A role's name."""
    return {"owner": _("Owner"), "manager": _("Manager"), "staff": _("Staff")}.get(role, role)
