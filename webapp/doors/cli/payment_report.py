"""`payment-report`: a merchant's day beside the payment provider's ledger, now; the worker does it every night."""

import sys
from argparse import ArgumentParser, Namespace
from datetime import date

from sqlalchemy import select

from webapp.ground.config import Settings
from webapp.nouns.merchant.models import Merchant
from webapp.usecases.books.report import make_report
from webapp.wire import build_wiring


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
        print(f"{chosen.day} {row['provider']}: {row['orders']} payments, {row['captured']} taken here and "
              f"{row['provider_captured']} there, {row['refunded']} given back here and {row['provider_refunded']} "
              f"there (minor units, {row['currency']})")  # fmt: skip
        for one in row["differences"]:
            print("  " + " ".join(f"{name}={value}" for name, value in one.items()))
    differences = sum(len(row["differences"]) for row in rows)
    print("No difference." if not differences else f"{differences} differences.")
    return 1 if differences else 0
