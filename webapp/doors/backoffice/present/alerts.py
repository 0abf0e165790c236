"""What each alert says, what to do about it, and where."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from babel.dates import format_date

from webapp.doors.backoffice.present.loyalty import reason_words
from webapp.doors.speech import _, language, ngettext
from webapp.nouns.outbox.box import NOT_MAPPED, VANISHED


class Words(NamedTuple):
    """An alert in words.

    Attributes:
        title: what happened.
        todo: what to do about it, or that nothing is to be done.
        where: endpoints of the desk where it is done, the first that exists is linked.
        by_itself: it disappears once what it is about has come right; others are ticked off by a person.
    """

    title: str
    todo: str
    where: tuple[str, ...] = ()
    by_itself: bool = False


MONEY = ("desk.refunds", "desk.payments", "desk.payment", "desk.orders")


def alert_words(kind: str) -> Words:
    """The words of an alert. `kind`: as raised; one nobody has written a sentence for is still shown."""
    return _loyalty().get(kind) or _money().get(kind) or _value().get(kind) or _people().get(kind) or _unknown(kind)


def about_order(subject: str) -> str:
    """The order's reference in the subject of an alert: it stands before the slash, or after the topic's; else ""."""
    first, _slash, second = subject.partition("/")
    return second if first.startswith("loyalty.") else first


def detail_words(kind: str, detail: str) -> str:
    """What an alert says beyond its sentence, in the reader's language; most say nothing more."""
    if kind == "delivery_parked":
        return reason_words(detail)
    if kind == "deliveries_differ":
        return str(format_date(date.fromisoformat(detail), "long", locale=language()))
    return detail if kind == "place_gone" else ""


def waiting_words(waits: Mapping[str, int]) -> list[str]:
    """Orders that wait for somebody to map their store, by the reason stored with them."""
    not_mapped, vanished = waits.get(NOT_MAPPED, 0), waits.get(VANISHED, 0)
    said = []
    if not_mapped:
        said.append(
            ngettext(
                "%(num)d order waits: its store is not mapped to the programme's.",
                "%(num)d orders wait: their store is not mapped to the programme's.",
                not_mapped,
            )
        )
    if vanished:
        said.append(
            ngettext(
                "%(num)d order waits: its store has vanished from the programme's list.",
                "%(num)d orders wait: their store has vanished from the programme's list.",
                vanished,
            )
        )
    return said


def known_kinds() -> set[str]:
    """Every kind that has its sentence."""
    return set(_loyalty()) | set(_money()) | set(_value()) | set(_people())


def _unknown(kind: str) -> Words:
    return Words(_("Something needs a look: %(what)s", what=kind.replace("_", " ")), _("Tell whoever runs this site."))


def _loyalty() -> dict[str, Words]:
    deliveries, loyalty = ("desk.deliveries",), ("desk.loyalty",)
    return {
        "delivery_parked": Words(
            _("An order could not be told to the loyalty programme."),
            _("See why on the deliveries page, mend it, and send it again: no points are lost."),
            deliveries,
            by_itself=True,
        ),
        "paid_not_placed": Words(
            _("Paid, not placed: the loyalty programme refused an order that was paid at its own price."),
            _("Serve it all the same, or give the money back on the order's page. Nothing was used up there."),
            ("desk.refunds", "desk.orders", "desk.deliveries"),
        ),
        "deliveries_differ": Words(
            _("Paid orders and orders told to the loyalty programme differ."),
            _("The deliveries page names those that wait or were set aside. They are compared again every hour."),
            deliveries,
            by_itself=True,
        ),
        "loyalty_disconnected": Words(
            _("The loyalty programme no longer accepts our access."),
            _("Connect again. Selling goes on, and what waits is sent then."),
            loyalty,
            by_itself=True,
        ),
        "place_gone": Words(
            _("A store is no longer in the loyalty programme's list."),
            _("Its orders wait. Say which place of the programme it is now, and they are sent."),
            ("desk.stores",),
            by_itself=True,
        ),
        "purchase_unsettled": Words(
            _("Somebody's new reward could not be checked yet: the programme does not answer."),
            _("Nothing to do: it is looked up again until the programme answers."),
            loyalty,
            by_itself=True,
        ),
        "reward_lock_stuck": Words(
            _("A reward is still reserved at the programme although its order is over."),
            _("It is released again by itself. If this stays for a day, release it at the programme."),
            loyalty,
            by_itself=True,
        ),
        "purchase_unclear": Words(
            _("Points may have been taken without a reward."),
            _("Look this purchase up at the programme and give the points back there if they are missing."),
            loyalty,
        ),
    }


