"""What the identified person has with the programme: points, rewards of their own, rewards to get."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from webapp.doors.shop.desk import desk
from webapp.doors.shop.frame import _, clock_time, language, money, ngettext, page
from webapp.doors.shop.kiosk.mode import device
from webapp.doors.shop.member.identify import ending, programme_name
from webapp.doors.shop.member.proof import needs_proof, proof_url, proved
from webapp.doors.shop.pay.journey import Journey, journey, visited
from webapp.doors.shop.pay.steps import next_url, url_of
from webapp.doors.shop.present.bought import ended, purchase_url
from webapp.doors.shop.present.rewards import get_rows, own_rows
from webapp.nouns.customer.identities import number_in
from webapp.usecases.membership.identify import forget_number
from webapp.usecases.membership.wallet import WalletView, wallet_of
from webapp.usecases.value.choose import kinds_of

# Money of the programme's, by how it may be spent; its own names for it are names of currencies.
STORED: dict[str, Callable[[], str]] = {
    "gift_card": lambda: _("Gift card"),
    "points": lambda: _("Points as money"),
    "credit": lambda: _("Credit"),
}


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/r/<merchant>/<store>/loyalty", "loyalty", show)
    shop.add_url_rule("/r/<merchant>/<store>/forget", "forget", forget, methods=["POST"])


def not_here(here: Journey) -> str | None:
    """Where to go when nobody has given a number yet, or a number that still has to join; None when all is well."""
    if not here.has_programme or here.customer is None:
        return url_of(here, "shop.identify" if here.has_programme else "shop.menu")
    return url_of(here, "shop.join") if here.membership == "new" else None


def show(merchant: str, store: str) -> ResponseReturnValue:
    """The panel; whoever has not given a number yet is asked for it first. `of`: the purchase that just ended."""
    here = journey(merchant, store)
    elsewhere = not_here(here)
    if elsewhere is not None or here.customer is None:
        return redirect(elsewhere or url_of(here, "shop.identify"), 303)
    private = is_private(here)
    prove = _prove(here) if private else None
    visit_id = here.visit.id if here.visit else None
    wallet = None
    if not private:
        wallet = wallet_of(desk().wiring, here.store, here.customer.id, language=language(), visit_id=visit_id)
        if (wallet is None or wallet.stale) and journey(merchant, store).customer is None:
            # The programme has signed this person out meanwhile; the basket is as it was.
            return redirect(url_of(here, "shop.identify") + "?again=1", 303)
    result = ended(here, request.args.get("of", ""), wallet)
    return page(
        "shop/loyalty.html",
        here.store.merchant,
        back={"url": url_of(here, "shop.menu"), "label": _("Menu")},
        programme=programme_name(here),
        can=_can(wallet),
        member=_member(here, wallet),
        sums=_sums(wallet),
        spend=_spend(here, wallet),
        result=result,
        message=f"{result['title']} {result['text']}" if result else "",
        checking=_checking(here, wallet),
        trouble=_trouble(wallet, private=private, prove=prove),
        prove=prove,
        own=own_rows(here, (wallet.owned if wallet else None) or ()),
        get=get_rows(here, wallet) if wallet else [],
        next={"url": next_url(here), "label": _("Continue")} if here.lines else _to_menu(here),
        forget_url=url_of(here, "shop.forget"),
        is_number=number_in(here.customer.phone) is not None,
    )


def is_private(here: Journey) -> bool:
    """Whether nothing of this number may be shown to this browser yet: strict display, or too many strangers (A3)."""
    strict = here.store.merchant.loyalty_display == "strict" or (here.visit is not None and here.visit.strict)
    return strict and not proved(here)


def at_counter(here: Journey) -> bool:
    """Whether a reward of theirs may be put on the order without proof, because staff will look at the phone.

    Only with a number, and at open display: where nothing is shown before proof there is nothing to choose from
    (section 3, d).
    """
    number = number_in(here.customer.phone) if here.customer is not None else None
    return number is not None and needs_proof(here) == "counter" and not is_private(here)


def forget(merchant: str, store: str) -> ResponseReturnValue:
    """This browser no longer knows any number, and its proof is over."""
    here, visit = visited(merchant, store)
    forget_number(desk().wiring, visit.id)
    return redirect(url_of(here, "shop.identify"), 303)


def _to_menu(here: Journey) -> dict[str, str]:
    return {"url": url_of(here, "shop.menu"), "label": _("Go to the menu")}


def _prove(here: Journey) -> dict[str, str] | None:
    """The way to see it all; none where the number can only be confirmed at the counter."""
    if needs_proof(here) != "sms":
        return None
    return {"url": proof_url(here, "shop.loyalty"), "label": _("Confirm your number")}


def _checking(here: Journey, wallet: WalletView | None) -> dict[str, Any] | None:
    if wallet is None or wallet.checking is None:
        return None
    name = wallet.checking.name or _("Reward")
    return {
        "title": _("We are checking your purchase: %(reward)s", reward=name),
        "text": _("Its points are set aside meanwhile. You can order and pay as usual."),
        "link": {"url": purchase_url(here, wallet.checking.key), "label": _("See how it goes")},
    }


def _trouble(wallet: WalletView | None, *, private: bool, prove: dict[str, str] | None) -> str | None:
    if private and prove is None:
        return _("Points are shown and spent at the counter: your number cannot be confirmed by message now.")
    if private:
        return _("Points are shown here only after your number is confirmed.")
    if wallet is None:
        return _("The loyalty programme does not answer at the moment.")
    return _("The loyalty programme is slow; this is what it said last.") if wallet.stale else None


def _can(wallet: WalletView | None) -> dict[str, bool]:
    return {
        "points": wallet is not None and wallet.points is not None,
        "own": wallet is not None and wallet.owned is not None,
        "offers": wallet is not None and wallet.available is not None,  # not `get`: in a template that is dict.get
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


def _sums(wallet: WalletView | None) -> list[dict[str, str]]:
    """Every balance beside the points, and what of the programme's is money, each once and by its own name."""
    if wallet is None:
        return []
    stored = {(one.name, one.amount) for one in wallet.stored}
    others = [one for one in wallet.balances if (one.name, one.amount) not in stored]
    others = [one for one in others if one.currency or one.amount != wallet.points]  # the points stand above
    told = [(one.name or _("Balance"), one.amount, one.currency) for one in others]
    told += [(STORED[one.kind.value](), one.amount, one.currency) for one in wallet.stored]
    shown = [(name, money(amount, currency) if currency else str(amount)) for name, amount, currency in told]
    return [{"name": name, "amount": amount} for name, amount in dict(shown).items()]


def _spend(here: Journey, wallet: WalletView | None) -> dict[str, Any] | None:
    """Where money of the programme's pays: on the last page; None where there is none, or it is not taken here."""
    held = {one.kind.value for one in (wallet.stored if wallet else ()) if one.amount > 0}
    if device() is not None or not held & kinds_of(desk().wiring, here.store) or needs_proof(here) == "counter":
        return None
    way = {"url": url_of(here, "shop.checkout") + "#pay-with", "label": _("Pay with it")} if here.lines else None
    return {"words": _("You can pay with it on the last page of your order."), "link": way}


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
