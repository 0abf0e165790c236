"""Sessions, balances and rewards as Spoonity answers them: numbers as text, lists bare or under `data`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from webapp.ground.http import Answer
from webapp.ground.money import minor
from webapp.ports.loyalty import answers, fields
from webapp.ports.loyalty.errors import BadAnswer, Refused
from webapp.ports.loyalty.fields import Fields
from webapp.ports.loyalty.spoonity.credentials import Credentials, Worth
from webapp.ports.loyalty.values import (
    AvailableReward,
    Balance,
    RewardKind,
    RewardTerms,
    StoredValue,
    StoredValueKind,
)

SIGN = ":"


def record(body: Any) -> Fields:
    """An object.

    Raises:
        BadAnswer: it is none.
    """
    if not isinstance(body, dict):
        raise BadAnswer("an object was expected")
    return body


def under(body: Any, *names: str) -> Fields:
    """The object found by going down `names`; empty when there is none on the way."""
    for name in names:
        body = body.get(name) if isinstance(body, dict) else None
    return body if isinstance(body, dict) else {}


def entries(body: Any) -> list[Fields]:
    """The objects of a collection, bare or under `data`; anything else holds none."""
    inner = body.get("data") if isinstance(body, dict) else body
    listed = inner[: fields.MOST_ENTRIES] if isinstance(inner, list) else []
    return [entry for entry in listed if isinstance(entry, dict)]


def accepted(answer: Answer) -> None:
    """Return when an order or movement was taken: a refusal may come as 200 with `success: false` (section 3).

    Raises:
        Refused: it was not.
        LoyaltyError: as `answers.content`.
    """
    body = answers.content(answer)
    if body is None:
        return
    told = record(body)
    if told.get("success") is False or told.get("error"):
        raise Refused("refused with 200")


def session_hash(body: Any) -> str:
    """The hash of a session just opened.

    Raises:
        BadAnswer: there is none.
    """
    found = fields.identifier(under(record(body), "pos_session"), ("hash",))
    if found is None:
        raise BadAnswer("a session without a hash")
    return found


def modules(body: Any) -> frozenset[str]:
    """What the restaurant may do, in lower case."""
    found = entries(under(body, "vendor").get("modules"))
    return frozenset(fields.words(one, ("name",)).lower() for one in found)


def is_somebody(body: Any) -> bool:
    """Whether a session belongs to an account: one without an e-mail address does not (section 4.2)."""
    return bool(fields.words(under(record(body), "user"), ("email_address",)))


@dataclass(frozen=True)
class Amounts:
    """Balances of loyalty currencies: name → (id, whole amount), in the order given."""

    of: tuple[tuple[str, str, int], ...]

    @property
    def points(self) -> int | None:
        """Of the first currency, which is the one shown large."""
        return self.of[0][2] if self.of else None


def amounts(body: Any) -> Amounts:
    """Loyalty balances. A negative or broken one is passed over: it can be neither shown nor used."""
    read = []
    for entry in entries(under(record(body), "loyalty_balance")):
        amount = fields.number(entry.get("amount"))
        currency = under(entry, "currency")
        if amount is not None and amount >= 0:
            name = fields.words(currency, ("name",)) or "Points"
            read.append((name, fields.identifier(currency, ("id",)) or "", int(amount)))
    return Amounts(tuple(read))


def balances(found: Amounts) -> tuple[Balance, ...]:
    """Every loyalty currency as a balance of its own."""
    return tuple(Balance(name, amount) for name, _id, amount in found.of)


def gift_card(body: Any, currency: str) -> StoredValue | None:
    """The gift-card balance; None when there is nothing on it, or in another currency than the shop's."""
    left = gift_left(body, currency)
    name = fields.words(under(under(record(body), "quick_pay_balance"), "currency"), ("name",))
    return StoredValue(StoredValueKind.GIFT_CARD, name, left, currency) if left else None


def gift_left(body: Any, currency: str) -> int | None:
    """Minor units on the gift card; None when it cannot be read, is negative, or is in another currency."""
    quick = under(record(body), "quick_pay_balance")
    amount = fields.number(quick.get("amount"))
    if amount is None or amount < 0 or fields.words(under(quick, "currency"), ("code",)).upper() != currency:
        return None
    return minor(amount, currency)


@dataclass(frozen=True)
class Rule:
    """One reward. `identifier`: of its catalogue entry, known only for those a person is eligible for."""

    rule_id: str
    name: str
    words: str
    cost: int | None
    currency: str
    identifier: str
    now: bool


def rules(listed: Any, now: datetime) -> list[Rule]:
    """The rewards of a list, those outside their dates left out."""
    read = []
    for entry in entries(listed):
        rule_id = fields.identifier(entry, ("id", "vendor_perk_redemption_id"))
        if rule_id is None or not _in_time(entry, now):
            continue
        available = fields.number(entry.get("available"))
        read.append(
            Rule(
                rule_id,
                fields.words(entry, ("name",)),
                fields.words(entry, ("summary", "description"), longest=1000),
                fields.whole(entry, ("cost",)),
                fields.identifier(under(entry, "currency"), ("id",)) or "",
                fields.identifier(under(entry, "catalog"), ("identifier",)) or "",
                available is None or available > 0,
            )
        )
    return read


def _in_time(entry: Fields, now: datetime) -> bool:
    begins, ends = (_moment(entry.get(name)) for name in ("start_date", "end_date"))
    return (begins is None or begins <= now) and (ends is None or now <= ends)


def _moment(value: Any) -> datetime | None:
    seconds = fields.number(value)
    if seconds is None or not 0 < seconds < 10**11:
        return None
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError):
        return None


def offered(eligible: list[Rule], every: list[Rule], credentials: Credentials) -> tuple[AvailableReward, ...]:
    """Both lists as one, each reward once: first what the person may take now, then the rest with its cost."""
    seen: dict[str, AvailableReward] = {}
    for rule in [*eligible, *every]:
        seen.setdefault(rule.rule_id, _reward(rule, credentials))
    return tuple(seen.values())


def _reward(rule: Rule, credentials: Credentials) -> AvailableReward:
    terms = _terms(rule, credentials.worths.get(rule.identifier))
    return AvailableReward(f"{rule.rule_id}{SIGN}{rule.identifier}", terms, rule.cost)


def _terms(rule: Rule, worth: Worth | None) -> RewardTerms:
    if worth is None:
        return RewardTerms(RewardKind.UNKNOWN, rule.name, rule.words)  # nobody said what it is worth: at the counter
    if worth.skus:
        return RewardTerms(RewardKind.FREE_PRODUCT, rule.name, rule.words, skus=worth.skus)
    if worth.amount:
        return RewardTerms(RewardKind.AMOUNT, rule.name, rule.words, value=worth.amount)
    return RewardTerms(RewardKind.PERCENT, rule.name, rule.words, value=worth.percent)


def identifier_of(reward_id: str) -> str:
    """The catalogue identifier within our id of a reward, verbatim."""
    return reward_id.partition(SIGN)[2]
