"""What the identified person has with the programme: points, rewards of their own, rewards to get."""

from typing import Any

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, clock_time, ngettext, page
from webapp.doors.shop.identify import ending, programme_name
from webapp.doors.shop.journey import Journey, journey, visited
from webapp.doors.shop.steps import next_url, url_of
from webapp.nouns.customer.visits import sign_out
from webapp.usecases.membership.wallet import Held, Offer, WalletView, wallet_of


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/loyalty", "loyalty", show)
    shop.add_url_rule("/r/<merchant>/<store>/forget", "forget", forget, methods=["POST"])


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The panel; whoever has not given a number yet is asked for it first."""
    here = journey(merchant, store)
    if not here.has_programme or here.customer is None:
        return redirect(url_of(here, "shop.identify" if here.has_programme else "shop.menu"), 303)
    if here.membership == "new":
        return redirect(url_of(here, "shop.join"), 303)
    private = here.store.merchant.loyalty_display == "strict" or (here.visit is not None and here.visit.strict)
    wallet = None if private else wallet_of(desk().wiring, here.store, here.customer.id)
    return page(
        "shop/loyalty.html",
        here.store.merchant,
        back={"url": url_of(here, "shop.menu"), "label": _("Menu")},
        programme=programme_name(here),
        can=_can(wallet),
        member=_member(here, wallet),
        trouble=_trouble(wallet, private=private),
        own=[_owned(one) for one in (wallet.owned if wallet else None) or ()],
        get=[_offer(one, wallet) for one in (wallet.available if wallet else None) or ()],
        next={"url": next_url(here), "label": _("Continue")} if here.lines else _to_menu(here),
        forget_url=url_of(here, "shop.forget"),
    )


def forget(merchant: str, store: str) -> ResponseReturnValue:
    """This browser no longer knows any number."""
    here, visit = visited(merchant, store)
    desk().wiring.db.run(lambda database: sign_out(database, visit.id))
    return redirect(url_of(here, "shop.identify"), 303)


def _to_menu(here: Journey) -> dict[str, str]:
    return {"url": url_of(here, "shop.menu"), "label": _("Go to the menu")}


def _trouble(wallet: WalletView | None, *, private: bool) -> str | None:
    if private:
        return _("Points are shown here only after your number is confirmed.")
    if wallet is None:
        return _("The loyalty programme does not answer at the moment.")
    return _("The loyalty programme is slow; this is what it said last.") if wallet.stale else None


def _can(wallet: WalletView | None) -> dict[str, bool]:
    return {
        "points": wallet is not None and wallet.points is not None,
        "own": wallet is not None and wallet.owned is not None,
        "get": wallet is not None and wallet.available is not None,
    }


def _member(here: Journey, wallet: WalletView | None) -> dict[str, Any]:
    who = ending(here) or ""
    points = wallet.points if wallet else None
    return {
        "points": str(points) if points is not None else "",
        "who": who[:1].upper() + who[1:],
        "progress": _progress(wallet) if wallet else None,
        "as_of": clock_time(wallet.as_of, here.store) if wallet and wallet.stale else None,
    }


def _progress(wallet: WalletView) -> dict[str, Any] | None:
    """The nearest reward still out of reach."""
    ahead = [one for one in wallet.available or () if one.missing and one.cost]
    if not ahead or wallet.points is None:
        return None
    nearest = min(ahead, key=lambda one: one.missing or 0)
    missing = nearest.missing or 0
    words = ngettext(
        "%(num)d point to go for: %(reward)s", "%(num)d points to go for: %(reward)s", missing, reward=nearest.name
    )
    return {"value": max(0, wallet.points), "most": nearest.cost, "words": words}


def _owned(one: Held) -> dict[str, str]:
    # Adding a reward to the order comes with proof of the number; until then it is used at the counter.
    return {"name": one.name or _("Reward"), "note": "", "state": _("Show your pass at the counter to use it.")}


def _offer(one: Offer, wallet: WalletView | None) -> dict[str, Any]:
    cost = one.cost or 0
    points = max(0, (wallet.points if wallet else 0) or 0)
    if one.missing is None:
        words = ""
    elif one.missing == 0:
        words = _("You have enough points")
    else:
        words = ngettext("%(num)d point to go", "%(num)d points to go", one.missing)
    return {
        "name": one.name or _("Reward"),
        "cost": ngettext("%(num)d point", "%(num)d points", cost) if one.cost is not None else "",
        "words": words,
        "value": min(points, cost),
        "most": max(1, cost),
    }
