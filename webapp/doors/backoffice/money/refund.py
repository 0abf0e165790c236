"""The refund page of one order: what is left of it, whole or by line; looked over once more, then asked once (M9)."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.doors.backoffice.frame import go, moment_words, page, say
from webapp.doors.backoffice.guard import guarded, seat, store
from webapp.doors.backoffice.office import wiring
from webapp.doors.backoffice.present.money import (
    asked_words,
    by_hand_words,
    money_state_words,
    not_given_words,
    programme_words,
    reason_words,
    request_words,
    share_words,
    where_words,
)
from webapp.doors.speech import _, language
from webapp.ground.money import shown
from webapp.nouns.order.models import Order, Refund
from webapp.nouns.order.papers import CREDIT, RECEIPT, paper_name
from webapp.nouns.order.refund_models import RefundRequest
from webapp.nouns.order.requests import honoured_capture, refunds_of_order, requests_of
from webapp.nouns.outbox.models import OutboxMessage
from webapp.nouns.promotion.find import discounts_of
from webapp.nouns.promotion.models import OrderDiscount
from webapp.nouns.staff.models import Staff
from webapp.nouns.value.back import points_back
from webapp.nouns.value.models import ValueMovement
from webapp.nouns.value.parts import Shares
from webapp.nouns.value.rows import CREDIT as CREDIT_OF_VALUE
from webapp.nouns.value.rows import FAILED, movements_of
from webapp.usecases.checkout.give_back import (
    LONGEST_WORDS,
    REFUNDABLE,
    NotGivenBack,
    Standing,
    Wish,
    ask_again,
    give_back,
    planned,
    standing,
)
from webapp.usecases.checkout.tell import TOPIC_CANCEL, TOPIC_REPORT
from webapp.usecases.till.counter import COUNTER, key_of
from webapp.usecases.till.ledger import paid_by

WHOLE = "whole"
UNITS = "units-"
NUMBER = "/<merchant>/s/<store>/orders/<int:number>/refund"


def register(door: Blueprint) -> None:
    """Add the addresses."""
    door.add_url_rule(NUMBER, view_func=refund)
    door.add_url_rule(NUMBER, "ask_refund", ask, methods=["POST"])
    door.add_url_rule(f"{NUMBER}/<int:refund>/again", "refund_again", again, methods=["POST"])


@dataclass(frozen=True)
class _Known:
    """Everything the page shows of an order."""

    now: Standing
    requests: list[RefundRequest]
    refunds: dict[int | None, Refund]
    messages: dict[str, OutboxMessage]
    discounts: list[OrderDiscount]
    how: str  # who took the money, see `where_words`
    names: dict[int, str]
    movements: Sequence[ValueMovement]  # of gift card and points


def _read(database: Session, number: int) -> _Known:
    order = database.get(Order, number)
    if order is None or order.merchant_id != seat().merchant_id or order.store_id != _store_id():
        abort(404)
    rows = database.scalars(select(OutboxMessage).where(OutboxMessage.order_id == number))
    requests = list(requests_of(database, number))
    staff = select(Staff.id, Staff.name, Staff.email).where(Staff.id.in_({one.staff_id for one in requests}))
    return _Known(
        now=standing(database, order),
        requests=requests,
        refunds={row.request_id: row for row in refunds_of_order(database, number)},
        messages={row.topic: row for row in rows},
        discounts=list(discounts_of(database, number)),
        how=_taken_by(database, number),
        names={row.id: row.name or row.email for row in database.execute(staff)},
        movements=movements_of(database, number) if order.by_value else (),
    )


def _taken_by(database: Session, number: int) -> str:
    """The provider of the money that paid it; of the counter's also the method: `counter cash`."""
    capture = honoured_capture(database, number)
    if capture is None:
        return ""
    if capture.provider != COUNTER:
        return capture.provider
    return f"{COUNTER} {paid_by(database, key_of(capture.capture_id))}"


def _store_id() -> int:
    return store().id


@guarded("manager", recent=True)
def refund(merchant: str, store: str, number: int) -> ResponseReturnValue:
    """The page as it opens: everything chosen."""
    del merchant, store
    return _page(number)