def _money() -> dict[str, Words]:
    given_back = _("The money goes back by itself, nothing was sold for it. Tick it off once you have seen it.")
    strange = _("The money goes back by itself. If this happens again, tell whoever runs this site.")
    return {
        "payment_paid_twice": Words(_("An order was paid twice."), given_back, MONEY),
        "payment_paid_too_late": Words(_("An order was paid after it had ended."), given_back, MONEY),
        "payment_given_back": Words(_("A payment had been given back before it paid its order."), given_back, MONEY),
        "payment_spending_locked": Words(
            _("A payment was given back: its order used a reward whose owner locked spending."), given_back, MONEY
        ),
        "payment_disputed": Words(
            _("A diner's bank disputes a payment."),
            _("Answer the dispute on the payment provider's page before its deadline."),
            MONEY,
        ),
        "payment_wrong_amount": Words(_("A payment is not the sum of its order."), strange, MONEY),
        "payment_wrong_currency": Words(_("A payment is in another currency than its order."), strange, MONEY),
        "payment_wrong_reference": Words(_("A payment names another order than its own."), strange, MONEY),
        "payment_wrong_account": Words(_("A payment went to another account than this shop's."), strange, MONEY),
        "payment_wrong_mode": Words(_("A test payment came in where money is real, or the reverse."), strange, MONEY),
        "payment_refused": Words(
            _("The payment provider does not let us look a payment up."),
            _("Check the access to the payment provider; payments are asked about again by themselves."),
            MONEY,
        ),
        "payment_difference": Words(
            _("A day's payments are not what the payment provider's ledger says."),
            _("The takings name every difference. The day is compared anew whenever the operator asks for it."),
            MONEY,
            by_itself=True,
        ),
        "payment_unknown": Words(
            _("The payment provider holds money that belongs to no order."),
            _("Look it up on the provider's page and give it back there."),
            MONEY,
        ),
        "refund_refused": Words(
            _("The payment provider refused to give money back."),
            _("Give it back on the provider's own page; it is seen here by itself."),
            MONEY,
            by_itself=True,
        ),
        "orphan_notice": Words(
            _("The payment provider reported a payment that belongs to no order here."),
            _("It is tried again for three days. If it stays, look it up on the provider's page."),
            MONEY,
            by_itself=True,
        ),
        "foreign_notice": Words(
            _("The payment provider reported a payment of another account, or a test where money is real."),
            _("It was ignored. Check at the provider which account reports to this site."),
            MONEY,
        ),
    }


def _value() -> dict[str, Words]:
    return {
        "value_short": Words(
            _("An order is paid, but for the part its points were to pay: the programme did not take them."),
            _("Serve the order all the same; it is short by that part. Ask the programme, or let it be."),
            MONEY,
        ),
        "value_by_hand": Words(
            _("It is not clear whether a gift card or points were used for an order."),
            _("Compare the order with the programme's own list of movements, and put the balance right there."),
            MONEY,
        ),
        "value_late": Words(
            _("A movement on a gift card is waiting: the loyalty programme does not answer."),
            _("Nothing to do: it is tried again for a day, and then shown to you."),
            MONEY,
            by_itself=True,
        ),
        "points_by_hand": Words(
            _("A refunded order was paid in part with points, which no one can turn back by themselves."),
            _("Give the points back at the programme, by hand."),
            MONEY,
        ),
    }


def _people() -> dict[str, Words]:
    return {
        "spending_locked": Words(
            _("Somebody said that they did not use their points: spending is locked for that number."),
            _("Give the points back at the programme if you believe them. They unlock it themselves with a code."),
        ),
        "owner_not_told": Words(
            _("Somebody's points were spent and the text message that says so could not be sent."),
            _("Nothing to do, unless they complain: then look at the order with them."),
        ),
        "sms_refused": Words(
            _("The carrier refuses our text messages."),
            _("Whoever runs this site checks the carrier's account. Until then staff confirm numbers at the counter."),
        ),
        "sms_block": Words(
            _("Many numbers of one block asked for codes by text message: somebody may be running up your bill."),
            _("Codes for that block are stopped for a while. Tick it off once you have seen it."),
        ),
        "counter_crowded": Words(
            _("Very many orders wait unpaid for the counter; more from the same place were refused."),
            _("Give up on the board those nobody comes to pay. If they were invented, turn off paying at the counter."),
        ),
        "sms_ceiling": Words(
            _("The text messages of the day are used up."),
            _("Until tomorrow staff confirm numbers at the counter. Raise the day's limit if this was no abuse."),
        ),
    }
