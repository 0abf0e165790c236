"""`python -m webapp.sandbox.inbox`: the pretend SMS carrier as a process of its own."""

import argparse
import os
import sys

from webapp.sandbox.inbox.peer import Inbox, Setup
from webapp.sandbox.process import serve


def main() -> int:
    """Serve until asked to end; the shop's key comes from the environment (`SANDBOX_INBOX_API_KEY`)."""
    parser = argparse.ArgumentParser(prog="python -m webapp.sandbox.inbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8003)
    parser.add_argument("--state", default=":memory:", help="SQLite file that keeps the messages")
    chosen = parser.parse_args()
    key = os.environ.get("SANDBOX_INBOX_API_KEY", Setup.api_key)
    setup = Setup(host=chosen.host, port=chosen.port, state=chosen.state, api_key=key)
    return serve("message inbox", lambda: Inbox(setup))


if __name__ == "__main__":
    sys.exit(main())
