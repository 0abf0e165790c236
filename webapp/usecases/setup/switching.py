"""What is there to be known before a merchant connects another programme than its present one, or its own anew."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from webapp.ground.secrets import Unreadable, Vault
from webapp.nouns.catalog.current import current_menu
from webapp.nouns.merchant.models import LoyaltyConnection
from webapp.nouns.outbox.models import OutboxMessage
from webapp.ports.loyalty.credentials import BadCredentials
from webapp.ports.loyalty.setup import Setup
from webapp.usecases.wiring import Wiring

MOST_NAMED = 12


@dataclass(frozen=True)
class Switch:
    """The programme that would end. `under_way`: messages still on their way to it."""

    vendor: str
    under_way: int


@dataclass(frozen=True)
class Unmapped:
    """Dishes and paid options without a name there: how many, and some of them as the merchant calls them."""

    many: int
    names: tuple[str, ...]


def living(session: Session, merchant_id: int) -> LoyaltyConnection | None:
    """The merchant's connection that is not retired."""
    query = select(LoyaltyConnection).where(
        LoyaltyConnection.merchant_id == merchant_id, LoyaltyConnection.state != "retired"
    )
    return session.scalar(query)


def switch_from(session: Session, merchant_id: int, vendor: str) -> Switch | None:
    """What connecting `vendor` would end; None when that is the present programme, or there is none."""
    present = living(session, merchant_id)
    if present is None or present.vendor == vendor:
        return None
    waiting = select(func.count()).where(
        OutboxMessage.connection_id == present.id, OutboxMessage.state.in_(("new", "leased"))
    )
    return Switch(present.vendor, session.scalar(waiting) or 0)


def typed_before(wiring: Wiring, vault: Vault, merchant_id: int, vendor: str, setup: Setup) -> Mapping[str, str]:
    """The fields of the living connection as they were typed, secrets among them; none where it is another's."""
    with wiring.db.reading() as session:
        present = living(session, merchant_id)
    if present is None or present.vendor != vendor or setup.show is None:
        return {}
    try:
        return setup.show(vault.open(present.token_sealed))
    except (Unreadable, BadCredentials):
        return {}


def unmapped(wiring: Wiring, vault: Vault, merchant_id: int, setup: Setup) -> Unmapped:
    """What of the menu on sale has no name at the programme, which then neither prices it nor takes it."""
    with wiring.db.reading() as session:
        present, menu = living(session, merchant_id), current_menu(session, merchant_id)
    if present is None or menu is None or setup.names is None:
        return Unmapped(0, ())
    try:
        known = setup.names(vault.open(present.token_sealed))
    except (Unreadable, BadCredentials):
        return Unmapped(0, ())
    own = menu.languages[0]
    sold = {item.sku: item.name[own] for item in (*menu.products, *menu.set_menus)}
    for group in menu.option_groups:
        sold |= {"+" + (one.sku or one.name[own]): one.name[own] for one in group.options if one.price}
    missing = [name for key, name in sold.items() if key not in known]
    return Unmapped(len(missing), tuple(missing[:MOST_NAMED]))
