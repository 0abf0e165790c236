"""Whom a paid order is told for: the programme's id of its member, opened from its seal or looked up by number."""

from dataclasses import replace

from webapp.ground.secrets import Unreadable, Vault
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.port import Identity, IdentityKind, LoyaltyProgram, PaidOrder


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


def named(program: LoyaltyProgram, order: PaidOrder, deadline_s: float) -> PaidOrder | None:
    """The order with its member, or None when there is nobody to tell of: no account, and nothing of theirs used.

    Raises:
        LoyaltyError: the programme did not say.
    """
    if order.member_id is not None or takes_numbers(program):
        return order
    if order.phone is not None and IdentityKind.PHONE in program.capabilities.find_by:
        who = Identity.phone(order.phone)
        found = program.find_member(who, store_slug=order.store_slug, deadline_s=deadline_s)
        if found is not None:
            return replace(order, member_id=found.member_id)
    return order if order.used else None
