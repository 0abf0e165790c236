"""The order page, behind its unguessable link: where it is, what it cost, what it earned, and once more please."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from webapp.doors.shop.desk import begin_visit, desk, now
from webapp.doors.shop.follow.back import back_of, back_words
from webapp.doors.shop.follow.receipt import order_lines, order_sums
from webapp.doors.shop.frame import _, clock_time, day_words, money, ngettext, page
from webapp.doors.shop.kiosk.mode import is_shared
from webapp.doors.shop.pay.elsewhere import points_words
from webapp.doors.shop.pay.payment import opened, stamp_of, state_answer
from webapp.doors.shop.pay.value import paid_rows
from webapp.doors.shop.present.promos import check_fact
from webapp.doors.speech import table_words
from webapp.nouns.basket.lines import BasketFull, add, open_basket
from webapp.nouns.merchant.facts import StoreFacts
from webapp.nouns.order.board import code_of
from webapp.nouns.order.find import lines_of
from webapp.nouns.order.models import AT_TILL, Order, OrderLine
from webapp.nouns.order.moves import NOBODY
from webapp.nouns.order.papers import RECEIPT, paper_name
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.order.requests import honoured_capture, requests_of
from webapp.nouns.pricing import Configuration, Malformed, Wanted, quote

# The programme's answer to a report comes in seconds; after this long the page no longer promises any points.
POINTS_WITHIN = timedelta(minutes=15)
PROGRESS = ("accepted", "preparing", "ready", "collected")


def register(shop: Blueprint) -> None:
    """Add its addresses."""
    shop.add_url_rule("/o/<link>", "order", show)
    shop.add_url_rule("/o/<link>/state", "order_state", state)
    shop.add_url_rule("/o/<link>/again", "again", again, methods=["POST"])


def state(link: str) -> ResponseReturnValue:
    """What a page that waits for the kitchen asks."""
    order, _store = opened(link)
    with desk().wiring.db.reading() as database:
        return state_answer(order, back_of(database, order).signs)


def show(link: str) -> ResponseReturnValue:
    """The order. One that is still being paid leads to the waiting page."""
    order, store = opened(link)
    if order.state in {"pending", "expired", "cancelled"}:
        return redirect(url_for("shop.pay_return", link=link), 303)
    with desk().wiring.db.reading() as database:
        lines = list(lines_of(database, order.id))
        back = back_of(database, order)
        money_from = honoured_capture(database, order.id) if back.refunds else None
        requests = requests_of(database, order.id) if order.state == "refund_due" else ()
    return page(
        "shop/order.html",
        store.merchant,
        back={"url": url_for("shop.menu", merchant=store.merchant.slug, store=store.slug), "label": _("Menu")},
        order=_order(order, store, link),
        states=_states(order, store),
        facts=_facts(order, store),
        lines=order_lines(order, lines),
        sums={**order_sums(order), "parts": paid_rows(order)},
        points=_points(order, store),
        trouble=_trouble(order, requests),
        refunds=back_words(order, store, back, money_from.provider if money_from else ""),
        live_url=url_for("shop.order_state", link=link),
        stamp=stamp_of(order, back.signs),
        again_url=url_for("shop.again", link=link),
    )


def _order(order: Order, store: StoreFacts, link: str) -> dict[str, Any]:
    merchant = store.merchant
    paid = order.paid_at or order.created_at
    seller = ", ".join(part for part in (merchant.legal_name or merchant.name, store.address) if part)
    if merchant.vat_number:
        seller += " · " + _("VAT number %(number)s", number=merchant.vat_number)
    return {
        "number": str(order.number),
        "place": _place(order, store),
        "words": _words(order),
        "paper": _paper(order, link),
        "final": _is_final(order),
        # The last signs of the reference: staff compare them with the ticket, nobody can guess an order from them.
        "code": code_of(order) if order.mode == "collect" else None,
        "name": order.name,
        "paid": money(order.total, order.currency),
        "heading": _("Receipt") if order.receipt_number is not None else _("Your order"),
        "receipt": _when(order, day=day_words(paid, store), time=clock_time(paid, store)),
        "seller": seller,
    }


def _when(order: Order, **when: str) -> str:
    if order.progress == NOBODY:
        return _("Ordered %(day)s at %(time)s. Nothing was charged on this site.", **when)
    if order.state == AT_TILL:
        return _("Ordered %(day)s at %(time)s. You pay at the till, and the receipt comes from there.", **when)
    return _("Paid %(day)s at %(time)s", **when)


def _paper(order: Order, link: str) -> dict[str, str] | None:
    if order.receipt_number is None:
        return None
    label = _("Receipt %(number)s, to print", number=paper_name(RECEIPT, order.receipt_number))
    return {"url": url_for("shop.receipt", link=link), "label": label}


def _is_final(order: Order) -> bool:
    silent = order.points_state in {"none", "nobody", "refused", "credited"}
    settled = silent or order.total == order.tip
    return (
        order.state in {"refunded", "closed"} or order.progress == NOBODY or (order.progress == "collected" and settled)
    )


def _place(order: Order, store: StoreFacts) -> str:
    if order.mode == "table":
        return _("Eat here") if is_shared() else table_words(order.table_label)
    if order.slot_at is None:
        return store.name
    return _("Collect %(day)s at %(time)s", day=day_words(order.slot_at, store), time=clock_time(order.slot_at, store))


def _words(order: Order) -> str:
    if order.state == "refund_due" and order.receipt_number is not None:
        return _("This order is cancelled. Your money is on its way back.")
    if order.state == "refund_due":
        return _("This order could not be honoured. Your money is on its way back.")
    if order.state == "refunded":
        return _("This order was refunded.")
    at_table = order.mode == "table"
    if order.progress == NOBODY:
        return _("This order was not paid at the till, so the restaurant is not making it.")
    if order.state == AT_TILL and order.progress == "accepted":
        return _("Say your number at the till and pay %(total)s there.", total=money(order.total, order.currency))
    return {
        "accepted": _("Paid. The kitchen has your order."),
        "preparing": _("The kitchen is preparing your order."),
        "ready": _("On its way to your table.") if at_table else _("Ready. Come and get it!"),
        "collected": _("Enjoy your meal!"),
    }.get(order.progress, _("Paid. The kitchen has your order."))


def _states(order: Order, store: StoreFacts) -> list[dict[str, str]]:
    labels = {
        "paid": _("Sent to the till") if order.state == AT_TILL else _("Paid"),
        "accepted": _("Accepted"),
        "preparing": _("Preparing"),
        "ready": _("Ready"),
        "collected": _("Served") if order.mode == "table" else _("Collected"),
    }
    if order.state not in {"paid", "closed", AT_TILL} or order.progress == NOBODY:
        return []
    reached = PROGRESS.index(order.progress) + 1 if order.progress in PROGRESS else 0
    rows = []
    for place, (name, label) in enumerate(labels.items()):
        moment = order.progress_at if place == reached else None
        if name == "paid":
            moment = order.paid_at or order.created_at
        rows.append(
            {
                "label": label,
                "at": clock_time(moment, store) if moment else "",
                "state": "done" if place < reached else "now" if place == reached else "later",
            }
        )
    return rows


def _facts(order: Order, store: StoreFacts) -> list[dict[str, Any]]:
    facts = [{"icon": "pin", "label": _("Where"), "value": store.name, "more": store.address, "change": None}]
    if order.slot_at is not None:
        zone = _("Time in %(place)s", place=store.city)
        when = _("%(day)s at %(time)s", day=day_words(order.slot_at, store), time=clock_time(order.slot_at, store))
        facts.append({"icon": "clock", "label": _("Collect"), "value": when, "more": zone, "change": None})
    if order.number_check == "wanted" and order.phone and order.state == "paid":
        facts.append(check_fact(order.phone[-2:]))
    if order.name:
        facts.append({"icon": "bag", "label": _("Name"), "value": order.name, "more": "", "change": None})
    return facts


def _points(order: Order, store: StoreFacts) -> dict[str, Any] | None:
    if order.progress == NOBODY:
        return None
    if order.state == AT_TILL and store.connection_id is not None:
        return {"done": False, "words": _("Your points come from the till"), "more": points_words()}
    if order.points_state == "recalled":
        return {"done": False, "words": _("The points of this order are being taken back"), "more": ""}
    if order.points_state == "withdrawn":
        return {"done": True, "words": _("The points of this order were taken back"), "more": ""}
    if order.points_state == "refused":
        words = _("The loyalty programme has not taken this order. The store has been told and gets back to you.")
        return {"done": True, "words": words, "more": _("Your order and your payment stand.")}
    return _expected(order, store)


def _expected(order: Order, store: StoreFacts) -> dict[str, Any] | None:
    if order.points_state in {"none", "nobody"} or order.state in {"refund_due", "refunded"}:
        return None
    if order.points_state == "credited" and order.points_credited is not None and order.points_at is not None:
        words = ngettext(
            "%(num)d point credited at %(time)s",
            "%(num)d points credited at %(time)s",
            order.points_credited,
            time=clock_time(order.points_at, store),
        )
        return {"done": True, "words": words, "more": ""}
    return {"done": False, **_coming(order, store)}


def _coming(order: Order, store: StoreFacts) -> dict[str, str]:
    """What is said of points nobody has seen yet.

    How many is the programme's to say: it computes them, we only read them (contract, section 5). An order may earn
    none, so that silence is said too, and not waited out for ever.
    """
    if order.number_check == "wanted" and order.state == "paid":
        return {"words": _("Your points come once the staff have looked at your phone"), "more": ""}
    program = desk().wiring.programs.of(store.connection_id or 0)
    if program is not None and not program.capabilities.points:  # a wallet, not points: none is promised
        told = order.points_state == "sent"
        words = _("Your loyalty account has this order") if told else _("Your loyalty account is being told")
        return {"words": words, "more": ""}
    if order.total == order.tip:
        return {"words": _("Nothing was paid, so this order earns no points"), "more": ""}
    if order.points_state == "sent" and now() - (order.paid_at or order.created_at) > POINTS_WITHIN:
        more = _("It has this order. Points that come later are shown here and in your account.")
        return {"words": _("The programme has told us no points for this order"), "more": more}
    return {"words": _("Your points are on their way"), "more": ""}


def _trouble(order: Order, requests: Sequence[RefundRequest]) -> dict[str, str] | None:
    if order.state != "refund_due" or requests:
        return None
    return {
        "title": _("The payment did not fit this order"),
        "text": _("It goes back to where it came from by itself; nothing is left for you to do.")
        if order.by_value
        else _("It goes back to your card by itself; nothing is left for you to do."),
    }


def again(link: str) -> ResponseReturnValue:
    """Put the same lines in this browser's basket, as far as they are still sold; prices are today's."""
    order, store = opened(link)
    wiring = desk().wiring
    visit = begin_visit(store.merchant.id)
    moment = now()

    def work(database: Session) -> None:
        selling = wiring.shelf.exactly(database, store.id, moment)
        basket = open_basket(database, visit.id, store.id, moment)
        for line in lines_of(database, order.id):
            wanted = _wanted(line)
            priced = quote(selling.menu, order.mode, [wanted]) if wanted else None
            if wanted is None or priced is None or not priced.lines:
                continue
            name = next(iter(priced.lines[0].name.values()), "")
            with suppress(BasketFull):  # it already holds more than anybody can eat; what fits is there
                add(database, basket, wanted, seen_name=name, seen_unit_price=priced.lines[0].unit_price)

    wiring.db.run(work)
    return redirect(url_for("shop.basket", merchant=store.merchant.slug, store=store.slug), 303)


def _wanted(line: OrderLine) -> Wanted | None:
    try:
        configuration = Configuration.from_json(line.configuration)
    except Malformed:
        return None
    return Wanted(str(line.id), line.sku, line.quantity, configuration, line.note)