@guarded("manager", recent=True)
def ask(merchant: str, store: str, number: int) -> ResponseReturnValue:
    """First press: what it comes to. Second press: ask for it."""
    here, form = seat(), request.form
    try:
        quantities = _quantities(form)
        wish = Wish(
            order_id=number, merchant_id=here.merchant_id, store_id=_store_id(), staff_id=here.staff_id,
            reason=form.get("reason", ""), words=" ".join(form.get("words", "").split()), quantities=quantities,
            key=form.get("key", "")[:40], shown=_whole_number(form.get("shown", "")), tip="tip" in form,
        )  # fmt: skip
        if not wish.key or form.get("step") != "do":
            return _page(number, wish=wish)
        give_back(wiring(), wish)
    except NotGivenBack as refusal:
        if refusal.code == "unknown":
            abort(404)
        return _page(number, error=not_given_words(refusal.code))
    with wiring().db.reading() as database:
        say("success", asked_words(_taken_by(database, number)))
    return go("refund", merchant=merchant, store=store, number=number)


@guarded("manager", recent=True)
def again(merchant: str, store: str, number: int, refund: int) -> ResponseReturnValue:
    """Ask the provider once more for what it refused."""
    here = seat()
    if ask_again(wiring(), refund, merchant_id=here.merchant_id, store_id=_store_id(), staff_id=here.staff_id):
        say("success", _("The refund is asked for once more."))
    else:
        say("info", _("There is nothing to ask for again."))
    return go("refund", merchant=merchant, store=store, number=number)


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def _quantities(form: Mapping[str, str]) -> dict[int, int] | None:
    """Units per line; None for the whole order.

    Raises:
        NotGivenBack: `bad_quantity`.
    """
    if form.get("what") != "lines":
        return None
    found: dict[int, int] = {}
    for name, text in form.items():
        if name.startswith(UNITS) and text.strip():
            position, units = _whole_number(name.removeprefix(UNITS)), _whole_number(text.strip())
            if position < 0 or units < 0:
                raise NotGivenBack("bad_quantity")
            found[position] = units
    return found


def _page(number: int, *, wish: Wish | None = None, error: str | None = None) -> ResponseReturnValue:
    with wiring().db.reading() as database:
        known = _read(database, number)
    order, asked = known.now.order, None
    if wish is not None:
        try:
            asked = _asked(known, wish)
        except NotGivenBack as refusal:
            error = not_given_words(refusal.code)
    return page(
        "refund.html",
        status=422 if error else 200,
        error=error,
        here_url=request.path,
        slug=seat().merchant,
        order=_order(known.now),
        by_hand=by_hand_words(known.how),
        lines=[_line(one, order.currency) for one in known.now.lines],
        asked=asked,
        open=order.state in REFUNDABLE and (known.now.left > 0 or order.total == 0),
        given=[_given(one, known, order.currency) for one in known.requests],
        by_itself=_by_itself(known.refunds.get(None), order.currency),
        programme=_programme(known),
        reasons=[{"code": code, "words": words} for code, words in reason_words().items()],
        longest=LONGEST_WORDS,
    )


def _order(now_: Standing) -> dict[str, Any]:
    order, place = now_.order, store()
    kind, word = money_state_words(order.state)
    return {
        "number": order.number,
        "when": moment_words(order.paid_at or order.created_at, place.zone),
        "place": _("Table %(label)s", label=order.table_label) if order.mode == "table" else _("To collect"),
        "store": place.name,
        "total": shown(order.total, order.currency, language()),
        "left": shown(now_.left, order.currency, language()),
        "kind": kind,
        "word": word,
        "receipt": paper_name(RECEIPT, order.receipt_number) if order.receipt_number else None,
        "tip": shown(now_.tip_left, order.currency, language()) if now_.tip_left > 0 else None,
    }


def _line(line: Any, currency: str) -> dict[str, Any]:
    return {
        "position": line.position, "name": line.name, "quantity": line.quantity, "left": line.left,
        "paid": shown(line.paid, currency, language()),
    }  # fmt: skip


