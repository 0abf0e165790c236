"""The tester's desk: ledger for people and programs, settings, faults, reset."""

import json
from collections.abc import Callable
from typing import Any

from webapp.sandbox.desk import FaultDesk
from webapp.sandbox.faults import Faults
from webapp.sandbox.payment.bank import Bank
from webapp.sandbox.payment.behaviour import CAPTURES, TIMINGS
from webapp.sandbox.payment.callbacks import Target
from webapp.sandbox.payment.objects import stamp
from webapp.sandbox.payment.show import page
from webapp.sandbox.wire import Refused, Request, Response, Routes, as_json, as_page, see_other

SHOWN = 100


class Desk:
    """What a tester sees and sets; nothing here can be spoiled by a fault."""

    def __init__(self, bank: Bank, target: Target, faults: Faults, forget: Callable[[], None]) -> None:
        """The parts it shows and changes; `forget` empties the ledger."""
        self._bank, self._target, self._faults, self._forget = bank, target, faults, forget
        self._fault_desk = FaultDesk(faults)

    def routes(self, routes: Routes) -> None:
        """Add the desk's addresses."""
        routes.add("_health", "GET", "/healthz", lambda _request: as_json({"status": "ok"}))
        routes.add("_ledger", "GET", "/", self._page)
        routes.add("_ledger", "GET", "/_ledger.json", lambda _request: as_json(self._everything()))
        routes.add("_settings", "GET", "/_settings", lambda _request: as_json(self._settings()))
        routes.add("_settings", "POST", "/_settings", self._set)
        self._fault_desk.routes(routes)
        routes.add("_deliver", "POST", "/_deliver", self._deliver)
        routes.add("_reset", "POST", "/_reset", self._reset)

    def _everything(self, most: int = -1) -> dict[str, Any]:
        ledger = self._bank.ledger
        ids = ledger.rows("SELECT id FROM session ORDER BY created_at DESC, rowid DESC LIMIT ?", most)
        events = ledger.rows("SELECT * FROM event ORDER BY number DESC LIMIT ?", most * 10 if most > 0 else -1)
        refunds = ledger.rows("SELECT DISTINCT capture_id FROM refund")
        return {
            "account": self._bank.identity.account,
            "livemode": False,
            "sessions": [self._bank.session(row["id"]) for row in ids],
            "refunds": [refund for row in refunds for refund in self._bank.refunds_of(row["capture_id"])],
            "events": [
                {
                    "id": row["id"],
                    "session": row["session_id"],
                    "kind": row["kind"],
                    "state": row["state"],
                    "created_at": stamp(row["created_at"]),
                    "answers": json.loads(row["answers"]),
                }
                for row in events
            ],
        }

    def _page(self, _request: Request) -> Response:
        return as_page(
            page(
                "ledger.html",
                ledger=self._everything(SHOWN),
                settings=self._settings(),
                faults=self._fault_desk.waiting()["faults"],
                timings=TIMINGS,
                captures=CAPTURES,
            )
        )

    def _settings(self) -> dict[str, Any]:
        target = {"webhook_url": self._target.url, "skew_s": self._target.skew_s}
        return self._bank.defaults.as_json() | target

    def _set(self, request: Request) -> Response:
        from_page = "json" not in request.headers.get("content-type", "json")
        fields: dict[str, Any] = dict(request.form()) if from_page else request.json()
        try:
            defaults = self._bank.defaults.changed(fields)
            skew_s = int(fields.get("skew_s", self._target.skew_s))
        except (ValueError, TypeError) as error:
            raise Refused(400, "bad_setting", str(error)) from error
        self._bank.defaults, self._target.skew_s = defaults, skew_s
        self._target.url = str(fields.get("webhook_url", self._target.url))
        return see_other("/") if from_page else as_json(self._settings())

    def _deliver(self, request: Request) -> Response:
        from_page = "json" not in request.headers.get("content-type", "json")
        fields: dict[str, Any] = dict(request.form()) if from_page else request.json()
        sent = self._bank.deliver(str(fields.get("event", "*")))
        return see_other("/") if from_page else as_json({"events": sent})

    def _reset(self, request: Request) -> Response:
        self._forget()
        self._faults.clear()
        from_page = "form" in request.headers.get("content-type", "")
        return see_other("/") if from_page else as_json({"status": "ok"})
