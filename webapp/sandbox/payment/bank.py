"""What the pretend provider does with money: sessions, captures, refunds, and the events about them."""

import hashlib
import json
import secrets
import sqlite3
from collections.abc import Callable
from typing import Any

from webapp.sandbox.payment.behaviour import Behaviour
from webapp.sandbox.payment.ledger import Ledger
from webapp.sandbox.payment.objects import Identity, describe_movement, describe_refund, describe_session, stamp
from webapp.sandbox.payment.wanted import WantedRefund, WantedSession
from webapp.sandbox.wire import Refused

MAX_REFUSALS = 5
FINAL_KINDS = {"payment.captured", "payment.authorized", "session.expired", "refund.succeeded"}

MOVED = """
SELECT 'capture' AS kind, capture.id AS id, capture.id AS capture, session.key AS key, session.wanted AS wanted,
       capture.amount AS amount, capture.currency AS currency, capture.captured_at AS at
  FROM capture JOIN session ON session.id = capture.session_id WHERE captured_at >= ? AND captured_at < ?
UNION ALL
SELECT 'refund', refund.id, refund.capture_id, refund.key, session.wanted, refund.amount, refund.currency,
       refund.created_at
  FROM refund JOIN capture ON capture.id = refund.capture_id JOIN session ON session.id = capture.session_id
 WHERE refund.created_at >= ? AND refund.created_at < ?
 ORDER BY at, id LIMIT ? OFFSET ?
"""


def _new_id(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(16)}"


