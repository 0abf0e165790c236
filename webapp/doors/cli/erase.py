"""`erase`: forget a person everywhere at one merchant; orders keep their accounting facts without them (D5)."""

import sys
from argparse import ArgumentParser, Namespace

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.doors.cli.answers import refused
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.ground.phone import Phone, PhoneRefused
from webapp.nouns.customer.identities import key_of
from webapp.nouns.merchant.models import Merchant
from webapp.ports.loyalty.port import Identity, IdentityKind
from webapp.usecases.upkeep.erasure import Erased, NotYet, erase

NAMED_BY = {"phone": "number", "email": "e-mail address", "card": "code of the card or of the member"}
WHY = {
    "being_paid": "{count} order of this person is being paid right now: try again when it has ended.",
    "undelivered": "{count} messages about this person have not reached the programme yet: wait, or give them up with "
    "--abandon.",
}


def arguments(parser: ArgumentParser) -> None:
    """The options of `erase`."""
    parser.add_argument("--merchant", required=True, metavar="SLUG", help="at which merchant")
    name = parser.add_mutually_exclusive_group(required=True)
    for option, words in NAMED_BY.items():
        name.add_argument(f"--{option}-stdin", action="store_true", help=f"read the {words} from the standard input")
    parser.add_argument("--country", default="FR", help="of numbers typed without a country code")
    parser.add_argument("--abandon", action="store_true", help="give up what the programme was not told yet")


def command(settings: Settings, chosen: Namespace) -> int:
    """Forget, and say what is left to do elsewhere. Doing it again finds nobody and is fine."""
    try:
        who = _typed(sys.stdin.readline().strip(), chosen)
    except PhoneRefused as not_a_number:
        return refused(f"The standard input held no usable number ({not_a_number.code}).")
    except ValueError as nothing:
        return refused(str(nothing))
    database = Database(settings.database_url)
    try:
        erased = database.run(lambda session: _erase(session, chosen, key_of(who)))
    except LookupError as error:
        return refused(str(error.args[0]))
    except NotYet as not_yet:
        return refused(WHY[not_yet.code].format(count=not_yet.count))
    finally:
        database.close()
    if erased is None:
        print("Nobody here goes by this.")
        return 0
    print(f"Forgotten. {erased.orders} orders keep their accounting facts; {erased.abandoned} messages were given up.")
    print("The programme keeps its own record of this person: the merchant must ask it to erase that too.")
    return 0


def _typed(text: str, chosen: Namespace) -> Identity:
    if chosen.phone_stdin:
        return Identity.phone(Phone.parse(text, chosen.country).e164)
    if not text:
        raise ValueError("The standard input held nothing.")
    return Identity(IdentityKind.EMAIL, text.lower()) if chosen.email_stdin else Identity(IdentityKind.CODE, text)


def _erase(session: Session, chosen: Namespace, key: str) -> Erased | None:
    merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == chosen.merchant))
    if merchant_id is None:
        raise LookupError(f"There is no merchant {chosen.merchant!r}.")
    return erase(session, merchant_id, key, abandon=chosen.abandon)
