"""`invite-staff`: a one-time link with which somebody opens a merchant's desk; how the first owner gets in."""

from argparse import ArgumentParser, Namespace

from sqlalchemy import select

from webapp.doors.cli.answers import refused
from webapp.ground.config import Settings
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.staff.links import LIFE, Offer
from webapp.nouns.staff.posts import ROLES, plain_email
from webapp.usecases.staff.people import invite
from webapp.wire import build_wiring


def arguments(parser: ArgumentParser) -> None:
    """The options of `invite-staff`."""
    parser.add_argument("--merchant", required=True, metavar="SLUG", help="whose desk")
    parser.add_argument("--email", required=True, help="how they will sign in")
    parser.add_argument("--role", choices=ROLES, default="owner", help="what they may do (default: owner)")


def command(settings: Settings, chosen: Namespace) -> int:
    """Make the invitation and print its link, to be passed on by a way you trust."""
    email = plain_email(chosen.email)
    if email is None:
        return refused(f"{chosen.email!r} is not an e-mail address.")
    wiring = build_wiring(settings)
    try:
        with wiring.db.reading() as session:
            merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == chosen.merchant))
        if merchant_id is None:
            return refused(f"There is no merchant {chosen.merchant!r}.")
        token = invite(wiring, None, Offer(email, merchant_id, chosen.role))
    finally:
        wiring.db.close()
    print(f"{email} may open the desk of {chosen.merchant} with this link, once, for {LIFE['invitation'].days} days:")
    print(f"{settings.public_url}/desk/invitation/{token}")
    return 0
