"""Asking the programme for one person's wallet, the person found by number when the programme's id is not known yet."""

import time
from dataclasses import dataclass, replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from webapp.nouns.customer.identities import identity_of
from webapp.nouns.customer.models import Customer
from webapp.ports.loyalty.port import LoyaltyProgram, NotFound, Wallet
from webapp.usecases.wiring import Wiring


@dataclass(frozen=True)
class Read:
    """A wallet just read, voucher codes included: it never leaves the server as it is. `member_id`: whose."""

    member_id: str
    wallet: Wallet


def read_wallet(
    wiring: Wiring,
    program: LoyaltyProgram,
    customer: Customer,
    *,
    connection_id: int,
    store_slug: str,
    deadline_s: float,
    signed_in_as: str | None = None,
) -> Read:
    """The wallet of this customer at this store, within `deadline_s` seconds in all.

    `as_of` is the moment the asking began: what happened while we asked may or may not be in the answer (R3).

    `signed_in_as`: the secret id this browser signed in with, which is kept nowhere else.

    Raises:
        NotFound: the programme knows nobody by this number.
        LoyaltyError: it did not answer well.
    """
    began, ends = wiring.clock.now(), time.monotonic() + deadline_s
    member_id = signed_in_as
    if member_id is None and customer.member_connection_id == connection_id:
        member_id = customer.member_id
    if member_id is None:
        who = identity_of(wiring.vault, customer)
        can = who is not None and who.kind in program.capabilities.find_by
        member = program.find_member(who, store_slug=store_slug, deadline_s=deadline_s) if who and can else None
        if member is None:
            raise NotFound("no such member")
        member_id = member.member_id
    wallet = program.wallet(member_id, store_slug=store_slug, deadline_s=ends - time.monotonic())
    return Read(member_id, replace(wallet, as_of=began))


def remember_member(session: Session, customer_id: int, member_id: str, connection_id: int) -> None:
    """Keep the programme's id of this person, so that the next wallet costs one call less."""
    session.execute(
        update(Customer)
        .where(Customer.id == customer_id)
        .values(member_id=member_id, member_connection_id=connection_id)
    )
