"""A merchant connects its programme alone: the form, the way back, the exchange, the list of stores (A6, C27, Q1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.ground import logs
from webapp.nouns.merchant.models import LoyaltyConnection, Merchant, Store, StoreMapping
from webapp.nouns.merchant.program_places import (
    Place,
    begin_state,
    note_check,
    note_places,
    places_of,
    stale,
    use_state,
)
from webapp.nouns.order.alerts import raise_alert, resolve_alert
from webapp.nouns.outbox import box
from webapp.nouns.staff import deeds
from webapp.ports.loyalty.port import BadAnswer, Forbidden, LoyaltyError, LoyaltyProgram, Token, Unavailable
from webapp.ports.loyalty.setup import Setup
from webapp.usecases.setup import loyalty
from webapp.usecases.setup.switching import living, typed_before
from webapp.usecases.wiring import BackOffice, Wiring

STATE_BYTES = 24
LONGEST_CODE = 2048
LONGEST_SLUG = 120
GONE = "place_gone"


class NotConnected(Exception):
    """Nothing was stored.

    `code`: `no_vendor`, `state`, `denied`, `vendor_error`, `no_code`, `code_refused`, `no_token`, `unreachable`,
    `no_answer`, `not_usable`; see `by_keys` for more.
    """

    def __init__(self, code: str) -> None:
        """See the class."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Asker:
    """Who connects, from which signed-in browser, for which merchant."""

    staff_id: int
    session_digest: str
    merchant_id: int
    merchant_slug: str


@dataclass(frozen=True)
class Back:
    """What the programme's redirect said; every part as it came, "" when missing."""

    state: str
    code: str
    error: str


def begin(wiring: Wiring, office: BackOffice, asker: Asker, vendor: str, redirect_uri: str) -> str:
    """The address of the programme's form.

    Raises:
        NotConnected: `no_vendor`, it has issued us no credentials.
    """
    connector = office.connectors.get(vendor)
    if connector is None:
        raise NotConnected("no_vendor")
    state, now = wiring.draw.token(STATE_BYTES), wiring.clock.now()
    wiring.db.run(lambda session: begin_state(session, state, asker.session_digest, asker.merchant_id, vendor, now))
    return connector.authorize_url(redirect_uri=redirect_uri, state=state)


def finish(wiring: Wiring, office: BackOffice, asker: Asker, back: Back) -> int:
    """The browser came back: use the state up, exchange the code, see that the token works, store it; its connection.

    Raises:
        NotConnected: every code but `no_vendor`; the form has to be begun again.
    """
    now = wiring.clock.now()
    vendor = None
    if back.state:
        vendor = wiring.db.run(
            lambda session: use_state(session, back.state, asker.session_digest, asker.merchant_id, now)
        )
    connector = office.connectors.get(vendor or "")
    if vendor is None or connector is None:
        raise NotConnected("state")
    if back.error:
        raise NotConnected("denied" if back.error == "access_denied" else "vendor_error")
    if not back.code or len(back.code) > LONGEST_CODE:
        raise NotConnected("no_code")
    try:
        token = connector.exchange_code(back.code, deadline_s=wiring.worker_seconds)
    except BadAnswer as error:
        raise NotConnected("no_token") from error
    except Unavailable as error:
        raise NotConnected("unreachable") from error
    except LoyaltyError as error:
        raise NotConnected("code_refused" if error.permanent else "no_answer") from error
    return _store(wiring, office, asker, vendor, token, "loyalty.connect")


def paste(wiring: Wiring, office: BackOffice, asker: Asker, vendor: str, token: str) -> int:
    """Store a token the vendor made by hand, once it has been seen to work; its connection.

    Raises:
        NotConnected: `no_vendor` (also where pasting is off), `not_usable`.
    """
    if not office.pasted_tokens or vendor not in office.programs:
        raise NotConnected("no_vendor")
    if not token or len(token) > 8192 or not token.isascii() or not token.isprintable() or " " in token:
        raise NotConnected("not_usable")
    return _store(wiring, office, asker, vendor, Token(token), "loyalty.token")


def by_keys(
    wiring: Wiring, office: BackOffice, asker: Asker, vendor: str, setup: Setup, typed: Mapping[str, str]
) -> int:
    """Store what a merchant typed, once it has been seen to work; its connection.

    Raises:
        BadCredentials: it could never work; nobody was asked.
        NotConnected: `refused`, `forbidden`, `unreachable`, `other_currency`.
    """
    before = typed_before(wiring, office.vault, asker.merchant_id, vendor, setup)
    kept = {one.name: before.get(one.name, "") for one in setup.fields if one.kind.startswith("secret")}
    # A secret that was left empty stays as it is: it is never shown, so nobody could type it back.
    whole = {name: value or kept.get(name, "") for name, value in typed.items()}
    text = setup.read(whole)
    with wiring.db.reading() as session:
        ours = session.scalar(select(Merchant.currency).where(Merchant.id == asker.merchant_id))
    if whole.get("currency", "").upper() not in {"", ours}:
        raise NotConnected("other_currency")
    program = office.programs[vendor](text)
    try:
        program.check_connection(deadline_s=wiring.worker_seconds)
        if setup.complete is not None:
            text = setup.complete(program, text, wiring.worker_seconds)
    except Forbidden as error:
        raise NotConnected("forbidden") from error
    except LoyaltyError as error:
        raise NotConnected("refused" if error.permanent else "unreachable") from error
    return _store(wiring, office, asker, vendor, Token(text), "loyalty.keys")


