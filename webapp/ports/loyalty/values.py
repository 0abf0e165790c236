"""The words every programme shares: who, what they hold, where, and what the programme can do at all."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class IdentityKind(StrEnum):
    """How a person can be named to a programme."""

    PHONE = "phone"  # E.164 with the plus sign, "+33612345678"
    EMAIL = "email"
    CODE = "code"  # a member code, a card number or the content of a digital pass


@dataclass(frozen=True)
class Identity:
    """One way of naming a person; not a proof of being that person (invariants section 3)."""

    kind: IdentityKind
    value: str

    def __repr__(self) -> str:
        return f"Identity({self.kind.value})"  # the value is personal and must not reach a log (D4)

    @classmethod
    def phone(cls, e164: str) -> "Identity":
        """By phone number, E.164 with the plus sign."""
        return cls(IdentityKind.PHONE, e164)


class Connection(StrEnum):
    """How a merchant connects the programme."""

    OAUTH = "oauth"
    CREDENTIALS = "credentials"
    PASTED = "token"  # a token pasted by the owner


class StoredValueKind(StrEnum):
    """Money or its like that the programme keeps for a person, by how it may be spent."""

    GIFT_CARD = "gift_card"  # debited before the card payment, credited back when that fails
    POINTS = "points"  # turned into money after the card payment only: nobody can turn them back
    CREDIT = "credit"  # taken off inside the programme's own price: choose it as `ChosenKind.CREDIT`


@dataclass(frozen=True)
class Capabilities:
    """What a programme can do; pages show only that. Nothing is assumed: every flag is off unless declared.

    `enrol_needs`, beyond the phone: "first_name", "last_name", "email", "password", "email_code".
    `choices_at_once`: how many rewards, codes or credits one order may carry; None: no limit.
    """

    find_by: frozenset[IdentityKind] = frozenset()
    enrol: bool = False
    enrol_needs: frozenset[str] = frozenset()
    consent: bool = False
    points: bool = False
    balances: bool = False
    owned_rewards: bool = False
    available_rewards: bool = False
    buy: bool = False  # points leave when bought, before any order
    check_code: bool = False  # a typed code is priced by the programme
    price_remotely: bool = False  # only the programme knows the discounted total
    codes_for_guests: bool = False  # a typed code works without any member
    reserve_with_order: bool = False  # a reward is not bought: it is chosen, and spent by the paid order
    choices_at_once: int | None = None
    stored_value: frozenset[StoredValueKind] = frozenset()
    sign_in_by_email: bool = False  # the person proves to be a member by a code the programme e-mails
    secret_members: bool = False  # a member id holds the person's own token: kept sealed, and for one browser only
    sessions: bool = False  # looking somebody up opens a session at the programme, to be closed afterwards
    hold: bool = False  # an owned reward can be locked while a basket holds it
    report: bool = False
    report_is_idempotent: bool = False  # the same report may be sent again after an unknown outcome
    cancel: bool = False
    cancels_in_order: bool = False  # oldest first, one at a time, per member and store (spoonity.md 6.4)
    stores: bool = False
    connect_by: frozenset[Connection] = frozenset()


@dataclass(frozen=True)
class Consent:
    """The diner's answers in this visit. None = not asked, and then not sent (invariant D1)."""

    email: bool | None = None
    sms: bool | None = None

    @property
    def asked(self) -> bool:
        """Whether there is any answer to pass on."""
        return self.email is not None or self.sms is not None


@dataclass(frozen=True)
class Member:
    """A person known to the programme. Carries no name, e-mail or number: nobody else may read those (A1).

    `member_id` is opaque: keep it with the visit and hand it back as it is; with `Capabilities.secret_members` it may
    be long and holds the person's token, so it is sealed at rest (X5). `points`: None when not said.
    """

    member_id: str = field(repr=False)
    points: int | None = None


class RewardKind(StrEnum):
    """What a reward does to an order."""

    FREE_PRODUCT = "free_product"
    PERCENT = "percent"
    AMOUNT = "amount"
    PRICED = "priced"  # only the programme's own price knows: never computed here (`price_remotely`)
    UNKNOWN = "unknown"  # shown as "at the counter", never applied online


@dataclass(frozen=True)
class RewardTerms:
    """What both lists of rewards have in common.

    Attributes:
        name: as the merchant wrote it; untrusted text (invariant X2).
        skus: the programme's list for a free product, cleaned but not yet compared with any catalogue.
        value: basis points of a percentage (10 % = 1000), or minor units of an amount; None = unreadable, do not apply.
        minimum_amount: smallest basket, minor units.
    """

    kind: RewardKind
    name: str = ""
    description: str = ""
    skus: tuple[str, ...] = ()
    value: int | None = None
    minimum_amount: int | None = None


@dataclass(frozen=True)
class OwnedReward:
    """One copy the customer holds. `owned_id` names the copy; `reward_id` what it is a copy of, as orders carry it."""

    owned_id: str
    reward_id: str
    terms: RewardTerms
    code: str | None = None  # voucher code, to be kept identical; shown to a proved owner only
    used: bool = False
    locked: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True)
class AvailableReward:
    """Something the merchant offers for points. `cost` in points; None when the programme does not say."""

    reward_id: str
    terms: RewardTerms
    cost: int | None = None


@dataclass(frozen=True)
class Balance:
    """One balance beside points: minor units when `currency` is an ISO code, whole units of `name` when it is None."""

    name: str
    amount: int
    currency: str | None = None


@dataclass(frozen=True)
class StoredValue:
    """What a person could pay with; `amount` minor units of `currency`, never negative here."""

    kind: StoredValueKind
    name: str
    amount: int
    currency: str


@dataclass(frozen=True)
class Wallet:
    """What a person holds and could get at one store, as the programme said at `as_of` (UTC).

    A missing part (None) could not be read: hide it, do not show zero or "nothing yet".
    """

    points: int | None
    owned: tuple[OwnedReward, ...] | None
    available: tuple[AvailableReward, ...] | None
    as_of: datetime
    balances: tuple[Balance, ...] = ()
    stored: tuple[StoredValue, ...] = ()


@dataclass(frozen=True)
class NewMember:
    """What joining needs beyond a number; only what `Capabilities.enrol_needs` names. Never stored, never logged.

    `phone`: E.164, when it was given before, so that it finds the new member too.
    """

    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)


@dataclass(frozen=True)
class ProgramStore:
    """A location as the programme lists it. `slug` is what orders carry."""

    slug: str
    public_id: str | None = None
    name: str = ""
    address: str = ""


@dataclass(frozen=True)
class Reported:
    """An order the programme has. `already`: it says that it had it before (invariant L6 decides what that means)."""

    remote_id: str | None
    already: bool = False


@dataclass(frozen=True)
class Token:
    """An access token just issued. `expires_at` (UTC): a hint, None when unknown. Encrypted at rest (X5)."""

    value: str
    expires_at: datetime | None = None

    def __repr__(self) -> str:
        return "Token(…)"
