"""Sessions and refunds as the API, the callbacks and the pages show them."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass
class Identity:
    """Who this account is and where its pages are: put into every object."""

    account: str
    public_url: str


def stamp(moment: float) -> str:
    """Unix seconds as ISO 8601 in UTC."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def describe_session(identity: Identity, db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """A session with its captures, read in the caller's transaction."""
    wanted: dict[str, Any] = json.loads(row["wanted"])
    captures = db.execute("SELECT * FROM capture WHERE session_id=? ORDER BY captured_at, rowid", (row["id"],))
    return wanted | {
        "id": row["id"],
        "object": "session",
        "state": row["state"],
        "refusals": row["refusals"],
        "behaviour": json.loads(row["behaviour"]),
        "url": f"{identity.public_url}/pay/{row['id']}",
        "expires_at": stamp(row["expires_at"]),
        "created_at": stamp(row["created_at"]),
        "account": identity.account,
        "livemode": False,
        "captures": [
            {
                "id": capture["id"],
                "amount": capture["amount"],
                "currency": capture["currency"],
                "refunded": capture["refunded"],
                "captured_at": stamp(capture["captured_at"]),
                "disputed": bool(capture["disputed"]),
            }
            for capture in captures
        ],
    }


def describe_refund(identity: Identity, row: sqlite3.Row) -> dict[str, Any]:
    """A refund."""
    return {
        "id": row["id"],
        "object": "refund",
        "key": row["key"],
        "capture": row["capture_id"],
        "amount": row["amount"],
        "currency": row["currency"],
        "state": "succeeded",
        "created_at": stamp(row["created_at"]),
        "account": identity.account,
        "livemode": False,
    }


def describe_movement(row: sqlite3.Row) -> dict[str, Any]:
    """A line of the ledger: money taken or given back."""
    return {
        "kind": row["kind"],
        "id": row["id"],
        "capture": row["capture"],
        "key": row["key"],
        "reference": json.loads(row["wanted"])["reference"],
        "amount": row["amount"],
        "currency": row["currency"],
        "at": stamp(row["at"]),
    }
