"""What every pretend programme offers its tester: ledger, faults, seeds, a fresh start.

Nothing here can be spoiled by a fault.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from webapp.sandbox.faults import Faults, read_fault
from webapp.sandbox.memory import Memory
from webapp.sandbox.wire import Refused, Request, Response, Routes, as_json, as_page, as_style

HERE = Path(__file__).parent


class FaultDesk:
    """Where a tester says what is to go wrong next."""

    def __init__(self, faults: Faults) -> None:
        """`faults`: those of the server it belongs to."""
        self._faults = faults

    def routes(self, routes: Routes) -> None:
        """Add its address."""
        routes.add("_faults", "GET", "/_faults", lambda _request: as_json(self.waiting()))
        routes.add("_faults", "POST", "/_faults", self._add)
        routes.add("_faults", "DELETE", "/_faults", self._clear)

    def waiting(self) -> dict[str, Any]:
        """What is still to happen."""
        return {"faults": [fault.as_json() for fault in self._faults.waiting()]}

    def _add(self, request: Request) -> Response:
        try:
            self._faults.add(read_fault(request.json()))
        except ValueError as error:
            raise Refused(400, "bad_fault", str(error)) from error
        return as_json(self.waiting(), 201)

    def _clear(self, _request: Request) -> Response:
        self._faults.clear()
        return as_json(self.waiting())


class Desk:
    """The tester's routes of one programme."""

    def __init__(
        self,
        memory: Memory,
        faults: Faults,
        *,
        pages: Path,
        ledger: Callable[[Memory], dict[str, Any]],
        sow: Callable[[Memory, dict[str, Any]], None],
        seed_file: Path | None,
    ) -> None:
        """`pages`: folder with ledger.html. `ledger`: everything recorded. `sow`: puts a seed document in."""
        self._memory, self._faults, self._ledger, self._sow = memory, faults, ledger, sow
        self._seed_file = seed_file
        self._pages = Environment(
            loader=FileSystemLoader([pages, HERE / "pages"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def routes(self, routes: Routes) -> None:
        """Add the desk's addresses."""
        routes.add("_health", "GET", "/healthz", lambda _request: as_json({"status": "ok"}))
        routes.add("_ledger", "GET", "/", self._page)
        routes.add("_style", "GET", "/style.css", lambda _request: as_style((HERE / "pages/style.css").read_bytes()))
        routes.add("_ledger", "GET", "/_ledger.json", lambda _request: as_json(self._ledger(self._memory)))
        FaultDesk(self._faults).routes(routes)
        routes.add("_seed", "POST", "/_seed", self._seed)
        routes.add("_reset", "POST", "/_reset", self._reset)

    def sow_file(self) -> None:
        """Put the seed file in, if there is one."""
        if self._seed_file is not None:
            self._sow(self._memory, json.loads(self._seed_file.read_text("utf-8")))

    def _page(self, _request: Request) -> Response:
        return as_page(self._pages.get_template("ledger.html").render(**self._ledger(self._memory)))

    def _seed(self, request: Request) -> Response:
        self._sow(self._memory, request.json())
        return as_json({"status": "sown"})

    def _reset(self, _request: Request) -> Response:
        self._faults.clear()
        self._memory.reset()
        self.sow_file()
        return as_json({"status": "reset"})
