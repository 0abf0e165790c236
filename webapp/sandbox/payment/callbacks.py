"""Signed callbacks to the shop, sent by a thread of its own and repeated until they get a 2xx."""

import hashlib
import hmac
import http.client
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from webapp.sandbox.payment.ledger import Ledger

SIGNATURE_HEADER = "Sandbox-Signature"
ANSWER_SECONDS = 10.0
MAX_WAIT_SECONDS = 60.0
SENDERS = 4


def signature(secrets: Sequence[str], stamp: int, body: bytes) -> str:
    """The header's value: `t=<unix seconds>` and one `v1=<hex HMAC-SHA256 of "t.body">` per live secret."""
    signed = str(stamp).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={stamp}", *(f"v1={mark}" for mark in marks)])


@dataclass
class Target:
    """Where callbacks go and how they are signed; `skew_s` makes the peer's clock wrong by so many seconds."""

    url: str
    secrets: tuple[str, ...]
    skew_s: int = 0
    first_wait_s: float = 1.0


class Dispatcher(threading.Thread):
    """Sends due events; a slow shop holds up at most `SENDERS` of them."""

    def __init__(self, ledger: Ledger, target: Target, wake: threading.Event, tick: Callable[[], None]) -> None:
        """`wake` is set when something may be due; `tick` is called twice a second."""
        super().__init__(name="callbacks", daemon=True)
        self._ledger, self._target, self._tick = ledger, target, tick
        self._wake = wake
        self._ended = threading.Event()
        self._flying: set[str] = set()
        self._rest = threading.Condition()
        self._pool = ThreadPoolExecutor(SENDERS, "callback")

    def end(self) -> None:
        """Send no more and wait for the thread; what is not delivered stays due in the file."""
        self._ended.set()
        self._wake.set()
        if self.is_alive():
            self.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def run(self) -> None:
        """The loop."""
        while not self._ended.is_set():
            self._tick()
            if self._target.url:
                self._send_due()
            self._wake.wait(self._pause())
            self._wake.clear()

    def forget_everything(self) -> None:
        """Empty the ledger once nothing is on its way any more, so that no callback of before arrives after it."""
        with self._rest:
            self._rest.wait_for(lambda: not self._flying, ANSWER_SECONDS)
            self._ledger.reset()

    def _send_due(self) -> None:
        with self._rest:
            for row in self._due():
                self._flying.add(row["id"])
                self._pool.submit(self._send, row)

    def _due(self) -> list[sqlite3.Row]:
        rows = self._ledger.rows(
            "SELECT * FROM event WHERE state='due' AND not_before<=? ORDER BY not_before, number LIMIT 64", time.time()
        )
        return [row for row in rows if row["id"] not in self._flying][: SENDERS * 2]

    def _pause(self) -> float:
        rows = self._ledger.rows(
            "SELECT min(not_before) AS next FROM event WHERE state='due' AND not_before>?", time.time()
        )
        soonest = rows[0]["next"] or time.time() + 0.5
        return float(min(0.5, max(0.01, soonest - time.time())))

    def _send(self, row: sqlite3.Row) -> None:
        try:
            answer = self._post(row["body"].encode())
            self._note(row, answer)
        finally:
            with self._rest:
                self._flying.discard(row["id"])
                self._rest.notify_all()
            self._wake.set()

    def _post(self, body: bytes) -> int | str:
        parts = urlsplit(self._target.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=ANSWER_SECONDS)
        stamp = int(time.time()) + self._target.skew_s
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature(self._target.secrets, stamp, body)}
        try:
            connection.request("POST", parts.path or "/", body, headers)
            answer = connection.getresponse()
            answer.read(65536)
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()
        return answer.status

    def _note(self, row: sqlite3.Row, answer: int | str) -> None:
        with self._ledger.transaction() as db:
            # Read again: the desk may have asked for one more copy meanwhile.
            now = db.execute("SELECT * FROM event WHERE id=?", (row["id"],)).fetchone()
            if now is None:
                return
            answers = [*json.loads(now["answers"]), {"at": round(time.time(), 3), "answer": answer}]
            copies, attempts, pause = now["copies"], now["attempts"], 0.0
            if isinstance(answer, int) and 200 <= answer < 300:
                copies, attempts = copies - 1, 0
            else:
                attempts += 1
                pause = min(MAX_WAIT_SECONDS, self._target.first_wait_s * 2.0 ** min(attempts - 1, 10))
            db.execute(
                "UPDATE event SET copies=?, attempts=?, state=?, not_before=?, answers=? WHERE id=?",
                (
                    copies,
                    attempts,
                    "due" if copies > 0 else "delivered",
                    max(now["not_before"], time.time() + pause),
                    json.dumps(answers[-50:]),
                    row["id"],
                ),
            )
