"""What only the programme can price: chosen, priced by it at every change, asked once more right before placing (M1).

A programme that is silent never stops a sale (O1): the order is priced without what it would have taken off, and says
so. One that refuses takes its choice out of the basket. Nothing of theirs is consumed or reserved by any of this.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from webapp.nouns.basket.lines import open_basket, touch
from webapp.nouns.catalog.shelf import OnSale
from webapp.nouns.customer.models import Customer
from webapp.nouns.pricing import Quote, Wanted
from webapp.nouns.promotion.basket import Asked, party_of
from webapp.nouns.promotion.choice import (
    choices_in,
    chosen_of,
    named,
    put_choice,
    reasons,
    take_choice_out,
)
from webapp.nouns.promotion.find import THEIRS
from webapp.nouns.promotion.models import BasketChoice
from webapp.ports.loyalty.port import Chosen, ChosenKind, LoyaltyError, Priced, Refused, Wallet
from webapp.usecases.promotion.asking import Counter, basket_of, counter, handle, plain_price, price, wallet_there
from webapp.usecases.promotion.leave import take_from_basket
from webapp.usecases.promotion.rewards import NotUsable
from webapp.usecases.proof.limits import may_use
from webapp.usecases.wiring import Wiring

FRESH = timedelta(seconds=60)
CREDIT = ChosenKind.CREDIT.value


@dataclass(frozen=True)
class Left:
    """A choice that takes nothing off now: `refused` (it left the basket) or `silent` (it waits in it)."""

    name: str
    code: str


def choose(wiring: Wiring, asked: Asked, wanted: Sequence[Wanted], named_by: str) -> None:
    """Put a voucher, an offer or a reward of this person's on the order; it takes the place of what has no room.

    Args:
        wiring: the outside.
        asked: by whom, where, when.
        wanted: the basket.
        named_by: the handle of the copy or of the reward, see `handle`.

    Raises:
        NotUsable: `unproved`, `unavailable`, `gone`, `not_here` (the programme takes nothing off this order),
            `nothing` (an empty basket), and what `may_use` says.
    """
    there = counter(wiring, asked)
    if there is None:
        raise NotUsable("unavailable")
    if not there.proved:
        raise NotUsable("unproved")
    wallet = wallet_there(wiring, asked, there)
    if wallet is None:
        raise NotUsable("unavailable")
    chosen, name = _named(wiring, wallet, named_by)
    plain = plain_price(asked, wanted)
    if not plain.lines:
        raise NotUsable("nothing")
    if there.member_id is None:  # learnt by reading the wallet just now
        there = counter(wiring, _again(wiring, asked)) or there
    _put(wiring, asked, plain, there, chosen, name)


def _again(wiring: Wiring, asked: Asked) -> Asked:
    """The same question with what is known of the customer now."""
    with wiring.db.reading() as session:
        found = session.get(Customer, asked.diner.customer.id) if asked.diner.customer is not None else None
    return replace(asked, diner=replace(asked.diner, customer=found))


def _named(wiring: Wiring, wallet: Wallet, named_by: str) -> tuple[Chosen, str]:
    for copy in wallet.owned or ():
        if not copy.used and handle(wiring, copy.owned_id) == named_by:
            return Chosen(ChosenKind.OWNED, copy.owned_id, copy.code or ""), copy.terms.name
    for offer in wallet.available or ():
        if handle(wiring, offer.reward_id) == named_by:
            if offer.cost is not None and wallet.points is not None and offer.cost > wallet.points:
                raise NotUsable("gone")
            return Chosen(ChosenKind.REWARD, offer.reward_id), offer.terms.name
    raise NotUsable("gone")


def use_credit(wiring: Wiring, asked: Asked, wanted: Sequence[Wanted], name: str) -> None:
    """Take the person's credit off this order, as far as it goes (menu.md M5); it takes the place of what has no room.

    `name`: what the order's pages call it, in the diner's words.

    Raises:
        NotUsable: as `choose`; `gone` when there is none, or in another currency.
    """
    there = counter(wiring, asked)
    if there is None:
        raise NotUsable("unavailable")
    if not there.proved:
        raise NotUsable("unproved")
    wallet = wallet_there(wiring, asked, there)
    if wallet is None:
        raise NotUsable("unavailable")
    plain = plain_price(asked, wanted)
    if not plain.lines:
        raise NotUsable("nothing")
    held = [one.amount for one in wallet.stored if one.kind.value == CREDIT and one.currency == plain.currency]
    if not sum(held):
        raise NotUsable("gone")
    _put(wiring, asked, plain, there, Chosen(ChosenKind.CREDIT, amount=sum(held)), name)


def _capped(chosen: Chosen, plain: Quote) -> Chosen:
    """Credit is asked for up to the order's total; the wish itself is all there is."""
    return replace(chosen, amount=min(chosen.amount, plain.total)) if chosen.kind is ChosenKind.CREDIT else chosen


