"""What is sent to Spoonity; money in decimals of major units, moments in Unix seconds (spoonity.md section 6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from webapp.ground.money import major
from webapp.ports.loyalty.paid_order import PaidLine, PaidOrder, UsedValue
from webapp.ports.loyalty.spoonity.guesses import Guesses
from webapp.ports.loyalty.spoonity.person import Person
from webapp.ports.loyalty.spoonity.reading import identifier_of
from webapp.ports.loyalty.values import Consent, NewMember

Body = dict[str, Any]


def movement(card: str, amount: int, currency: str, now: datetime, guesses: Guesses) -> Body:
    """Money on a gift card: negative takes, positive gives back (section 6.1)."""
    return {
        "card_number": card,
        "till": guesses.till,
        "amount": float(major(amount, currency)),
        "date": int(now.timestamp()),
    }


def loyalty_payment(card: str, amount: int, currency: str) -> Body:
    """A cash value to be covered by points, positive (section 6.2)."""
    return {"card_number": card, "amount": float(major(amount, currency))}


def whole_order(order: PaidOrder, guesses: Guesses) -> Body:
    """The order, final; points are computed from `subtotal`: goods after discounts, before tax (section 6.3)."""
    person = Person.of(order.member_id or "")
    points = sum(one.amount for one in order.used if one.kind == "points")
    money = order.currency
    return {
        "card_number": person.card,
        "till": guesses.till,
        "receipt_number": order.reference,
        "subtotal": float(major(order.amount - (order.tax_amount or 0), money)),
        "taxes": [],
        "total": float(major(order.amount - points, money)),
        "payment_method": _methods(order.used, order.amount, guesses),
        "date": int(order.paid_at.timestamp()),
        "cashier": dict(zip(("id", "name"), guesses.cashier, strict=True)),
        "line_items": _items(order, guesses),
        "discounts": _discounts(order, guesses),
    }


def _methods(used: Sequence[UsedValue], amount: int, guesses: Guesses) -> str:
    names = {"points": guesses.loyalty_payment, "gift_card": guesses.gift_payment}
    other = sum(one.amount for one in used if one.kind in names)
    said = [name for kind, name in names.items() if any(one.kind == kind for one in used)]
    return "+".join([*said, *([guesses.card_payment] if amount > other or not said else [])])


def _items(order: PaidOrder, guesses: Guesses) -> list[Body]:
    rewards = {one.line: one for one in order.used if one.kind == "reward" and one.line is not None}
    return [
        _item(line, rewards.get(place), order.currency, guesses)
        for place, line in enumerate(order.lines)
        if line.amount > 0 or (line.amount == 0 and line.sku)
    ]


def _item(line: PaidLine, reward: UsedValue | None, money: str, guesses: Guesses) -> Body:
    off = reward.amount if reward else 0
    discounts = [_discount(reward, money, guesses)] if reward else []
    return {
        "id": line.sku or line.name,
        "name": line.name,
        "categories": [],
        "discounts": discounts,
        "price": float(major(line.amount + off, money)),
        "quantity": 1,
        "modifiers": [],
    }


def _discounts(order: PaidOrder, guesses: Guesses) -> list[Body]:
    """Rewards on the whole order by their identifiers; our own codes by their names alone."""
    rewards = [one for one in order.used if one.kind == "reward" and one.line is None]
    told = [_discount(one, order.currency, guesses) for one in rewards]
    theirs = {one.id for one in rewards}
    ours = [line for line in order.lines if line.amount < 0 and line.reward_id not in theirs]
    return told + [guesses.discount("", line.name, float(major(-line.amount, order.currency))) for line in ours]


def _discount(one: UsedValue, money: str, guesses: Guesses) -> Body:
    return guesses.discount(identifier_of(one.id), one.name, float(major(one.amount, money)))


def registration(who: NewMember, consent: Consent, vendor: str, phone: str = "") -> Body:
    """A new account. Consent is one number: 1 e-mail, 2 SMS, 3 both; left out when neither was asked (D1)."""
    body: Body = {
        "first_name": who.first_name,
        "last_name": who.last_name,
        "anonymous": False,
        "email_address": who.email,
        "password": who.password,
        "terms": True,
        "vendor": int(vendor) if vendor.isdecimal() else vendor,
    }
    if phone:
        body["phone_number"] = phone.removeprefix("+")
    if consent.asked:
        body["contact_consent"] = (consent.email is True) * 1 + (consent.sms is True) * 2
    return body
