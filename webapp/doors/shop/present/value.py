"""Gift card and points as money, in words."""

from webapp.doors.shop.frame import _
from webapp.nouns.value.parts import GIFT_CARD, POINTS


def source_name(kind: str) -> str:
    """What a source is called."""
    return {GIFT_CARD: _("Gift card"), POINTS: _("Points")}.get(kind, _("Credit"))


def not_now_words(reason: str) -> str:
    """Why a chosen source pays nothing now; `reason`: of `tenders_here`."""
    return {
        "unproved": _("Confirm your number to pay with it."),
        "locked": _("Spending is locked for this number."),
        "busy": _("Its last use is still being checked. Pay without it for now; nothing of it is lost."),
        "reward": _("Your points are spent on the reward of this order."),
        "empty": _("Nothing is left on it, or the programme does not answer at the moment."),
    }.get(reason, _("It belongs to another number."))


def not_taken_words(code: str) -> str:
    """Why an order could not be paid with it; `code`: of `NotTaken`."""
    return {
        "short": _("There is less on your gift card, or fewer points, than this order needs. Look again and choose."),
        "silent": _("The loyalty programme does not answer, so your gift card and points were not touched."),
        "busy": _("Another use of your gift card or points is still being checked. Try again in two minutes."),
    }.get(
        code,
        _(
            "The loyalty programme did not answer in time. If your gift card was used, the amount goes back on it by "
            "itself within minutes."
        ),
    )