def read_again(wiring: Wiring, office: BackOffice, asker: Asker) -> None:
    """What the vendor knows of the merchant's places, read anew with the keys there are.

    Raises:
        BadCredentials, NotConnected: as `by_keys`; `no_vendor` where there is nothing to be read.
    """
    with wiring.db.reading() as session:
        present = living(session, asker.merchant_id)
    setup = office.setups.get(present.vendor) if present is not None else None
    if present is None or setup is None or setup.complete is None:
        raise NotConnected("no_vendor")
    typed = typed_before(wiring, office.vault, asker.merchant_id, present.vendor, setup)
    by_keys(wiring, office, asker, present.vendor, setup, typed)


def _store(wiring: Wiring, office: BackOffice, asker: Asker, vendor: str, token: Token, deed: str) -> int:
    places = _tried(office.programs[vendor](token.value), wiring.worker_seconds)
    access = loyalty.Access(vendor, office.client_ids.get(vendor, ""), "", token.value, token.expires_at)
    now = wiring.clock.now()

    def work(session: Session) -> int:
        same = _is_same_account(session, asker.merchant_slug, places)
        row = loyalty.connect(session, office.vault, asker.merchant_slug, access, now, same_account=same)
        _note(session, row, places, now)
        facts = {"vendor": vendor, "stores": len(places), "same account": same}
        deeds.note(session, asker.merchant_id, asker.staff_id, deed, now, subject=vendor, after=facts)
        return row

    return wiring.db.run(work)


def _tried(program: LoyaltyProgram, deadline_s: float) -> tuple[Place, ...]:
    """The stores of an account whose token works; none where the scope for the list is missing (section 2)."""
    try:
        program.check_connection(deadline_s=deadline_s)
        if not program.capabilities.stores:
            return ()  # the merchant types what its stores are called there
        return _places(program, deadline_s)
    except Forbidden:
        return ()
    except LoyaltyError as error:
        raise NotConnected("not_usable") from error


def _places(program: LoyaltyProgram, deadline_s: float) -> tuple[Place, ...]:
    found = program.stores(deadline_s=deadline_s)
    return tuple(
        Place(one.slug, one.public_id or "", one.name, one.address) for one in found if len(one.slug) <= LONGEST_SLUG
    )


def _is_same_account(session: Session, merchant_slug: str, places: Sequence[Place]) -> bool:
    """Whether the stores listed now are those of the living connection: the vendor calls us the same at all of them."""
    living = loyalty.living_connection(session, merchant_slug)
    known = places_of(session, living) if living is not None else ()
    if not known or not places:
        return True
    ours = {place.public_id or place.slug for place in known}
    return bool(ours & {place.public_id or place.slug for place in places})


def _note(session: Session, connection_id: int, places: Sequence[Place], now: datetime) -> None:
    if not places:
        note_check(session, connection_id, now, "no list")
        return
    note_places(session, connection_id, places, now)
    note_check(session, connection_id, now)
    listed = {place.slug for place in places}
    mapped = (
        select(Store, StoreMapping.slug)
        .join(StoreMapping, StoreMapping.store_id == Store.id)
        .where(StoreMapping.connection_id == connection_id)
    )
    for store, slug in session.execute(mapped):
        subject = f"{connection_id}/{store.id}"
        if slug in listed:
            resolve_alert(session, GONE, subject, now)
            box.release_mapped(session, store.id, connection_id)
        else:
            raise_alert(session, GONE, subject, now, merchant_id=store.merchant_id, detail=f"{store.name}: {slug}")


def refresh(wiring: Wiring, connection_id: int, deadline_s: float) -> str:
    """Read the list of stores again; "" or the code of what was wrong. The old list stays when the new one is lost."""
    program = wiring.programs.of(connection_id)
    now = wiring.clock.now()
    trouble = ""
    places: tuple[Place, ...] = ()
    if program is None:
        trouble = "gone"
    elif not program.capabilities.stores:
        trouble = "no list"
    else:
        try:
            places = _places(program, deadline_s)
        except LoyaltyError as error:
            trouble = error.code
    if trouble:
        wiring.db.run(lambda session: note_check(session, connection_id, now, trouble))
    else:
        wiring.db.run(lambda session: _note(session, connection_id, places, now))
    return trouble


def refresh_due(wiring: Wiring) -> int:
    """One round of the worker: the lists that are a day old; how many were read."""
    with wiring.db.reading() as session:
        due = stale(session, wiring.clock.now())
    for connection_id in due:
        trouble = refresh(wiring, connection_id, wiring.worker_seconds)
        if trouble and trouble != "no list":
            logs.get().warning("a list of stores could not be read", row=connection_id, reason=trouble)
    return len(due)


def leave(wiring: Wiring, asker: Asker) -> bool:
    """Disconnect; False when there was nothing to."""
    now = wiring.clock.now()

    def work(session: Session) -> bool:
        living = loyalty.living_connection(session, asker.merchant_slug)
        if living is None:
            return False
        vendor = session.get_one(LoyaltyConnection, living).vendor
        loyalty.disconnect(session, asker.merchant_slug, now)
        deeds.note(session, asker.merchant_id, asker.staff_id, "loyalty.disconnect", now, subject=vendor)
        return True

    return wiring.db.run(work)
