"""Whom we text and how often: nobody makes us send messages at will (section 3, "SMS pumping")."""

import ipaddress
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.ground.phone import Phone
from webapp.ground.throttle import Attempt, Limit, Throttle
from webapp.nouns.customer.models import Customer
from webapp.nouns.merchant.models import Merchant, Store
from webapp.nouns.order.alerts import raise_alert
from webapp.usecases.wiring import Texting, Wiring

HOUR, DAY = 3600, 86_400
TO_NUMBER = Limit("sms:number", 3, HOUR)
FROM_ADDRESS = Limit("sms:address", 20, DAY)
# Distinct numbers of one block of ten thousand: diners are strangers to each other, premium numbers are neighbours.
IN_BLOCK = Limit("sms:block", 8, DAY)
BLOCK_DIGITS = 4
EVERYBODY = "everybody"


class Allowed(NamedTuple):
    """`code`: "" when the message may go, "limited" with seconds to wait, or "unavailable"."""

    code: str
    retry_after_s: int = 0


def per_merchant(texting: Texting) -> Limit:
    """The day's ceiling of one merchant."""
    return Limit("sms:merchant", texting.per_day, DAY)


def in_all(texting: Texting) -> Limit:
    """The day's ceiling of all merchants together."""
    return Limit("sms:all", texting.per_day_in_all, DAY)


def is_served(session: Session, texting: Texting, customer: Customer) -> bool:
    """Whether this customer has a mobile number of a country we text: a configured one, or one the merchant has a
    store in.
    """
    if not customer.phone.startswith("+"):  # a person who was erased has no number any more
        return False
    number = Phone.of_digits(customer.phone[1:])
    if number.country is None or not number.is_mobile:
        return False
    if number.country in texting.countries:
        return True
    home = select(Store.id).where(Store.merchant_id == customer.merchant_id, Store.country == number.country)
    return session.scalar(home.limit(1)) is not None


def origin(address: str) -> str:
    """What counts as one address: the IPv4 address itself, the /64 a household has of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return address


def method_of(
    session: Session, wiring: Wiring, throttle: Throttle, customer: Customer, now: datetime, *, buying: bool = False
) -> str:
    """How this number is proved now: "sms", "counter", or "pin" where something is bought (`buying`).

    A programme looks at a PIN only with a purchase: whoever would use what they have already, or see it, is sent a
    code where one can be sent.

    A merchant that wants codes falls back to "counter" where none can be sent: no carrier, a number that is not
    texted, the day's ceiling reached. What an owner has locked only a code opens again, whatever the merchant wants.
    """
    merchant = session.get_one(Merchant, customer.merchant_id)
    wanted = merchant.spend_proof
    # Nothing can be chosen where nothing is shown before proof: there a code opens the page first, and the PIN still
    # goes with a purchase whenever the programme insists on it.
    unseen = wanted == "pin" and (merchant.loyalty_display == "strict" or not buying)
    if wanted != "sms" and not unseen and customer.spending_locked_at is None:
        return wanted
    texting = wiring.texting
    if texting is None or not is_served(session, texting, customer):
        return "counter"
    ceilings = ((per_merchant(texting), str(customer.merchant_id)), (in_all(texting), EVERYBODY))
    full = any(throttle.wait_for(session, limit, subject, now) for limit, subject in ceilings)
    return "counter" if full else "sms"


def allow(
    session: Session, texting: Texting, throttle: Throttle, customer: Customer, *, address: str, key: str, now: datetime
) -> Allowed:
    """Count one message about to be sent to this customer because somebody at `address` asked; `key` names it."""
    if not is_served(session, texting, customer):
        return Allowed("unavailable")
    asked = (Attempt(TO_NUMBER, customer.phone, key), Attempt(FROM_ADDRESS, origin(address), key))
    verdict = throttle.check(session, asked, now)
    if not verdict.allowed:
        return Allowed("limited", verdict.retry_after_s)
    block = customer.phone[:-BLOCK_DIGITS]
    if not throttle.check(session, [Attempt(IN_BLOCK, block, customer.phone)], now).allowed:
        _alert(session, "sms_block", customer, now, f"many numbers of the block {block}… asked for codes")
        return Allowed("unavailable")
    ceilings = (
        Attempt(per_merchant(texting), str(customer.merchant_id), key),
        Attempt(in_all(texting), EVERYBODY, key),
    )
    if not throttle.check(session, ceilings, now).allowed:
        _alert(session, "sms_ceiling", customer, now, "the day's messages are used up: confirmed at the counter")
        return Allowed("unavailable")
    return Allowed("")


def _alert(session: Session, kind: str, customer: Customer, now: datetime, detail: str) -> None:
    subject = f"{customer.merchant_id}:{now.date().isoformat()}"
    raise_alert(session, kind, subject, now, merchant_id=customer.merchant_id, detail=detail)
