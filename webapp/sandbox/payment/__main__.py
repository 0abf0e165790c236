"""`python -m webapp.sandbox.payment`: the pretend payment provider as a process of its own."""

import argparse
import os
import sys

from webapp.sandbox.payment.peer import Peer, Setup
from webapp.sandbox.process import serve


def _arguments() -> argparse.Namespace:
    env = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m webapp.sandbox.payment", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--state", default=":memory:", help="SQLite file that keeps the ledger")
    parser.add_argument(
        "--public-url", default=env("SANDBOX_PAYMENT_PUBLIC_URL", ""), help="address payers reach it by"
    )
    parser.add_argument("--webhook-url", default=env("SANDBOX_PAYMENT_WEBHOOK_URL", ""))
    parser.add_argument("--account", default=env("SANDBOX_PAYMENT_ACCOUNT", "acct_sandbox"))
    return parser.parse_args()


def main() -> int:
    """Serve until asked to end; the key and the secrets come from the environment, where no process list shows them."""
    chosen = _arguments()
    secrets = tuple(part for part in os.environ.get("SANDBOX_PAYMENT_WEBHOOK_SECRETS", "").split(",") if part)
    setup = Setup(
        host=chosen.host,
        port=chosen.port,
        state=chosen.state,
        api_key=os.environ.get("SANDBOX_PAYMENT_API_KEY", Setup.api_key),
        webhook_url=chosen.webhook_url,
        webhook_secrets=secrets or Setup.webhook_secrets,
        account=chosen.account,
        public_url=chosen.public_url,
    )
    return serve("payment sandbox", lambda: Peer(setup))


if __name__ == "__main__":
    sys.exit(main())
