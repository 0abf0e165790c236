"""What each alert is called."""

from webapp.doors.speech import _


def alert_words(kind: str) -> str:
    """The title of an alert; one without a sentence of its own keeps its word."""
    return {
        "delivery_parked": _("An order could not be sent to the loyalty programme."),
        "loyalty_disconnected": _("The loyalty programme no longer accepts our access: connect again."),
        "place_gone": _("A store is no longer in the loyalty programme's list: orders of it may be refused."),
        "payment_mismatch": _("A payment does not fit its order."),
        "payment_spending_locked": _("A payment was given back: its order used a reward whose owner locked spending."),
        "reward_lock_stuck": _("A reward is still reserved at the programme although its order is over."),
        "refund_refused": _("A refund was refused."),
        "spending_locked": _("Somebody said that they did not use their points: spending is locked for that number."),
        "sms_refused": _("Text messages are refused by the carrier."),
    }.get(kind, kind.replace("_", " "))