def _put(wiring: Wiring, asked: Asked, plain: Quote, there: Counter, chosen: Chosen, name: str) -> None:
    """Ask whether it takes anything off beside what stays, then put it in with the figures just said."""
    most, cart = there.program.capabilities.choices_at_once, basket_of(wiring, asked, plain)
    beside = _beside(wiring, asked, chosen, most)
    try:
        priced = price(wiring, there, cart, tuple(_capped(one, plain) for one in (*beside, chosen)))
    except Refused as refused:
        raise NotUsable("not_here") from refused
    except LoyaltyError as error:
        raise NotUsable("unavailable") from error
    keep(wiring, asked, plain, there, chosen, name, priced)


def _beside(wiring: Wiring, asked: Asked, chosen: Chosen, most: int | None) -> tuple[Chosen, ...]:
    if asked.basket_id is None or most == 1:
        return ()
    with wiring.db.reading() as session:
        there = [chosen_of(row) for row in choices_in(session, asked.basket_id)]
    others = [one for one in there if (one.kind, one.id, one.code) != (chosen.kind, chosen.id, chosen.code)]
    return tuple(others if most is None else others[max(0, len(others) - most + 1) :])


def keep(wiring: Wiring, asked: Asked, plain: Quote, there: Counter, chosen: Chosen, name: str, priced: Priced) -> None:
    """Put a choice into the basket with what the programme has just said of all that is in it.

    Raises:
        NotUsable: what `may_use` says.
    """
    visit, customer, store, now = asked.diner.visit, asked.diner.customer, asked.on_sale.store, wiring.clock.now()
    if visit is None:
        raise NotUsable("nothing")
    said = {(one.chosen.kind, one.chosen.id, one.chosen.code): one for one in priced.choices}
    mine = said.get((chosen.kind, chosen.id, chosen.code))
    words = (mine.name if mine is not None else "") or name or chosen.code

    def work(session: Session) -> None:
        if chosen.kind is not ChosenKind.CODE and customer is not None:
            refusal = may_use(session, customer, now)
            if refusal:
                raise NotUsable(refusal)
        basket_id = open_basket(session, visit.id, store.id, now)
        owner = customer.id if customer is not None else None
        most = there.program.capabilities.choices_at_once
        put_choice(session, basket_id, there.connection_id, owner, chosen, words, now, most=most)
        _write(session, basket_id, named(plain, party_of(asked)), priced, now)
        touch(session, basket_id, now)

    wiring.db.run(work)


def _write(session: Session, basket_id: int, name: str, priced: Priced, now: datetime) -> None:
    """What the programme said of each choice; it holds for the basket called `name` only."""
    for one in priced.choices:
        session.execute(
            update(BasketChoice)
            .where(
                BasketChoice.basket_id == basket_id,
                BasketChoice.kind == one.chosen.kind.value,
                BasketChoice.programme_id == one.chosen.id,
                BasketChoice.code == one.chosen.code[:120],
            )
            .values(amount=one.amount, priced_for=name, priced_at=now)
        )


