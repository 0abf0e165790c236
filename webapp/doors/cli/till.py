"""`till`: connect a store's own till, or leave it.

Secrets come from the environment, never from the command line, which every user of the machine can read.
"""

import os
from argparse import ArgumentParser, Namespace
from urllib.parse import urlsplit

from webapp.doors.cli.answers import TRIED_AND_REFUSED, refused
from webapp.ground.config import Settings
from webapp.ports.payment.external_pos import MOST_SECRETS, Till
from webapp.usecases.setup.till import NoSuchStore, connect_till, leave_till
from webapp.wire import build_wiring

SECRETS = "TILL_SECRETS"
SHORTEST_SECRET = 32


def arguments(parser: ArgumentParser) -> None:
    """The options of `till`."""
    parser.epilog = f"The signing secrets are read from {SECRETS}: one, or two while rotating, newest first."
    parser.add_argument("--merchant", required=True, metavar="SLUG")
    parser.add_argument("--store", required=True, metavar="SLUG")
    parser.add_argument("--address", metavar="URL", help="where the till listens; its host must be in the settings")
    parser.add_argument("--codes", action="store_true", help="the till takes off the shop's own codes")
    parser.add_argument("--gifts", action="store_true", help="it gives rewards that are a dish")
    parser.add_argument("--vouchers", action="store_true", help="it takes off rewards that are money")
    parser.add_argument("--books", action="store_true", help="it answers what moved on a day, for the daily comparison")
    parser.add_argument("--silent", action="store_true", help="it cannot say what was paid: orders are left to it")
    parser.add_argument("--live", action="store_true", help="real money moves there")
    parser.add_argument("--stop", action="store_true", help="send no new orders there")


def command(settings: Settings, chosen: Namespace) -> int:
    """Store it, and say where the till calls back."""
    secrets = tuple(one.strip() for one in os.environ.get(SECRETS, "").split(",") if one.strip())
    trouble = "" if chosen.stop else _trouble(settings, chosen, secrets)
    if trouble:
        return refused(trouble, TRIED_AND_REFUSED)
    wiring = build_wiring(settings)
    try:
        if chosen.stop:
            leave_till(wiring, chosen.merchant, chosen.store)
            print(f"{chosen.store}: no new orders go to a till.")
            return 0
        till = Till(
            chosen.address.rstrip("/"), secrets, chosen.codes, chosen.gifts, chosen.vouchers,
            calls_back=not chosen.silent, books=chosen.books,
        )  # fmt: skip
        account, token = connect_till(wiring, chosen.merchant, chosen.store, till, livemode=chosen.live)
    except NoSuchStore:
        return refused(f"There is no store {chosen.merchant}/{chosen.store}.", TRIED_AND_REFUSED)
    finally:
        wiring.db.close()
    print(f"{chosen.store}: orders may be paid at its till, which answers as account {account!r}.")
    if chosen.silent:
        print("It says nothing back: orders are left to it, and no money, receipt or points of them are known here.")
        return 0
    print(f"Callbacks: {settings.public_url}/callbacks/payment/till/{token}")
    return 0


def _trouble(settings: Settings, chosen: Namespace, secrets: tuple[str, ...]) -> str:
    parts = urlsplit(chosen.address or "")
    if parts.scheme not in {"http", "https"} or not {parts.netloc, parts.hostname or ""} & set(settings.till_hosts):
        return "Nothing was stored: the address is not on a host of PASSE_PLAT_TILL_HOSTS."
    if settings.mode == "production" and parts.scheme != "https":
        return "Nothing was stored: in production a till is called over https."
    if chosen.silent and (chosen.codes or chosen.gifts or chosen.vouchers or chosen.books):
        return "Nothing was stored: a till that says nothing can honour nothing of ours, nor show books (--silent)."
    if settings.mode == "production" and not chosen.live:
        return "Nothing was stored: in production a till takes real money; say --live."
    if not 1 <= len(secrets) <= MOST_SECRETS or any(len(one) < SHORTEST_SECRET for one in secrets):
        return f"Nothing was stored: {SECRETS} holds one or two secrets of {SHORTEST_SECRET} signs or more."
    return ""
