"""`payment-account`: store the account a merchant is paid at, once its key has been seen to open it.

Secrets come from the environment, never from the command line, which every user of the machine can read.
"""

import os
from argparse import ArgumentParser, Namespace

from sqlalchemy import select

from webapp.doors.cli.answers import TRIED_AND_REFUSED, refused
from webapp.ground.config import Settings
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.merchant.payment_account import active_account
from webapp.usecases.setup.payment import NotKept, Typed, keep_account, leave_account
from webapp.wire import build_wiring

SECRET, WEBHOOKS = "PAYMENT_SECRET_KEY", "PAYMENT_WEBHOOK_SECRETS"
PROVIDER = "stripe"


def arguments(parser: ArgumentParser) -> None:
    """The options of `payment-account`."""
    parser.epilog = f"The secret key is read from {SECRET}, at most two signing secrets of callbacks from {WEBHOOKS}."
    parser.add_argument("--merchant", required=True, metavar="SLUG", help="who is paid")
    parser.add_argument("--account", metavar="acct_…", help="the account's id; without it the stored one is shown")
    parser.add_argument("--capture", choices=["automatic", "manual"], default="automatic", help="when money is taken")
    parser.add_argument("--stop", action="store_true", help="take no new orders there")


def command(settings: Settings, chosen: Namespace) -> int:
    """Try the key, store it, and say where callbacks go."""
    wiring = build_wiring(settings)
    try:
        with wiring.db.reading() as session:
            merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == chosen.merchant))
        if merchant_id is None:
            return refused(f"There is no merchant {chosen.merchant!r}.", TRIED_AND_REFUSED)
        if chosen.stop:
            leave_account(wiring, merchant_id, None)
        elif chosen.account:
            secrets = tuple(one.strip() for one in os.environ.get(WEBHOOKS, "").split(",") if one.strip())
            typed = Typed(chosen.account, os.environ.get(SECRET, "").strip(), secrets, chosen.capture == "manual")
            only_live = settings.mode == "production"
            keep_account(wiring, merchant_id, None, PROVIDER, typed, only_live=only_live)
        with wiring.db.reading() as session:
            row = active_account(session, merchant_id)
    except NotKept as refusal:
        return refused(f"Nothing was stored: {refusal.code}.", TRIED_AND_REFUSED)
    finally:
        wiring.db.close()
    if row is None:
        print(f"{chosen.merchant} is paid nowhere: nobody can pay.")
        return 0
    mode = "live" if row.livemode else "test"
    print(f"{chosen.merchant} is paid at {row.provider}, {row.account} ({mode}, {row.capture} capture).")
    print(f"Callbacks: {settings.public_url}/callbacks/payment/{row.provider}/{row.callback_token}")
    return 0