def refresh(wiring: Wiring, asked: Asked, wanted: Sequence[Wanted], *, anew: bool = False) -> tuple[Left, ...]:
    """Have the programme price what this basket carries of it, unless it has just done so for this very basket.

    Args:
        wiring: the outside.
        asked: by whom, where, when.
        wanted: the basket.
        anew: ask in any case: right before an order is placed.
    """
    if asked.basket_id is None or not asked.carries & THEIRS:
        return ()
    plain, party, basket_id = plain_price(asked, wanted), party_of(asked), asked.basket_id
    name = named(plain, party)
    with wiring.db.reading() as session:
        rows = choices_in(session, basket_id)
        stays = reasons(session, rows, party)
    foreign = [row for row in rows if row.connection_id != party.store.connection_id]
    left = [_gone(wiring, basket_id, row) for row in foreign]
    live = [row for row in rows if row.id not in stays]
    now = wiring.clock.now()
    just = all(row.priced_for == name and row.priced_at and now - row.priced_at < FRESH for row in live)
    if not live or not plain.lines or plain.problems or (just and not anew):
        return tuple(left)
    there = counter(wiring, asked)
    if there is None:
        return (*left, *(_gone(wiring, basket_id, row) for row in live))
    return (*left, *_asked_of(wiring, asked, plain, there, live, name))


def _asked_of(
    wiring: Wiring, asked: Asked, plain: Quote, there: Counter, live: list[BasketChoice], name: str
) -> list[Left]:
    """Priced together; what is refused leaves, the newest first, until the rest is taken."""
    basket_id, cart, left = asked.basket_id or 0, basket_of(wiring, asked, plain), list[Left]()
    while live:
        try:
            priced = price(wiring, there, cart, tuple(_capped(chosen_of(row), plain) for row in live))
        except Refused:
            left.append(_gone(wiring, basket_id, live.pop()))
            continue
        except LoyaltyError:
            ids = [row.id for row in live]
            nothing = update(BasketChoice).where(BasketChoice.id.in_(ids)).values(amount=0, priced_for="")
            wiring.db.run(partial(_execute, what=nothing))
            return [*left, *(Left(row.name, "silent") for row in live)]
        now = wiring.clock.now()
        wiring.db.run(partial(_write, basket_id=basket_id, name=name, priced=priced, now=now))
        break
    return left


def _execute(session: Session, *, what: Update) -> None:
    session.execute(what)


def _gone(wiring: Wiring, basket_id: int, row: BasketChoice) -> Left:
    wiring.db.run(lambda session: take_choice_out(session, basket_id, row.id))
    return Left(row.name, "refused")


def keep_choice_for_later(wiring: Wiring, on_sale: OnSale, visit_id: int, choice_id: int) -> bool:
    """Take a choice out of this visit's basket; False when it was not in it. Nothing of it was used."""
    return take_from_basket(
        wiring, visit_id, on_sale.store.id, lambda session, basket_id: take_choice_out(session, basket_id, choice_id)
    )


def _takes_code(there: Counter) -> bool:
    can = there.program.capabilities
    return can.check_code and (there.member_id is not None or can.codes_for_guests)


def try_code(wiring: Wiring, asked: Asked, wanted: Sequence[Wanted], typed: str) -> str:
    """A code that is none of the merchant's own, tried at the programme; asked once per press (menu.md M4).

    Returns:
        `accepted`, `yours` (it has become one of their offers: choose it), `refused` or `silent`.
    """
    there, plain, seconds = counter(wiring, asked), plain_price(asked, wanted), wiring.page_seconds
    if there is None or not plain.lines or not _takes_code(there):
        return "refused"
    cart, chosen = basket_of(wiring, asked, plain), Chosen(ChosenKind.CODE, code=typed)
    try:
        answer = wiring.patience.ask(
            there.connection_id,
            seconds,
            lambda: there.program.check_code(
                typed, cart, member_id=there.member_id, store_slug=there.slug, deadline_s=seconds
            ),
        )
    except Refused:
        return "refused"
    except LoyaltyError as error:
        return "yours" if error.may_have_acted and there.member_id is not None else "silent"
    if answer.priced is None:
        return "yours"
    keep(wiring, asked, plain, there, chosen, typed, answer.priced)
    return "accepted"
