"""Diners who have been here before: visits, baskets and numbers written straight into the database, cookies signed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from webapp.doors.backoffice.guard import COOKIE
from webapp.doors.cli.bench.house import MERCHANT, sku
from webapp.doors.cli.bench.report import Failed
from webapp.doors.shop.desk import BROWSER, EXTENSION, Desk
from webapp.ground.db import Database
from webapp.ground.links import fingerprint
from webapp.nouns.basket.lines import add, open_basket
from webapp.nouns.customer.models import Customer, Visit
from webapp.nouns.merchant.facts import StoreFacts, store_by_slugs
from webapp.nouns.merchant.pickup import slots_left
from webapp.nouns.merchant.tables import tables_of
from webapp.nouns.pricing import Configuration, Wanted
from webapp.nouns.staff.models import Staff
from webapp.nouns.staff.posts import appoint
from webapp.nouns.staff.sessions import open_session
from webapp.usecases.checkout.last_page import confirmation

STORE = "s0"


@dataclass(frozen=True)
class Diner:
    """A browser as the shop knows it: its signed cookie and the token of its forms."""

    cookie: str
    token: str
    visit_id: int
    phone: str


class Seats:
    """Makes diners of one store."""

    def __init__(self, app: Flask, database: Database) -> None:
        """`app`: the product, for its keys; nothing is asked of it over the wire."""
        self._app = app
        self._database = database
        self._made = 0
        desk: Desk = app.extensions[EXTENSION]
        self.wiring = desk.wiring

    @property
    def store(self) -> StoreFacts:
        """The store they eat in."""
        with self._database.reading() as session:
            found = store_by_slugs(session, MERCHANT, STORE)
        assert found is not None  # noqa: S101 -- made by the stage
        return found

    @property
    def scan_path(self) -> str:
        """The address printed on its table."""
        with self._database.reading() as session:
            code = tables_of(session, self.store.id)[0].code
        return f"/r/{MERCHANT}/{STORE}/t/{self.wiring.signer.sign('table', code)}"

    def staff_cookie(self) -> str:
        """Somebody of the staff, signed in."""
        token, now = self.wiring.draw.token(32), self.wiring.clock.now()
        with self._database.transaction() as session:
            person = Staff(email=f"{token[:8]}@bench.example", name="", password_hash="-", created_at=now)  # noqa: S106
            session.add(person)
            session.flush()
            appoint(session, person.id, self.store.merchant.id, "staff", None, now)
            open_session(session, person.id, token, now)
        return self._signed({COOKIE: token, "_permanent": True})

    def _signed(self, holding: dict[str, str | bool]) -> str:
        interface = self._app.session_interface
        assert isinstance(interface, SecureCookieSessionInterface)  # noqa: S101 -- Flask's own, for its types
        serializer = interface.get_signing_serializer(self._app)
        assert serializer is not None  # noqa: S101 -- the application has a key
        return f"{interface.get_cookie_name(self._app)}={serializer.dumps(holding)}"

    def _cookie(self, browser: str) -> tuple[str, str]:
        secret = fingerprint(f"csrf of {browser}")[:40]
        token = URLSafeTimedSerializer(self._app.secret_key or "", salt="wtf-csrf-token").dumps(secret)
        return self._signed({BROWSER: browser, "csrf_token": secret, "_permanent": True}), str(token)

    def diners(self, count: int, *, lines: int = 0, identified: bool = True) -> list[Diner]:
        """`count` diners with so many different dishes in the basket, wanting to collect; ready for the last page."""
        now, store = self.wiring.clock.now(), self.store
        with self._database.reading() as session:
            slot = slots_left(session, store, now)[-1].slot.starts_at
        made: list[Diner] = []
        with self._database.transaction() as session:
            for _ in range(count):
                self._made += 1
                made.append(self._diner(session, store, slot, now, lines, identified=identified))
        return made

    def _diner(
        self, session: Session, store: StoreFacts, slot: datetime, now: datetime, lines: int, *, identified: bool
    ) -> Diner:
        browser = self.wiring.draw.token(16)
        phone = f"+336{self._made:08d}"
        customer = {"merchant_id": store.merchant.id, "phone": phone, "created_at": now, "member_id": f"m{self._made}"}
        known = session.scalar(
            insert(Customer)
            .values(member_connection_id=store.connection_id, **customer)
            .returning(Customer.id)
        )  # fmt: skip
        visit = session.scalar(
            insert(Visit)
            .values(
                browser=fingerprint(browser), merchant_id=store.merchant.id, store_id=store.id, mode="collect",
                slot_at=slot, customer_id=known if identified else None, membership="member" if identified else "",
                strict=False, identified_at=now if identified else None, created_at=now - timedelta(hours=1),
                seen_at=now,
            )
            .returning(Visit.id)
        )  # fmt: skip
        assert visit is not None  # noqa: S101 -- just written
        if lines:
            basket = open_basket(session, visit, store.id, now)
            for place in range(lines):
                wanted = Wanted("", sku(place * 4), 1, Configuration(), "")
                add(session, basket, wanted, seen_name="Pancake", seen_unit_price=650)
        cookie, token = self._cookie(browser)
        return Diner(cookie, token, visit, phone)

    def shown(self, diner: Diner) -> str:
        """The digest the last page shows this diner now."""
        now = self.wiring.clock.now()
        with self._database.reading() as session:
            selling = self.wiring.shelf.at(session, MERCHANT, STORE, now)
            visit = session.scalar(select(Visit).where(Visit.id == diner.visit_id))
            if visit is None:
                raise Failed("a diner is gone")
            return confirmation(session, selling, visit, now).digest
