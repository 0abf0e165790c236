"""`connect-loyalty`: store a merchant's access to its loyalty programme, sealed, once it has been seen to work.

Secrets come from the standard input or the environment, never from the command line, which every user of the machine
can read.
"""

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from webapp.doors.cli.answers import TRIED_AND_REFUSED, refused
from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.ground.http import HttpPeer
from webapp.ground.secrets import Vault
from webapp.nouns.merchant.facts import StoreFacts, stores_of
from webapp.ports.loyalty.credentials import BadCredentials
from webapp.ports.loyalty.pongo import Pongo, PongoConnector
from webapp.ports.loyalty.port import Disconnected, LoyaltyError, ProgramStore, Token
from webapp.usecases.setup.loyalty import Access, NotDone, connect
from webapp.wire import ROOMS, Setups, loyalty_makers

SECRET = "LOYALTY_CLIENT_SECRET"  # noqa: S105 -- the variable's name


def arguments(parser: ArgumentParser) -> None:
    """The options of `connect-loyalty`."""
    parser.epilog = (
        f"The client secret is read from the variable {SECRET}. --keys-stdin reads one JSON object: the fields of the "
        'form at the desk "Loyalty" by their names, pairs as objects; try {} to see the names.'
    )
    parser.add_argument("--merchant", required=True, metavar="SLUG", help="whose programme")
    parser.add_argument("--vendor", default=Pongo.vendor, choices=[Pongo.vendor, *ROOMS], help="which programme")
    parser.add_argument("--client-id", default="", help="issued by the programme, where it has a form of its own")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--token-stdin", action="store_true", help="read the merchant's token from the standard input")
    how.add_argument("--keys-stdin", action="store_true", help="read what the programme gave the merchant from it")
    how.add_argument("--code", help="the code of the programme's redirect; it works once")


def command(settings: Settings, chosen: Namespace) -> int:
    """Try the access, store it, and show the programme's stores beside ours."""
    clock = SystemClock()
    secret = os.environ.get(SECRET, "")
    seconds = settings.loyalty_worker_seconds
    try:
        token = _token(settings, chosen, secret)
        program = loyalty_makers(settings, clock)[chosen.vendor](token.value)
        program.check_connection(deadline_s=seconds)
        setup = Setups().get(chosen.vendor)
        if setup is not None and setup.complete is not None:
            token = Token(setup.complete(program, token.value, seconds))
        theirs = program.stores(deadline_s=seconds) if program.capabilities.stores else ()
    except Disconnected:
        return refused("The programme refuses this access: nothing was stored.")
    except LoyaltyError as error:
        return refused(f"The programme does not answer as it should ({error.code}): nothing was stored, try again.")
    except ValueError as error:
        return refused(str(error))
    access = Access(chosen.vendor, chosen.client_id, secret, token.value, token.expires_at)
    database = Database(settings.database_url)
    try:
        vault = Vault(settings.secrets_of("vault_keys"))
        database.run(lambda session: connect(session, vault, chosen.merchant, access, clock.now()))
        with database.reading() as session:
            ours = stores_of(session, chosen.merchant)
    except NotDone:
        return refused(f"There is no merchant {chosen.merchant!r}.", TRIED_AND_REFUSED)
    finally:
        database.close()
    print(f"{chosen.merchant} is connected to {chosen.vendor}.")
    print(side_by_side(ours, theirs))
    return 0


def _keys(chosen: Namespace) -> Token:
    """What `--keys-stdin` holds, read as the desk reads its form."""
    setup = Setups().get(chosen.vendor)
    if setup is None:
        raise ValueError(f"{chosen.vendor} is connected with a token or a code.")
    try:
        given = json.load(sys.stdin)
        typed = {name: _field(value) for name, value in given.items()}
    except (ValueError, AttributeError) as error:
        raise ValueError("The standard input held no JSON object.") from error
    names = [field.name for field in setup.fields]
    if not typed or not typed.keys() <= set(names):
        raise ValueError(f"The fields are: {', '.join(names)}.")
    try:
        return Token(setup.read({"enabled": "yes"} | typed))
    except BadCredentials as mistake:
        raise ValueError(f"This cannot be used ({mistake.code}): nothing was stored.") from mistake


def _field(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name} = {one}" for name, one in value.items())
    return str(value)


def _token(settings: Settings, chosen: Namespace, secret: str) -> Token:
    if chosen.keys_stdin:
        return _keys(chosen)
    if chosen.vendor != Pongo.vendor or not chosen.client_id:
        raise ValueError("A token or a code needs --client-id, and a programme that has a form: see --keys-stdin.")
    if chosen.token_stdin:
        typed = sys.stdin.readline().strip()
        if not typed:
            raise ValueError("The standard input held no token.")
        return Token(typed)
    if not secret:
        raise ValueError(f"A code is exchanged with the client secret: put it into the variable {SECRET}.")
    peer = HttpPeer(settings.pongo_base_url, allowed_hosts=settings.allowed_hosts)
    connector = PongoConnector(peer, client_id=chosen.client_id, client_secret=secret, clock=SystemClock())
    return connector.exchange_code(chosen.code, deadline_s=settings.loyalty_worker_seconds)


def side_by_side(ours: Sequence[StoreFacts], theirs: Sequence[ProgramStore]) -> str:
    """Our stores with the slug each is mapped to, then the programme's stores."""
    lines = ["Our stores:"]
    lines += [f"  {store.slug:<28} {store.loyalty_slug or '(not mapped)':<28} {store.address}" for store in ours]
    lines.append("The programme's stores:")
    lines += [f"  {store.slug:<28} {store.name:<28} {store.address}" for store in theirs]
    return "\n".join([*lines, "Map one with: map-store --merchant … --store … --slug …"])
