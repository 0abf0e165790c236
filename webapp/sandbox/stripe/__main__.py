"""`python -m webapp.sandbox.stripe`: the front as a process of its own, before a localstripe that runs already."""

import argparse
import os
import sys

from webapp.sandbox.process import serve
from webapp.sandbox.stripe.peer import Peer, Setup


def main() -> int:
    """Serve until asked to end; key and secrets come from the environment, where no process list shows them."""
    parser = argparse.ArgumentParser(prog="python -m webapp.sandbox.stripe", description=__doc__)
    parser.add_argument("--localstripe", default="http://127.0.0.1:8420", help="where localstripe listens")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8421)
    parser.add_argument("--webhook-url", default="", help="the address the payment desk shows")
    chosen = parser.parse_args()
    secrets = tuple(part for part in os.environ.get("SANDBOX_STRIPE_WEBHOOK_SECRETS", "").split(",") if part)
    setup = Setup(
        chosen.localstripe,
        host=chosen.host,
        port=chosen.port,
        api_key=os.environ.get("SANDBOX_STRIPE_API_KEY", Setup.api_key),
        webhook_url=chosen.webhook_url,
        webhook_secrets=secrets or Setup.webhook_secrets,
    )
    return serve("Stripe's stand-in", lambda: Peer(setup))


if __name__ == "__main__":
    sys.exit(main())
