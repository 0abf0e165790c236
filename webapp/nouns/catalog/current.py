"""The menu document a merchant has on sale, whole: for those who look at it rather than sell from it."""

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.nouns.catalog.document import Catalog
from webapp.nouns.catalog.models import CatalogVersion
from webapp.nouns.merchant.models import Merchant


@lru_cache(maxsize=4)
def read_kept(text: str) -> Catalog:
    """A stored document; the last few read are kept, since a desk asks for the same one on every page."""
    return Catalog.model_validate_json(text)


def current_menu(session: Session, merchant_id: int) -> Catalog | None:
    """The document on sale, or None before the first one."""
    of_merchant = (Merchant.id == CatalogVersion.merchant_id) & (Merchant.catalog_number == CatalogVersion.number)
    text = session.scalar(select(CatalogVersion.document).join(Merchant, of_merchant).where(Merchant.id == merchant_id))
    return None if text is None else read_kept(text)
