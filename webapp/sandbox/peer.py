"""A pretend programme put together: one server, one file, a desk for its tester."""

import argparse
import functools
import threading
from pathlib import Path
from typing import Any, Protocol

from webapp.sandbox.desk import Desk
from webapp.sandbox.faults import Faults
from webapp.sandbox.memory import Memory
from webapp.sandbox.process import serve
from webapp.sandbox.wire import Routes, Server


class Programme(Protocol):
    """What makes one vendor's pretend server: its tables, its routes, its ledger, its seeds."""

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        ...

    @property
    def pages(self) -> Path:
        """The folder with its ledger.html."""
        ...

    @property
    def memory(self) -> type[Memory]:
        """Its tables."""
        ...

    def routes(self, memory: Memory, routes: Routes) -> None:
        """Add the contract's addresses."""
        ...

    def ledger(self, memory: Memory) -> dict[str, Any]:
        """Everything recorded, for people and programs."""
        ...

    def sow(self, memory: Memory, document: dict[str, Any]) -> None:
        """Put a seed document in; what is there already stays."""
        ...

    def is_empty(self, memory: Memory) -> bool:
        """Whether nothing was ever sown."""
        ...


class Peer:
    """A running programme."""

    def __init__(
        self,
        programme: Programme,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        state: str = ":memory:",
        seed_file: Path | None = None,
    ) -> None:
        """Bind the address. Raises OSError when it is taken. `seed_file`: sown while the state is empty."""
        self.memory, self.faults, routes = programme.memory(state), Faults(), Routes()
        programme.routes(self.memory, routes)
        desk = Desk(
            self.memory,
            self.faults,
            pages=programme.pages,
            ledger=programme.ledger,
            sow=programme.sow,
            seed_file=seed_file,
        )
        desk.routes(routes)
        if programme.is_empty(self.memory):
            desk.sow_file()
        try:
            self._server = Server(host, port, routes, self.faults)
        except OSError:
            self.memory.close()
            raise
        self.url = self._server.url
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name=programme.name, daemon=True
        )

    def start(self) -> None:
        """Answer, in threads of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering; the file keeps everything."""
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self.memory.close()


def main(programme: Programme, port: int, name: str) -> int:
    """`python -m webapp.sandbox.<name>`: read the command line and serve; the exit status."""
    parser = argparse.ArgumentParser(prog=f"python -m webapp.sandbox.{name}", description=f"{programme.name}, sandbox")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=port)
    parser.add_argument("--state", default=":memory:", help="SQLite file that keeps the state")
    parser.add_argument("--seed", type=Path, help="JSON file sown while the state is empty")
    chosen = parser.parse_args()
    place = {"host": chosen.host, "port": chosen.port, "state": chosen.state, "seed_file": chosen.seed}
    return serve(f"{programme.name} sandbox", functools.partial(Peer, programme, **place))
