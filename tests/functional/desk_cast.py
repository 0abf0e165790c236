"""Who works at the demo's merchants in the tests, and how they sign in."""

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.shop import MERCHANT, Browser, Shop
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.staff.models import Staff
from webapp.nouns.staff.passwords import hashed
from webapp.nouns.staff.posts import appoint

PASSWORD = "correct horse battery"
OTHER = "fournil-mistral"
_HASH = hashed(PASSWORD)


def hire(shop: Shop, email: str, role: str = "owner", merchant: str = MERCHANT, stores: list[int] | None = None) -> int:
    """Somebody with a post; their row."""

    def work(session: Session) -> int:
        now = shop.clock.now()
        staff_id = session.scalar(select(Staff.id).where(Staff.email == email))
        if staff_id is None:
            values = {"email": email, "name": "", "password_hash": _HASH, "created_at": now}
            staff_id = int(session.execute(insert(Staff).values(values).returning(Staff.id)).scalar_one())
        merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == merchant))
        assert merchant_id is not None
        appoint(session, staff_id, merchant_id, role, stores, now)
        return staff_id

    return shop.database.run(work)


def sign_in(shop: Shop, email: str, password: str = PASSWORD, language: str = "en") -> Browser:
    """A browser in which they signed in, at the page that follows."""
    browser = shop.browser(language)
    browser.get("/desk/sign-in")
    browser.submit(email=email, password=password)
    return browser


def owner(shop: Shop, merchant: str = MERCHANT, language: str = "en") -> Browser:
    """The owner of a merchant, signed in."""
    email = f"owner@{merchant}.example"
    hire(shop, email, "owner", merchant)
    return sign_in(shop, email, language=language)