class Bank:
    """The provider's side of every session."""

    def __init__(
        self, ledger: Ledger, identity: Identity, now: Callable[[], float], changed: Callable[[], None]
    ) -> None:
        """`now`: unix seconds; `changed`: called after events were written."""
        self.ledger, self.identity = ledger, identity
        self._now, self._changed = now, changed
        self.defaults = Behaviour()

    # -- the shop's calls ------------------------------------------------------------------------------------------

    def open(self, wanted: WantedSession) -> dict[str, Any]:
        """The session of this key: a new one, or the same again.

        Raises:
            Refused: 409 when the key was used for other content.
        """
        content = json.dumps(wanted.as_json(), sort_keys=True)
        fingerprint = hashlib.sha256(content.encode()).hexdigest()
        with self.ledger.transaction() as db:
            row = db.execute("SELECT * FROM session WHERE key=?", (wanted.key,)).fetchone()
            if row is None:
                behaviour = json.dumps(self.defaults.as_json())
                db.execute(
                    "INSERT INTO session (id, key, fingerprint, wanted, state, behaviour, expires_at, created_at)"
                    " VALUES (?, ?, ?, ?, 'open', ?, ?, ?)",
                    (_new_id("ses"), wanted.key, fingerprint, content, behaviour, wanted.expires_at, self._now()),
                )
                row = db.execute("SELECT * FROM session WHERE key=?", (wanted.key,)).fetchone()
                self._tell(db, row, "session.opened")
            elif row["fingerprint"] != fingerprint:
                raise Refused(409, "key_reused", "This key was used for a session with other content.")
            described = describe_session(self.identity, db, row)
        self._changed()
        return described

    def session(self, session_id: str) -> dict[str, Any]:
        """One session, expired by now if its time is over."""
        with self.ledger.transaction() as db:
            described = describe_session(self.identity, db, self._current(db, session_id))
        self._changed()
        return described

    def by_key(self, key: str) -> list[dict[str, Any]]:
        """The sessions (none or one) of this key."""
        rows = self.ledger.rows("SELECT id FROM session WHERE key=?", key)
        return [self.session(row["id"]) for row in rows]

    def expire(self, session_id: str) -> dict[str, Any]:
        """Take no more money: the session as it is now, expired unless it was captured or failed before."""
        with self.ledger.transaction() as db:
            row = self._current(db, session_id)
            if row["state"] in {"open", "authorized"}:
                self._move(db, row, "expired", "session.expired")
            described = describe_session(self.identity, db, self._current(db, session_id))
        self._changed()
        return described

    def refund(self, wanted: WantedRefund) -> dict[str, Any]:
        """Send money back, once per key.

        Raises:
            Refused: 404 unknown capture, 409 key used otherwise, 422 more than is left.
        """
        with self.ledger.transaction() as db:
            old = db.execute("SELECT * FROM refund WHERE key=?", (wanted.key,)).fetchone()
            if old is not None:
                if (old["capture_id"], old["amount"]) != (wanted.capture, wanted.amount):
                    raise Refused(409, "key_reused", "This key was used for another refund.")
                return describe_refund(self.identity, old)
            capture = db.execute("SELECT * FROM capture WHERE id=?", (wanted.capture,)).fetchone()
            if capture is None:
                raise Refused(404, "unknown_capture", "There is no such capture.")
            if wanted.amount > capture["amount"] - capture["refunded"]:
                raise Refused(422, "over_refund", "More than is left of this capture.")
            values = (_new_id("ref"), wanted.key, wanted.capture, wanted.amount, capture["currency"], self._now())
            db.execute("INSERT INTO refund VALUES (?, ?, ?, ?, ?, ?)", values)
            db.execute("UPDATE capture SET refunded=refunded+? WHERE id=?", (wanted.amount, wanted.capture))
            row = db.execute("SELECT * FROM session WHERE id=?", (capture["session_id"],)).fetchone()
            self._tell(db, row, "refund.succeeded")
            described = describe_refund(
                self.identity, db.execute("SELECT * FROM refund WHERE key=?", (wanted.key,)).fetchone()
            )
        self._changed()
        return described

    def refunds_of(self, capture_id: str) -> list[dict[str, Any]]:
        """Every refund of a capture, oldest first."""
        rows = self.ledger.rows("SELECT * FROM refund WHERE capture_id=? ORDER BY created_at, rowid", capture_id)
        return [describe_refund(self.identity, row) for row in rows]

    def movements(self, since: float, until: float, after: int, most: int) -> tuple[list[dict[str, Any]], int | None]:
        """A page of the ledger between two moments (unix seconds), and where the next one begins, if there is one."""
        rows = self.ledger.rows(MOVED, since, until, since, until, most + 1, after)
        return [describe_movement(row) for row in rows[:most]], after + most if len(rows) > most else None

    def dispute(self, capture_id: str) -> None:
        """The payer's bank objects to a capture."""
        with self.ledger.transaction() as db:
            db.execute("UPDATE capture SET disputed=1 WHERE id=?", (capture_id,))
            sql = "SELECT session.* FROM session JOIN capture ON capture.session_id=session.id WHERE capture.id=?"
            row = db.execute(sql, (capture_id,)).fetchone()
            if row is None:
                raise Refused(404, "unknown_capture", "There is no such capture.")
            self._tell(db, row, "payment.disputed")
        self._changed()

    # -- the payer's and the tester's acts -------------------------------------------------------------------------

    def pay(self, session_id: str, times: int = 1) -> dict[str, Any]:
        """Take the money, `times` over; a session that is no longer open stays as it is."""
        with self.ledger.transaction() as db:
            row = self._current(db, session_id)
            if row["state"] == "open":
                behaviour = Behaviour(**json.loads(row["behaviour"]))
                if behaviour.capture == "authorize_only":
                    self._move(db, row, "authorized", "payment.authorized")
                else:
                    self._take(db, row, behaviour, times)
            described = describe_session(self.identity, db, self._current(db, session_id))
        self._changed()
        return described

    def refuse(self, session_id: str) -> dict[str, Any]:
        """The card is refused; the payer may try again, up to `MAX_REFUSALS` times."""
        with self.ledger.transaction() as db:
            row = self._current(db, session_id)
            if row["state"] == "open":
                db.execute("UPDATE session SET refusals=refusals+1 WHERE id=?", (session_id,))
                state = "failed" if row["refusals"] + 1 >= MAX_REFUSALS else "open"
                self._move(db, row, state, "payment.failed")
            described = describe_session(self.identity, db, self._current(db, session_id))
        self._changed()
        return described

    def behave(self, session_id: str, fields: dict[str, Any]) -> None:
        """Change how this session's callbacks and captures behave."""
        with self.ledger.transaction() as db:
            row = self._current(db, session_id)
            try:
                behaviour = Behaviour(**json.loads(row["behaviour"])).changed(fields)
            except ValueError as error:
                raise Refused(400, "bad_behaviour", str(error)) from error
            db.execute("UPDATE session SET behaviour=? WHERE id=?", (json.dumps(behaviour.as_json()), session_id))

    def expire_due(self) -> None:
        """Expire every session whose time is over."""
        now = self._now()
        if not self.ledger.rows("SELECT 1 FROM session WHERE state='open' AND expires_at<=? LIMIT 1", now):
            return
        with self.ledger.transaction() as db:
            rows = db.execute("SELECT * FROM session WHERE state='open' AND expires_at<=?", (now,)).fetchall()
            for row in rows:
                self._move(db, row, "expired", "session.expired")

    def undelivered(self, session_id: str) -> bool:
        """Whether an event of this session is still to be delivered now."""
        sql = "SELECT 1 FROM event WHERE session_id=? AND state='due' AND attempts=0 AND answers='[]' LIMIT 1"
        return bool(self.ledger.rows(sql, session_id))

    def deliver(self, event_id: str) -> list[str]:
        """Send this event (or `*`, every withheld one) now, once more if it was delivered before."""
        with self.ledger.transaction() as db:
            chosen = "state='withheld'" if event_id == "*" else "id=?"
            values = () if event_id == "*" else (event_id,)
            ids = [row["id"] for row in db.execute(f"SELECT id FROM event WHERE {chosen}", values)]  # noqa: S608
            for each in ids:
                db.execute(
                    "UPDATE event SET state='due', copies=1, attempts=0, not_before=? WHERE id=?", (self._now(), each)
                )
        self._changed()
        return ids

    # -- inside a transaction --------------------------------------------------------------------------------------

    def _current(self, db: sqlite3.Connection, session_id: str) -> sqlite3.Row:
        row = self._stored(db, session_id)
        if row["state"] == "open" and row["expires_at"] <= self._now():
            self._move(db, row, "expired", "session.expired")
            row = self._stored(db, session_id)
        return row

    @staticmethod
    def _stored(db: sqlite3.Connection, session_id: str) -> sqlite3.Row:
        row: sqlite3.Row | None = db.execute("SELECT * FROM session WHERE id=?", (session_id,)).fetchone()
        if row is None:
            raise Refused(404, "unknown_session", "There is no such session.")
        return row

    def _move(self, db: sqlite3.Connection, row: sqlite3.Row, state: str, kind: str) -> None:
        db.execute("UPDATE session SET state=? WHERE id=?", (state, row["id"]))
        self._tell(db, row, kind)

    def _take(self, db: sqlite3.Connection, row: sqlite3.Row, behaviour: Behaviour, times: int) -> None:
        wanted = json.loads(row["wanted"])
        amount, currency = behaviour.captured(wanted["amount"], wanted["currency"])
        for _ in range(times):
            values = (_new_id("cap"), row["id"], amount, currency, self._now())
            db.execute(
                "INSERT INTO capture (id, session_id, amount, currency, captured_at) VALUES (?, ?, ?, ?, ?)", values
            )
            self._move(db, row, "captured", "payment.captured")

    def _tell(self, db: sqlite3.Connection, row: sqlite3.Row, kind: str) -> None:
        behaviour = Behaviour(**json.loads(row["behaviour"]))
        now, event_id = self._now(), _new_id("evt")
        state, not_before, copies = "due", now, 1
        if behaviour.timing == "late":
            not_before = now + behaviour.late_s
        elif behaviour.timing == "twice":
            copies = 2
        elif behaviour.timing == "never":
            state = "withheld"
        elif behaviour.timing == "out_of_order":
            if kind in FINAL_KINDS:
                # The older news of this session arrive again, after the newest.
                sql = "UPDATE event SET state='due', copies=1, not_before=? WHERE session_id=?"
                db.execute(sql, (now + 2, row["id"]))
            else:
                not_before = now + 5
        session = db.execute("SELECT * FROM session WHERE id=?", (row["id"],)).fetchone()
        body = {
            "id": event_id,
            "kind": kind,
            "created_at": stamp(now),
            "account": self.identity.account,
            "livemode": False,
            "session": describe_session(self.identity, db, session),
        }
        values = (event_id, row["id"], kind, json.dumps(body), now, state, not_before, copies)
        columns = "id, session_id, kind, body, created_at, state, not_before, copies"
        db.execute(f"INSERT INTO event ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608 - own names
