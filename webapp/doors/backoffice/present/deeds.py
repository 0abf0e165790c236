"""What the log calls each deed."""

from webapp.doors.speech import _


def deed_words(deed: str) -> str:
    """The sentence of a deed; one the log does not know yet is shown as it is stored."""
    return {
        "staff.invite": _("invited somebody"),
        "staff.withdraw": _("took an invitation back"),
        "staff.join": _("joined"),
        "staff.dismiss": _("ended somebody's access"),
        "payment.keys": _("changed the payment account"),
        "payment.leave": _("stopped taking payments"),
        "loyalty.connect": _("connected the loyalty programme"),
        "loyalty.token": _("pasted a token"),
        "loyalty.disconnect": _("disconnected the loyalty programme"),
        "loyalty.map": _("mapped a store"),
        "loyalty.unmap": _("took a mapping away"),
        "alert.tick": _("ticked an alert off"),
        "loyalty.resend": _("sent a delivery again"),
        "order.refund": _("gave money back"),
        "order.refund_again": _("asked for a refused refund once more"),
        "tables.make": _("made tables"),
        "tables.rename": _("renamed a table"),
        "tables.renew": _("gave a table a new code"),
        "tables.revoke": _("revoked the code of a table"),
        "kitchen.pause": _("paused ordering"),
        "kitchen.resume": _("took orders again"),
        "kitchen.busy": _("changed the minutes the kitchen adds"),
        "kitchen.listener": _("chose whether a board must be open"),
        "kitchen.sold_out": _("took something off sale"),
        "kitchen.back": _("put something back on sale"),
        "menu.add": _("added to the menu"),
        "menu.change": _("changed the menu"),
        "menu.move": _("moved something on the menu"),
        "menu.remove": _("took something off the menu"),
        "menu.picture": _("changed a picture"),
        "menu.import": _("imported a menu"),
        "menu.restore": _("put an earlier menu on sale again"),
    }.get(deed, deed)
