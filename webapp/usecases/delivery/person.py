"""Whom a paid order is told for: the programme's id of its member, opened from its seal or looked up by their name."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.ground.secrets import Unreadable, Vault
from webapp.nouns.customer.identities import identity_of
from webapp.nouns.customer.models import Customer
from webapp.nouns.order.models import Order
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import Identity, LoyaltyProgram, PaidOrder


def snapshot(row: OutboxMessage, vault: Vault | None) -> PaidOrder:
    """The order as it was frozen, the secret id of its member in its place again (X5).

    Raises:
        Unreadable: no key of ours opens it.
    """
    order = PaidOrder.from_json(row.payload)
    if not row.member_sealed:
        return order
    if vault is None:
        raise Unreadable("there is no vault")
    return replace(order, member_id=vault.open(row.member_sealed))


def takes_numbers(program: LoyaltyProgram) -> bool:
    """Whether a phone number alone earns points: the programme makes a member of whoever is new."""
    return program.capabilities.enrol and not program.capabilities.enrol_needs


def given(session: Session, vault: Vault | None, row: OutboxMessage) -> Identity | None:
    """What the person of this order gave: a number, an address, a card; None when nobody did, or they were forgotten.

    The order's own payload names a number at most: addresses and cards stand sealed with their customer (X5).
    """
    query = select(Customer).join(Order, Order.customer_id == Customer.id).where(Order.id == row.order_id)
    customer = session.scalar(query)
    return identity_of(vault, customer) if customer is not None else None


def named(program: LoyaltyProgram, order: PaidOrder, who: Identity | None, deadline_s: float) -> PaidOrder | None:
    """The order with its member, or None when there is nobody to tell of: no account, and nothing of theirs used.

    `who`: from `given`; the number the order was frozen with comes before it.

    Raises:
        LoyaltyError: the programme did not say.
    """
    if order.member_id is not None or takes_numbers(program):
        return order
    who = Identity.phone(order.phone) if order.phone is not None else who
    if who is not None and who.kind in program.capabilities.find_by:
        found = program.find_member(who, store_slug=order.store_slug, deadline_s=deadline_s)
        if found is not None:
            return replace(order, member_id=found.member_id)
    return order if order.used else None