def _asked(known: _Known, wish: Wish) -> dict[str, Any]:
    """What would be done, to be looked over.

    Raises:
        NotGivenBack: it cannot be done.
    """
    if wish.reason not in reason_words():
        raise NotGivenBack("bad_reason")
    if len(wish.words) > LONGEST_WORDS:
        raise NotGivenBack("too_long")
    found = planned(known.now, wish.quantities, tip=wish.tip)
    names = {line.position: line.name for line in known.now.lines}
    order = known.now.order
    tip = found.amount - sum(part["amount"] for part in found.lines)
    lines = [f"{part['quantity']} × {names[part['position']]}" for part in found.lines]
    return {
        "amount": shown(found.amount, order.currency, language()),
        "shown": found.amount,
        "whole": found.whole,
        "lines": lines + ([_("The tip: %(amount)s", amount=shown(tip, order.currency, language()))] if tip else []),
        "tip": wish.tip and wish.quantities is not None,
        "where": _where(known, found.amount),
        "what": WHOLE if wish.quantities is None else "lines",
        "units": wish.quantities or {},
        "reason": wish.reason,
        "reason_words": reason_words()[wish.reason],
        "words": wish.words,
        "key": secrets.token_hex(16),
        "then": _then(known, whole=found.whole),
    }


def _where(known: _Known, amount: int) -> str:
    words = where_words(known.how)
    if not known.now.order.by_value:
        return words
    return share_words(known.now.shares(amount), _money(known)) or words


def _money(known: _Known) -> Callable[[int], str]:
    return lambda amount: shown(amount, known.now.order.currency, language())


def _shares(known: _Known, one: RefundRequest) -> str:
    """Where a request's parts went, or go; "" where there was one source."""
    if not known.now.order.by_value:
        return ""
    card = sum(row.amount for row in known.refunds.values() if row.request_id == one.id)
    gift = sum(row.amount for row in known.movements if row.request_id == one.id and row.way == CREDIT_OF_VALUE)
    failed = _failed(known, one)
    points = points_back(known.now.order, known.requests, list(known.refunds.values()), known.movements)
    return share_words(Shares(card, gift - failed, points.get(one.id, 0)), _money(known), by_hand=failed)


def _failed(known: _Known, one: RefundRequest) -> int:
    """What of a request's share of the gift card people must put back, minor units."""
    mine = (row for row in known.movements if row.request_id == one.id and row.way == CREDIT_OF_VALUE)
    return sum(row.amount for row in mine if row.state in FAILED)


def _then(known: _Known, *, whole: bool) -> list[str]:
    """What else happens, in sentences."""
    said = []
    report = known.messages.get(TOPIC_REPORT)
    sent = report is not None and (report.state == "done" or report.may_have_acted)
    if report is not None and not whole:
        said.append(_("The loyalty programme cannot be told of a part: the points of this order stay."))
    elif report is not None and sent:
        said.append(_("The loyalty programme is told to cancel the order and its points."))
    elif report is not None:
        said.append(_("The loyalty programme does not know this order yet, and will not be told of it."))
    for one in known.discounts:
        if whole and one.kind == "coupon":
            said.append(_("The code “%(name)s” can be used once more.", name=one.name))
        elif whole and sent:
            said.append(
                _("The reward “%(name)s” is used at the programme: only there can it be given back.", name=one.name)
            )
        elif whole:
            said.append(_("The reward “%(name)s” is the guest’s again.", name=one.name))
    return said


def _given(one: RefundRequest, known: _Known, currency: str) -> dict[str, Any]:
    refund_ = known.refunds.get(one.id)
    refused = refund_ is not None and refund_.state == "refused"
    kind, word = request_words(one.state, refused=refused, by_hand=_failed(known, one) > 0)
    return {
        "amount": shown(one.amount, currency, language()),
        "shares": _shares(known, one),
        "when": moment_words(one.done_at or one.created_at, store().zone),
        "reason": reason_words().get(one.reason, one.reason),
        "words": one.words,
        "who": known.names.get(one.staff_id or 0, ""),
        "kind": kind,
        "word": word,
        "credit": paper_name(CREDIT, one.credit_number) if one.credit_number else None,
        "again": refund_.id if refund_ is not None and refused and one.state == "asked" else None,
    }


def _by_itself(one: Refund | None, currency: str) -> dict[str, Any] | None:
    """A refund nobody asked for: money that did not fit its order, or came twice."""
    if one is None:
        return None
    kind, word = request_words(one.state, refused=one.state == "refused")
    again = one.id if one.state == "refused" else None
    return {"amount": shown(one.amount, currency, language()), "kind": kind, "word": word, "again": again}


def _programme(known: _Known) -> dict[str, Any] | None:
    cancel = known.messages.get(TOPIC_CANCEL)
    parked = cancel.reason if cancel is not None and cancel.state == "parked" else None
    words = programme_words(known.now.order.points_state, parked)
    if words is None:
        return None
    return {"kind": words[0], "words": words[1], "again": cancel.id if cancel is not None and parked else None}
