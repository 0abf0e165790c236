"""Words of the loyalty desk."""

from collections.abc import Sequence

from webapp.doors.speech import _

NAMED = 8
VENDORS = {"pongo": "Pongo", "gonnaorder": "GonnaOrder", "spoonity": "Spoonity", "menu": "MENU"}


def state_words(state: str, *, ended: bool) -> dict[str, str]:
    """A connection in one line: its kind of notice and its sentence."""
    if state == "needs_reconnect" or ended:
        return {
            "kind": "warning",
            "title": _("Needs reconnecting: the programme no longer accepts our access."),
            "text": _("Selling goes on. Orders wait and are sent once you reconnect; no points are lost."),
        }
    return {"kind": "success", "title": _("Connected."), "text": ""}


def connected_words(stores: int, left: Sequence[str]) -> str:
    """What is still to be done after connecting. `left`: the names of those of our stores no place is known for."""
    if not left:
        return _("Connected. Every store is mapped: what waited is sent now.")
    if len(left) == stores:
        return _("Connected. Now say which store is which.")
    names = ", ".join(left[:NAMED]) + (" …" if len(left) > NAMED else "")
    return _("Connected. Not mapped yet: %(names)s. Orders there wait until you say which place they are.", names=names)


def not_connected_words(code: str) -> str:
    """Why connecting did not work, and what to do; nothing was stored in any of these cases."""
    return {
        "no_vendor": _("This cannot be used here: the platform has no access of its own to this programme."),
        "state": _(
            "This answer does not belong to a form you opened here in the last ten minutes. Press Connect again."
        ),
        "denied": _("The access was refused on the programme's page. Nothing was changed."),
        "vendor_error": _("The programme reported an error. Nothing was changed; press Connect again."),
        "no_code": _("The programme sent no code along. Press Connect again."),
        "code_refused": _("The programme refused the code: it works once, for a few minutes. Press Connect again."),
        "no_token": _("The programme's answer held no token. Press Connect again; if it stays so, tell us."),
        "unreachable": _("The programme cannot be reached now. Wait a minute, then press Connect again."),
        "no_answer": _("The programme did not answer in time. The code is used up: press Connect again."),
        "not_usable": _("The programme does not accept this token. Nothing was stored."),
    }[code]


def not_mapped_words(code: str, by: str) -> str:
    """Why a store was not mapped."""
    return {
        "no_store": _("There is no such store."),
        "no_connection": _("Connect the programme first."),
        "bad_slug": _("That is no name of a store there."),
        "slug_taken": _("%(store)s already has this place. Tick the box to count both as one store.", store=by),
    }[code]


def trouble_words(code: str) -> str:
    """Why the list of stores could not be read."""
    return {
        "disconnected": _("The programme no longer accepts our access: reconnect."),
        "forbidden": _("Our access does not reach the list of stores: type the names by hand, or reconnect."),
        "no list": _("The programme showed no store: type the names by hand."),
    }.get(code, _("The programme does not answer now. What you see is the last list we read."))


def reward_kind_words(kind: str) -> str:
    """What a reward does."""
    return {
        "free_product": _("Free product"),
        "percent": _("Percentage off"),
        "amount": _("Amount off"),
    }.get(kind, _("Only at the counter"))


def delivery_words(state: str) -> dict[str, str]:
    """A delivery's state: its word and its colour."""
    return {
        "waiting": {"word": _("Waiting"), "kind": "info"},
        "unmapped": {"word": _("Waits: store not mapped"), "kind": "warning"},
        "vanished": {"word": _("Waits: the mapped place has vanished"), "kind": "warning"},
        "untold": {"word": _("No programme connected"), "kind": "info"},
        "guest": {"word": _("No number given"), "kind": "info"},
        "sent": {"word": _("Sent"), "kind": "success"},
        "credited": {"word": _("Points credited"), "kind": "success"},
        "refused": {"word": _("Refused"), "kind": "danger"},
        "parked": {"word": _("Set aside"), "kind": "danger"},
        "void": {"word": _("Not sent: refunded"), "kind": "info"},
    }[state]


def topic_words(topic: str) -> str:
    """What is told, where it is not the order itself."""
    return {
        "loyalty.cancel": _("Cancellation"),
        "loyalty.enrol": _("Joining the programme"),
    }.get(topic, "")


def reason_words(reason: str) -> str:
    """Why a delivery waits or was set aside, and what helps; "" when there is nothing to say.

    `reason`: as stored with the row: a programme's answer by its code, perhaps with details behind a colon.
    """
    if not reason:
        return ""
    known = {
        "refused": _("The programme refused it. Mend what it names, then send it again."),
        "not_found": _("The programme does not know this store or this person. Check the mapping, then send it again."),
        "conflict": _("The programme says that a reward of this order was used or locked already."),
        "forbidden": _("Our access does not reach this: reconnect the programme, then send it again."),
        "disconnected": _("The programme no longer accepts our access: reconnect. It is sent by itself then."),
        "unavailable": _("The programme did not answer. It is tried again by itself."),
        "outcome_unknown": _("The programme may have it or not: it did not answer. It is asked again by itself."),
        "bad_answer": _("The programme answered in a way we do not understand. It is tried again by itself."),
        "not_offered": _("The programme does not offer this."),
        "rate_limited": _("The programme asked us to wait. It is tried again by itself."),
        "no success for 72 h": _("The programme did not take it for three days. Send it again once it is well."),
        "its loyalty account was replaced by another": _(
            "It belongs to an account that is no longer connected, and is not told to another."
        ),
        "the programme says it had this order before we ever sent it": _(
            "The programme says that it had this order before. Look it up there before sending it again."
        ),
        "not clear whether it was taken": _(
            "The programme did not answer and cannot tell whether it has this order. Look it up there; send it "
            "again only if it is missing: it would count twice."
        ),
        "an older cancellation goes first": _("An older cancellation of the same person goes first."),
        "its secrets cannot be opened": _("Who it was for can no longer be read: a key of the vault is missing."),
        "our own error": _("We stumbled over it ourselves. Send it again; if it comes back, tell us."),
    }
    return known.get(
        reason.split(":", maxsplit=1)[0].strip(), _("It is tried again by itself, unless it is set aside.")
    )


def step_words(code: str) -> tuple[str, tuple[str, ...]]:
    """A line of the go-live list: what it is, and the endpoints of the desk that mends it, the first there is."""
    settings = ("desk.settings",)
    return {
        "hours": (_("Opening hours of every store"), settings),
        "allergens": (_("Allergens declared for every dish"), ("desk.menu", *settings)),
        "payment": (_("Real payments switched on"), ("desk.payments", "desk.payment", *settings)),
        "connected": (_("Loyalty programme connected"), ("desk.loyalty",)),
        "alone": (_("Connected by yourselves, with the Connect button"), ("desk.loyalty",)),
        "mapped": (_("Every store mapped to the programme's"), ("desk.stores",)),
        "sent": (_("An order sent after payment, with store, phone and lines"), ("desk.deliveries",)),
        "rewards_sent": (_("An order sent with a reward used on it"), ("desk.rewards",)),
        "consent_asked": (_("Consent to messages asked when somebody joins"), ("desk.consent", *settings)),
        "consent_passed": (_("Consent passed on to the programme"), ("desk.deliveries",)),
    }[code]
