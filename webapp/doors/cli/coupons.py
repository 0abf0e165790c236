"""`coupons`: list a merchant's codes, make one, or stop one."""

from argparse import ArgumentParser, Namespace
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.doors.cli.answers import refused
from webapp.ground.clock import SystemClock
from webapp.ground.config import Settings
from webapp.ground.db import Database
from webapp.nouns.merchant.models import Merchant
from webapp.nouns.promotion.code import NotACode, canonical
from webapp.nouns.promotion.find import coupons_of
from webapp.nouns.promotion.models import Coupon
from webapp.nouns.promotion.offer import Offer, stop_offer, store_offer

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def arguments(parser: ArgumentParser) -> None:
    """The options of `coupons`."""
    parser.add_argument("--merchant", required=True, metavar="SLUG", help="whose codes")
    parser.add_argument("--stop", metavar="CODE", help="nobody may use this code any more")
    parser.add_argument("--create", metavar="CODE", help="make this code, or change it; with the options below")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--percent", type=float, help="off, 10 for 10 %%")
    what.add_argument("--amount", type=int, help="off, in cents")
    what.add_argument("--free", type=int, metavar="UNITS", help="of its dishes given away")
    parser.add_argument("--name", help="as diners read it; the code itself when left out")
    parser.add_argument("--sku", action="append", default=[], help="a dish it is for; several times for several")
    parser.add_argument("--at-most", type=int, metavar="CENTS", help="ceiling of what it takes off")
    parser.add_argument("--minimum", type=int, default=0, metavar="CENTS", help="smallest basket")
    parser.add_argument("--store", action="append", default=[], metavar="SLUG", help="only there")
    parser.add_argument("--mode", action="append", default=[], choices=("table", "collect"), help="only so")
    parser.add_argument("--from", dest="starts", metavar="ISO", help="first moment, with its zone")
    parser.add_argument("--until", dest="ends", metavar="ISO", help="first moment it is over, with its zone")
    parser.add_argument("--hours", action="append", default=[], metavar="HH:MM-HH:MM", help="of the meal, store time")
    parser.add_argument("--day", action="append", default=[], choices=DAYS, help="of the meal")
    parser.add_argument("--uses", type=int, help="in all")
    parser.add_argument("--per-customer", type=int, help="for one number, or browser")
    parser.add_argument("--first-order", action="store_true", help="only for somebody's first order")
    parser.add_argument("--stacks", action="store_true", help="may stand beside other codes and rewards")


def command(settings: Settings, chosen: Namespace) -> int:
    """Do it, and say what there is."""
    database = Database(settings.database_url)
    try:
        return database.run(lambda session: _run(session, chosen))
    except (LookupError, NotACode) as error:
        return refused(f"Nothing was changed: {error.args[0]}.")
    except ValidationError as error:
        return refused("Nothing was changed: " + "; ".join(str(one["msg"]) for one in error.errors()))
    finally:
        database.close()


def _run(session: Session, chosen: Namespace) -> int:
    merchant = session.scalar(select(Merchant).where(Merchant.slug == chosen.merchant))
    if merchant is None:
        raise LookupError(f"there is no merchant {chosen.merchant!r}")
    if chosen.stop:
        if not stop_offer(session, merchant.id, canonical(chosen.stop)):
            raise LookupError(f"there is no code {canonical(chosen.stop)}")
        print(f"{canonical(chosen.stop)} is stopped.")
        return 0
    if chosen.create:
        offer = _offer(chosen, merchant)
        new = store_offer(session, merchant.id, offer, SystemClock().now())
        print(f"{offer.code} is {'made' if new else 'changed'}.")
        return 0
    for coupon in coupons_of(session, merchant.id):
        print(_line(coupon))
    return 0


def _offer(chosen: Namespace, merchant: Merchant) -> Offer:
    kinds = {"percent": chosen.percent, "amount": chosen.amount, "free_product": chosen.free}
    given = [(kind, value) for kind, value in kinds.items() if value is not None]
    if not given:
        raise LookupError("say --percent, --amount or --free")
    kind, value = given[0]
    code = canonical(chosen.create)
    facts: dict[str, Any] = {
        "code": code,
        "name": dict.fromkeys(merchant.languages, chosen.name or code),
        "kind": kind,
        "value": round(value * 100) if kind == "percent" else value,
        "at_most": chosen.at_most,
        "skus": chosen.sku,
        "minimum": chosen.minimum,
        "store_slugs": chosen.store,
        "modes": chosen.mode,
        "starts_at": chosen.starts,
        "ends_at": chosen.ends,
        "hours": [span.split("-", 1) for span in chosen.hours],
        "weekdays": sorted({DAYS.index(day) for day in chosen.day}),
        "max_uses": chosen.uses,
        "max_per_customer": chosen.per_customer,
        "first_order_only": chosen.first_order,
        "stacks": chosen.stacks,
    }
    return Offer.model_validate(facts)


def _line(coupon: Coupon) -> str:
    value = f"{coupon.value / 100:g} %" if coupon.kind == "percent" else f"{coupon.value}"
    uses = f"{coupon.used} used, {coupon.held} held" + (f" of {coupon.max_uses}" if coupon.max_uses is not None else "")
    state = "" if coupon.active else "  stopped"
    return f"{coupon.code:<20} {coupon.kind:<13} {value:>8}  {uses}{state}"
