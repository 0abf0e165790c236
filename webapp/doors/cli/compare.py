"""`compare-deliveries`: paid orders of a day against what the programmes were told, now (L5)."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date, timedelta

from webapp.doors.cli.answers import refused
from webapp.ground.config import Settings
from webapp.nouns.merchant.facts import merchants, stores_of
from webapp.nouns.outbox.models import DeliveryCheck
from webapp.usecases.delivery.comparison import compare_day
from webapp.wire import build_wiring


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("not a day such as 2026-11-24") from None


def arguments(parser: ArgumentParser) -> None:
    """The options of `compare-deliveries`."""
    parser.add_argument("--merchant", metavar="SLUG", help="one merchant only")
    parser.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="the stores' own day (yesterday)")


def command(settings: Settings, chosen: Namespace) -> int:
    """Compare and print one line a merchant; status 1 when something differs."""
    wiring = build_wiring(settings)
    try:
        with wiring.db.reading() as session:
            known = [one.slug for one in merchants(session)]
            zones = {slug: [one.zone for one in stores_of(session, slug)] for slug in known}
        slugs = [chosen.merchant] if chosen.merchant else known
        if chosen.merchant and chosen.merchant not in known:
            return refused(f"There is no merchant {chosen.merchant!r}.")
        differs = 0
        for slug in slugs:
            if not zones[slug]:
                continue
            day = chosen.day or wiring.clock.now().astimezone(zones[slug][0]).date() - timedelta(days=1)
            check = compare_day(wiring, slug, day)
            if check is not None:
                print(line(slug, check))
                differs += check.differs
    finally:
        wiring.db.close()
    return 1 if differs else 0


def line(slug: str, check: DeliveryCheck) -> str:
    """One merchant's day in one line."""
    return (
        f"{slug}  {check.day}  paid {check.paid}  without a number {check.guests}  no programme {check.untold}  "
        f"delivered {check.delivered}  missing {check.missing}  other sum {check.unequal}  "
        f"no longer paid {check.surplus}"
    )
