"""The demo's owners: one for each merchant, with a password made from the demo's own keys, so that it can be said."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from webapp.ground.config import Settings
from webapp.ground.links import Signer
from webapp.nouns.staff.models import Staff
from webapp.nouns.staff.passwords import hashed
from webapp.nouns.staff.posts import appoint, by_email

WORD = 16


@dataclass(frozen=True)
class DemoOwner:
    """How the demo's reader signs in to a desk, unless the password was changed there."""

    email: str
    password: str


def owner_of(settings: Settings, merchant_slug: str) -> DemoOwner:
    """The same at every start of one demo."""
    mark = Signer(settings.secrets_of("secret_keys")).sign("demo owner", merchant_slug).rpartition(".")[2][:WORD]
    return DemoOwner(f"owner@{merchant_slug}.example", "-".join(mark[at : at + 4] for at in range(0, WORD, 4)))


def employ(session: Session, owner: DemoOwner, merchant_id: int, now: datetime) -> None:
    """Make the owner when there is none of that name; one who is there keeps the password they chose."""
    if by_email(session, owner.email) is not None:
        return
    values = {"email": owner.email, "name": "", "password_hash": hashed(owner.password), "created_at": now}
    staff_id = int(session.execute(insert(Staff).values(values).returning(Staff.id)).scalar_one())
    appoint(session, staff_id, merchant_id, "owner", None, now)
