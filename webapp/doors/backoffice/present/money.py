"""The words of refunds and payments."""

from collections.abc import Callable, Mapping
from typing import Any

from webapp.doors.speech import _
from webapp.nouns.order.models import AT_TILL
from webapp.nouns.value.parts import Shares


def reason_words() -> dict[str, str]:
    """Why money goes back."""
    return {
        "guest": _("The guest asked for it"),
        "sold_out": _("Something was sold out"),
        "too_late": _("It took too long"),
        "wrong": _("Something was wrong or missing"),
        "quality": _("It was not good"),
        "other": _("Another reason"),
    }


def not_given_words(code: str) -> str:
    """Why nothing was given back."""
    return {
        "not_paid": _("This order was not paid: there is nothing to give back."),
        "nothing_left": _("All of this order has been given back already."),
        "nothing_chosen": _("Choose at least one dish that was paid for."),
        "too_many": _("More than is left of a dish: somebody may have given it back a moment ago."),
        "bad_quantity": _("Quantities are whole numbers, from 0 to what is left of the dish."),
        "bad_reason": _("Choose a reason from the list."),
        "too_long": _("The remark is too long: 300 signs at most."),
        "used_elsewhere": _("This page was already used for another refund. Nothing was changed."),
    }.get(code, _("The sum has changed since this page was shown. Look at it again."))


def where_words(how: str) -> str:
    """Where the money of a refund goes. `how`: `counter cash`, `counter card`, `till`, or anybody's name."""
    return {
        "counter cash": _("Hand it back at the counter, in cash. It is written down that you did."),
        "counter card": _("Give it back on the counter’s card terminal. It is written down that you did."),
        "till": _("The till is told. Hand it back there, the way it was paid."),
    }.get(how, _("The money goes back to the card or account it came from."))


def share_words(shares: Shares, money: Callable[[int], str], *, by_hand: int = 0) -> str:
    """Where the parts of a refund go whose order was paid from several sources. `money`: minor units → words.

    `by_hand`: what the programme did not, or perhaps did not, put back on the gift card; beside `shares`.
    """
    said = [
        _("%(amount)s to the bank card", amount=money(shares.card)) if shares.card else "",
        _("%(amount)s to the gift card", amount=money(shares.gift_card)) if shares.gift_card else "",
        _("%(amount)s to the gift card, by hand at the programme: look there first", amount=money(by_hand))
        if by_hand
        else "",
        _("%(amount)s in points, by hand at the programme", amount=money(shares.points)) if shares.points else "",
    ]
    return " · ".join(filter(None, said))


def by_hand_words(how: str) -> str:
    """How an order was paid where somebody must hand its money back; "" where it goes by itself."""
    return {
        "counter cash": _("Paid at the counter, in cash: whoever gives it back hands it over there."),
        "counter card": _("Paid at the counter, by card: whoever gives it back does it on the terminal there."),
        "till": _("Paid at the restaurant’s till: the money goes back there."),
    }.get(how, "")


def asked_words(how: str) -> str:
    """What is said once a refund was asked for."""
    if how.startswith("counter"):
        return _("Written down, with your name. Hand the money back at the counter now.")
    if how == "till":
        return _("The till is told. Hand the money back there.")
    return _("The refund is asked for. The money goes back to where it came from.")


def request_words(state: str, *, refused: bool, by_hand: bool = False) -> tuple[str, str]:
    """A request's state: its colour and its word. `by_hand`: the gift card's share is for people to put back."""
    if state == "done" and by_hand:
        return "warning", _("Given back, except what people give by hand")
    if state == "done":
        return "success", _("Given back")
    if state == "refused" or refused:
        return "danger", _("Refused by the payment provider")
    return "info", _("On its way")


def money_state_words(state: str) -> tuple[str, str]:
    """An order's state towards money: its colour and its word."""
    return {
        "paid": ("success", _("Paid")),
        "closed": ("success", _("Paid")),
        "refund_due": ("info", _("Refund on its way")),
        "refunded": ("info", _("Refunded")),
        AT_TILL: ("info", _("Left to the till")),
    }.get(state, ("warning", _("Not paid")))


def programme_words(points_state: str, parked: str | None) -> tuple[str, str] | None:
    """What the loyalty programme knows of a refund: a kind of notice and its sentence; None where it is not asked.

    Args:
        points_state: of the order.
        parked: why the cancellation was set aside, None when it was not.
    """
    if parked is not None:
        return "danger", _("The loyalty programme could not be told of the refund: %(reason)s", reason=parked)
    if points_state == "recalled":
        return "info", _("The loyalty programme is being told to take the points of this order back.")
    if points_state == "refused":
        return "warning", _(
            "Paid, not placed: the loyalty programme refused this order, and what it took off was not used up there. "
            "Serve it all the same, or give the money back here."
        )
    if points_state == "withdrawn":
        return "success", _("The loyalty programme has cancelled this order and its points.")
    return None


def difference_words(found: Mapping[str, Any], money: Callable[[int], str]) -> str:
    """A difference between our books and the provider's, in a sentence. `money`: minor units → words."""
    if found["what"] == "not_compared":
        return {
            "silent": _("Not compared: this till cannot say what is paid there; its money is in its own books only."),
            "gone": _("Not compared: this account is not set up any more."),
        }.get(found.get("why", ""), _("Not compared: this provider shows no ledger."))
    ours = money(found["ours"]) if found["ours"] is not None else "–"
    theirs = money(found["theirs"]) if found["theirs"] is not None else "–"
    what = _("Refund") if found["what"].startswith("refund") else _("Payment")
    sides = _("here %(ours)s, there %(theirs)s", ours=ours, theirs=theirs)
    return f"{what} {found['id']}: {sides}"
