"""A shop whose carrier is the sandbox inbox, and diners who stand before the proof page."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from tests.carrier import Carrier
from tests.shop import MERCHANT, STORE, Browser, Page, Shop
from webapp.nouns.customer.models import Customer
from webapp.nouns.customer.proof_models import OneTimeCode, ProvenBrowser, SmsMessage
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.order.models import Alert

BASE = f"/r/{MERCHANT}/{STORE}"
PROOF = f"{BASE}/proof?next=menu"
NUMBER = "06 12 34 56 78"
E164 = "+33612345678"


@dataclass
class House:
    """The shop and its carrier."""

    shop: Shop
    carrier: Carrier

    def later(self, **how_long: float) -> None:
        """Time passes."""
        self.shop.clock.set(self.shop.clock.now() + timedelta(**how_long))

    def diner(self, number: str = NUMBER, language: str = "en") -> Browser:
        """Somebody who typed a number and stands before the proof page."""
        browser = self.shop.browser(language)
        browser.get(f"{BASE}/identify")
        browser.submit(phone=number)
        browser.get(PROOF)
        return browser

    def proved_diner(self, number: str = NUMBER) -> Browser:
        """Somebody who has just proved it."""
        browser = self.diner(number)
        ask(browser)
        assert enter(browser, self.carrier.code()).path == f"{BASE}/"
        return browser

    def demand(self, spend_proof: str) -> None:
        """The merchant wants this kind of proof."""
        with self.shop.database.transaction() as session:
            session.execute(update(Merchant).where(Merchant.slug == MERCHANT).values(spend_proof=spend_proof))

    def customer(self, phone: str = E164) -> Customer:
        """The customer of a number."""
        with self.shop.database.reading() as session:
            return session.scalars(select(Customer).where(Customer.phone == phone)).one()

    def proofs(self) -> list[ProvenBrowser]:
        """Every proof not revoked."""
        with self.shop.database.reading() as session:
            return list(session.scalars(select(ProvenBrowser).where(ProvenBrowser.revoked_at.is_(None))))

    def codes(self) -> list[OneTimeCode]:
        """Every code, oldest first."""
        with self.shop.database.reading() as session:
            return list(session.scalars(select(OneTimeCode).order_by(OneTimeCode.id)))

    def waiting(self) -> list[SmsMessage]:
        """Every message, oldest first."""
        with self.shop.database.reading() as session:
            return list(session.scalars(select(SmsMessage).order_by(SmsMessage.id)))

    def alerts(self) -> list[str]:
        """The kinds of alerts raised."""
        with self.shop.database.reading() as session:
            return list(session.scalars(select(Alert.kind).order_by(Alert.id)))


def ask(browser: Browser) -> Page:
    """Touch "Send a code"."""
    return browser.submit(form=browser.page.form("/proof/send"))


def enter(browser: Browser, code: str) -> Page:
    """Type a code."""
    return browser.submit(form=browser.page.form("/proof"), code=code)


def wrong(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
