"""`python -m webapp.sandbox.till`: serve until stopped."""

import argparse
import functools
import os
import sys

from webapp.sandbox.process import serve
from webapp.sandbox.till.peer import Peer, Setup


def main() -> int:
    """Read the command line; the signing secrets come from `SANDBOX_TILL_SECRETS`, comma-separated."""
    parser = argparse.ArgumentParser(prog="python -m webapp.sandbox.till", description="A till, sandbox")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8008)
    parser.add_argument("--state", default=":memory:", help="SQLite file that keeps the state")
    parser.add_argument("--account", default="till", help="what the shop calls this till")
    parser.add_argument("--callback", default="", help="the shop's address for this till")
    chosen = parser.parse_args()
    secrets = tuple(one for one in os.environ.get("SANDBOX_TILL_SECRETS", "till-secret").split(",") if one)
    setup = Setup(chosen.host, chosen.port, chosen.state, chosen.account, chosen.callback, secrets)
    return serve("till sandbox", functools.partial(Peer, setup))


if __name__ == "__main__":
    sys.exit(main())
