"""`payment-report`: a merchant's day beside the payment provider's ledger, now; the worker does it every night."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from webapp.ground.config import Settings
from webapp.nouns.merchant.models import Merchant
from webapp.usecases.books.report import NOT_COMPARED, make_report
from webapp.wire import build_wiring

WHY = {
    "silent": "not compared: this till cannot say what is paid there, its money is in its own books only",
    "gone": "not compared: this account is not set up any more",
    "no_books": "not compared: this provider shows no ledger",
}


def arguments(parser: ArgumentParser) -> None:
    """Whose day."""
    parser.add_argument("--merchant", required=True, metavar="SLUG")
    parser.add_argument("--day", required=True, type=date.fromisoformat, metavar="YYYY-MM-DD")


def command(settings: Settings, chosen: Namespace) -> int:
    """Print the comparison: 0 when both sides agree, 1 when they do not, 2 when it cannot be made."""
    wiring = build_wiring(settings)
    try:
        with wiring.db.reading() as session:
            merchant_id = session.scalar(select(Merchant.id).where(Merchant.slug == chosen.merchant))
        if merchant_id is None:
            print(f"There is no merchant {chosen.merchant}.", file=sys.stderr)
            return 2
        rows = make_report(wiring, merchant_id, chosen.merchant, chosen.day)
    finally:
        wiring.db.close()
    if rows is None:
        print("The payment provider does not answer now; nothing was written down.", file=sys.stderr)
        return 2
    for row in rows:
        for sentence in told(chosen.day, row):
            print(sentence)
    found = [one for row in rows for one in row["differences"]]
    unread = [one for one in found if one["what"] == NOT_COMPARED]
    differences = len(found) - len(unread)
    unequal = f"{differences} differences" if differences else "No difference" if len(unread) < len(rows) else ""
    print(", ".join(filter(None, [unequal, f"{len(unread)} not compared" if unread else ""])) + ".")
    return 1 if found else 0


def told(day: date, row: Mapping[str, Any]) -> list[str]:
    """One account's day in lines; of one without a ledger only our own side, and why."""
    ours = f"{day} {row['provider']}: {row['orders']} payments"
    silent = [WHY[one.get("why") or "no_books"] for one in row["differences"] if one["what"] == NOT_COMPARED]
    if silent:
        head = f"{ours}, {row['captured']} taken and {row['refunded']} given back here (minor units, {row['currency']})"
    else:
        head = (
            f"{ours}, {row['captured']} taken here and {row['provider_captured']} there, {row['refunded']} given back "
            f"here and {row['provider_refunded']} there (minor units, {row['currency']})"
        )
    unequal = [one for one in row["differences"] if one["what"] != NOT_COMPARED]
    words = [" ".join(f"{name}={value}" for name, value in one.items()) for one in unequal]
    return [head, *(f"  {one}" for one in [*silent, *words])]
