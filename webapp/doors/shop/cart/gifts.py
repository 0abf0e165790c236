"""Rewards of the programme in the basket: those it carries, and those it could carry with what they save."""

from typing import Any

from flask import url_for

from webapp.doors.shop.cart.best import suggestions
from webapp.doors.shop.cart.promoted import asked
from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _
from webapp.doors.shop.member.proof import needs_proof, proof_url
from webapp.doors.shop.pay.journey import Journey
from webapp.doors.shop.pay.steps import url_of
from webapp.doors.shop.present import promos
from webapp.doors.shop.present.rewards import can_of
from webapp.nouns.basket.lines import Line
from webapp.nouns.promotion.basket import Asked, Promoted
from webapp.nouns.promotion.owned import copy_at_line


def promoted_asked(here: Journey) -> Asked:
    """How this journey would order now."""
    with desk().wiring.db.reading() as database:
        return asked(database, here)


def reward_url(here: Journey, owned_id: str) -> str:
    """The page of one reward of the diner's own."""
    return url_for("shop.reward", merchant=here.store.merchant.slug, store=here.store.slug, owned=owned_id)


def gift_url(here: Journey, line: Line | None) -> str | None:
    """Where a line that a reward offers is changed; None for a line of any other kind."""
    basket_id = promoted_asked(here).basket_id if line is not None else None
    if line is None or basket_id is None:
        return None
    with desk().wiring.db.reading() as database:
        owned_id = copy_at_line(database, basket_id, line.id)
    if owned_id is None:
        return None
    place: dict[str, Any] = {"merchant": here.store.merchant.slug, "store": here.store.slug}
    return url_for("shop.reward_dish", sku=line.wanted.sku, owned=owned_id, **place)


def line(price: Promoted, drawn: dict[str, Any]) -> dict[str, Any]:
    """What a reward changes about a drawn basket line."""
    return {"gift": _("With your reward") if str(drawn["id"]) in price.bound else ""}


def _ways(here: Journey, price: Promoted) -> dict[str, dict[str, str]]:
    """Where a reward that waits for the number to be confirmed is set right, by the reason it cannot be used."""
    waiting = {one.reason.code for one in price.rewards if one.reason} & {"unproved", "locked"}
    if not waiting or needs_proof(here) == "counter":
        return {}
    way = {"url": proof_url(here, "shop.basket", again=True), "label": _("Confirm your number")}
    return dict.fromkeys(waiting, way)


def box(here: Journey, price: Promoted) -> dict[str, Any] | None:
    """What components/gifts.html asks for; None where there is nothing to say."""
    if not here.has_programme or (here.customer is None and not price.rewards and not price.choices):
        return None
    ending = here.customer.phone[-2:] if here.customer else ""
    mine = promos.mine(here.on_sale, price, _ways(here, price), ending)
    mine += promos.theirs(here.on_sale, price)
    return {
        "mine": mine,
        "could": suggestions(here, price),
        "url": url_of(here, "shop.use_reward"),
        "panel": url_of(here, "shop.loyalty"),
        "panel_label": _("See my points and rewards") if can_of(here).points else _("See my account and rewards"),
        "trouble": None,
    }
