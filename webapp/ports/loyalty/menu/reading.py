"""Accounts, balances, rewards and prices as MENU answers them: an envelope around everything, 64-bit ids as text."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from webapp.ports.loyalty import fields
from webapp.ports.loyalty.cart import Chosen, ChosenKind, Priced, PricedChoice
from webapp.ports.loyalty.errors import BadAnswer, Refused
from webapp.ports.loyalty.fields import Fields
from webapp.ports.loyalty.menu.credentials import Venue
from webapp.ports.loyalty.menu.guesses import Guesses
from webapp.ports.loyalty.menu.person import Person
from webapp.ports.loyalty.values import AvailableReward, OwnedReward, RewardKind, RewardTerms


def data(body: Any, *names: str) -> Fields:
    """The object below `data` and further `names`.

    Raises:
        BadAnswer: it is not there.
    """
    for name in ("data", *names):
        body = body.get(name) if isinstance(body, dict) else None
    if not isinstance(body, dict):
        raise BadAnswer("an object was expected")
    return body


def person(body: Any, guesses: Guesses) -> Person:
    """Whoever just signed in.

    Raises:
        BadAnswer: without an account or a token.
    """
    account = fields.identifier(data(body, "customer_account"), ("id",))
    token = fields.secret(data(body, "token"), ("value",))
    if account is None or token is None:
        raise BadAnswer("a sign-in without account or token")
    return Person(account, token, fields.secret(data(body, "token"), guesses.punchh_token) or "")


def _listed(body: Any) -> list[Fields]:
    found = data(body).get("discounts")
    if not isinstance(found, list):
        raise BadAnswer("a list was expected")
    return [entry for entry in found[: fields.MOST_ENTRIES] if isinstance(entry, dict)]


def _terms(entry: Fields) -> RewardTerms:
    words = fields.words(entry, ("description",), longest=1000)
    return RewardTerms(RewardKind.PRICED, fields.words(entry, ("name",)), words)


def rewards(body: Any) -> tuple[AvailableReward, ...]:
    """What points can get, each once. Whether it suits an order, only their price says (section 4.3)."""
    found: dict[str, AvailableReward] = {}
    for entry in _listed(body):
        reward_id = fields.identifier(entry, ("id",))
        if reward_id is not None:
            found.setdefault(reward_id, AvailableReward(reward_id, _terms(entry), fields.whole(entry, ("point_cost",))))
    return tuple(found.values())


def offers(body: Any, venue: Venue, now: datetime, guesses: Guesses) -> tuple[OwnedReward, ...]:
    """What was granted to the person and may be used at this venue now, each once (section 4.4)."""
    found: dict[str, OwnedReward] = {}
    for entry in _listed(body):
        offer_id = fields.identifier(entry, ("id",))
        ends = _ends(entry.get("date_to"))
        if offer_id is None or (ends is not None and ends <= now) or not _usable_at(entry, venue, guesses):
            continue
        found.setdefault(offer_id, OwnedReward(offer_id, offer_id, _terms(entry), expires_at=ends))
    return tuple(found.values())


def _ends(value: Any) -> datetime | None:
    read = fields.moment(value)
    whole_day = isinstance(value, str) and len(value.strip()) == len("2026-11-22")
    return read.replace(hour=23, minute=59, second=59, tzinfo=UTC) if read is not None and whole_day else read


def _usable_at(entry: Fields, venue: Venue, guesses: Guesses) -> bool:
    """Both restrictions must let it pass: the list of codes and the list of numbers contradict each other."""
    codes = entry.get("venue_codes")
    listed = {str(code).strip() for code in codes} if isinstance(codes, list) else set()
    if listed and venue.code not in listed:
        return False
    conditions = entry.get("discount_conditions")
    for condition in conditions if isinstance(conditions, list) else ():
        if not isinstance(condition, dict) or condition.get("reference_type") != guesses.store_condition:
            continue
        properties = condition.get("properties")
        numbers = properties.get("venue_ids") if isinstance(properties, dict) else None
        if isinstance(numbers, list) and venue.number and venue.number not in {str(number) for number in numbers}:
            return False
    return True


def discount(chosen: Chosen) -> dict[str, Any]:
    """One entry of `discounts`, the same for both calls (section 5.2).

    Raises:
        Refused: it is nothing of theirs.
    """
    if chosen.kind is ChosenKind.CODE:
        return {"redemption_code": chosen.code, "type_id": 0}
    if chosen.kind is ChosenKind.CREDIT:
        return {"discount_amount": chosen.amount}
    if not chosen.id.isdecimal():
        raise Refused("no such discount", code="not_valid")
    return {"id": int(chosen.id), "type_id": 2 if chosen.kind is ChosenKind.REWARD else 3}


def priced(body: Any, chosen: Sequence[Chosen], total: int, guesses: Guesses) -> Priced:
    """Their price of a cart of `total` minor units. Never a figure that did not come from it (M1).

    Raises:
        Refused: code `prices_differ`: their dishes cost another sum than ours; `not_valid`: nothing comes off.
        BadAnswer: figures that do not fit together.
    """
    found = guesses.calculation(data(body))
    before, off = fields.whole(found, ("subtotal",)), fields.whole(found, ("discount_amount",))
    if before is None or off is None or off > before:
        raise BadAnswer("the figures do not fit together")
    if before != total:
        raise Refused("their prices are not ours", code="prices_differ")
    if not chosen:
        return Priced(total)
    if off == 0:
        raise Refused("nothing comes off", code="not_valid")
    parts = _parts(found.get("discounts"), chosen, off)
    choices = tuple(PricedChoice(one, part) for one, part in zip(chosen, parts, strict=True))
    return Priced(total - off, choices)


def _parts(listed: Any, chosen: Sequence[Chosen], off: int) -> list[int]:
    """What each choice takes off: all of it for one; for several, as they are listed in their order."""
    if len(chosen) == 1:
        return [off]
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    amounts = [fields.whole(entry, ("amount",)) for entry in entries]
    parts = [amount for amount in amounts if amount is not None]
    if len(parts) != len(chosen) or sum(parts) != off:
        raise BadAnswer("the discounts do not add up")
    return parts


def venue(body: Any, guesses: Guesses) -> Venue:
    """A venue with its singular points, for the merchant's own set-up.

    Raises:
        BadAnswer: without an id.
    """
    found = data(body, "venue")
    uuid = fields.identifier(found, ("uuid", "id"))
    if uuid is None:
        raise BadAnswer("a venue without an id")
    number = fields.identifier(found, ("id",)) or ""
    areas = found.get("areas")
    by_type = {area.get("type_id"): area for area in areas if isinstance(area, dict)} if isinstance(areas, list) else {}
    point = {
        kind: fields.identifier(by_type.get(kind[0], {}), ("singular_point_id",)) or ""
        for kind in (guesses.takeout, guesses.counter)
    }
    return Venue(
        uuid,
        fields.words(found, ("code",)),
        number if number.isdecimal() else "",
        point[guesses.takeout],
        point[guesses.counter],
        _tables(by_type.get(guesses.full_service[0], {}), guesses),
    )


def _tables(area: Fields, guesses: Guesses) -> dict[str, str]:
    listed = area.get(guesses.tables)
    found: dict[str, str] = {}
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict):
            name = fields.identifier(entry, guesses.table_name)
            point = fields.identifier(entry, ("singular_point_id",))
            if name and point:
                found.setdefault(name, point)
    return found


def order_id(body: Any) -> str | None:
    """The id of the order just created."""
    return fields.identifier(data(body, "order"), ("id",))
