"""How a purchase ended, in words, and where its page is."""

from flask import url_for

from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _
from webapp.doors.shop.pay.journey import Journey
from webapp.doors.shop.pay.steps import url_of
from webapp.doors.shop.present.rewards import points_words
from webapp.nouns.promotion.models import RewardPurchase
from webapp.usecases.membership.wallet import WalletView
from webapp.usecases.rewards.rows import OPEN, by_key

LONGEST_KEY = 40


def purchase_of(here: Journey, key: str) -> RewardPurchase | None:
    """This person's purchase of that key; nobody else's, whatever key was asked for (R8)."""
    if here.customer is None or not key or len(key) > LONGEST_KEY or "\0" in key:
        return None
    with desk().wiring.db.reading() as database:
        return by_key(database, key, here.customer.id)


def purchase_url(here: Journey, key: str) -> str:
    """The page that waits for its end."""
    return url_for("shop.purchase", merchant=here.store.merchant.slug, store=here.store.slug, of=key)


def ended_url(here: Journey, key: str) -> str:
    """The panel, saying how it ended."""
    return f"{url_of(here, 'shop.loyalty')}?of={key}"


def ended(here: Journey, key: str, wallet: WalletView | None) -> dict[str, str] | None:
    """What the panel says first after a purchase; None when there is nothing to say."""
    row = purchase_of(here, key)
    if row is None or row.state in OPEN:
        return None
    name = row.name or _("Reward")
    if row.state == "owned":
        left = wallet.points if wallet else None
        text = _("It cost %(points)s.", points=points_words(row.cost or 0))
        if left is not None:
            text += " " + _("You have %(points)s left.", points=points_words(left))
        return {"kind": "success", "title": _("It is yours: %(reward)s", reward=name), "text": text}
    if row.state == "void":
        text = _("We checked with the programme: it did not go through, and your points are as they were.")
        if row.reason not in {"not bought", "never sent"}:
            text = _("We could not find it with the programme. The merchant has been told to look at your points.")
        return {"kind": "warning", "title": _("Not bought: %(reward)s", reward=name), "text": text}
    return {"kind": "warning", "title": _("Not bought. No points were spent."), "text": refused_words(row.reason)}


def refused_words(reason: str) -> str:
    """Why nothing was bought, and what to do about it."""
    again = _("The loyalty programme does not answer at the moment. Try again a little later.")
    return {
        "unavailable": again,
        "rate_limited": again,
        "disconnected": again,
        "forbidden": again,
        "not_offered": again,
        "no_member": _("The programme does not know this number yet. Order once, or join, and your points begin."),
        "gone": _("This reward is not offered to you here any more."),
        "not_found": _("This reward is not offered to you here any more."),
        "changed": _("Its price in points has changed. Look at the list again before you decide."),
        "points": _("There are not enough points left for it."),
        "pin": _("The programme asks for the PIN of your loyalty account. Try again with it."),
    }.get(reason, _("The loyalty programme refused it. Ask at the counter if this keeps happening."))
