"""What the programme behind a store can do, as pages ask it: never by its name."""

from webapp.nouns.merchant.facts import StoreFacts
from webapp.ports.loyalty.port import Capabilities, IdentityKind
from webapp.usecases.wiring import Wiring

# While its credentials cannot be opened, and where there is none: a number is kept, and the points follow.
NUMBER_ALONE = Capabilities(find_by=frozenset({IdentityKind.PHONE}), enrol=True)


def abilities(wiring: Wiring, store: StoreFacts) -> Capabilities:
    """Of this store's programme."""
    program = wiring.programs.of(store.connection_id) if store.connection_id is not None else None
    return program.capabilities if program is not None else NUMBER_ALONE


def typed_kinds(can: Capabilities) -> frozenset[IdentityKind]:
    """What a diner may type. Where a number alone makes a member, nobody needs to know a code: passes are scanned."""
    if can.sign_in_by_email:
        return frozenset({IdentityKind.EMAIL})
    return frozenset({IdentityKind.PHONE}) if number_is_enough(can) else can.find_by


def number_is_enough(can: Capabilities) -> bool:
    """Whether everybody with a phone number can be found and made a member by it."""
    return IdentityKind.PHONE in can.find_by and can.enrol and not can.enrol_needs


def counts_points(can: Capabilities) -> bool:
    """Whether an order brings points as such: some programmes put money on a wallet instead, and speak of no points."""
    return can.points or not can.find_by - {IdentityKind.PHONE}
