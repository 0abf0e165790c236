"""`python -m webapp.sandbox.pongo`: serve until stopped."""

import argparse
import contextlib
import signal
import sys
from pathlib import Path

from webapp.sandbox.pongo.server import bind, create_app


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m webapp.sandbox.pongo", description="Pongo-compatible sandbox")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--state", type=Path, required=True, help="SQLite file that keeps the state")
    parser.add_argument("--seed", type=Path, help="JSON file applied while the state is empty")
    chosen = parser.parse_args()
    server = bind(chosen.host, chosen.port, create_app(chosen.state, chosen.seed))
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    sys.stdout.write(f"Loyalty sandbox on http://{chosen.host}:{server.server_port}/\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


if __name__ == "__main__":
    main()
