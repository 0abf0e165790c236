"""The one shape every loyalty programme has for us, drawn from four contracts (pongo, gonnaorder, spoonity, menu).

An adapter is one merchant's connection. It says in `capabilities` what it can do; anything else raises `NotOffered`.
Every call takes `deadline_s`, seconds from now until the answer must be complete, and raises a `LoyaltyError`.
Nothing here retries: whether a call may be repeated is the caller's decision, helped by the error's own words.
"""

from typing import Protocol

from webapp.ports.loyalty.cart import (
    Cart,
    CartLine,
    CartOption,
    Chosen,
    ChosenKind,
    CodeAnswer,
    Priced,
    PricedChoice,
)
from webapp.ports.loyalty.errors import (
    BadAnswer,
    Conflict,
    Disconnected,
    Forbidden,
    LoyaltyError,
    NotFound,
    NotOffered,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
)
from webapp.ports.loyalty.paid_order import Mode, PaidLine, PaidOrder, UsedValue
from webapp.ports.loyalty.values import (
    AvailableReward,
    Balance,
    Capabilities,
    Connection,
    Consent,
    Identity,
    IdentityKind,
    Member,
    NewMember,
    OwnedReward,
    ProgramStore,
    Reported,
    RewardKind,
    RewardTerms,
    StoredValue,
    StoredValueKind,
    Token,
    Wallet,
)

__all__ = [
    "AvailableReward",
    "BadAnswer",
    "Balance",
    "Capabilities",
    "Cart",
    "CartLine",
    "CartOption",
    "Chosen",
    "ChosenKind",
    "CodeAnswer",
    "Conflict",
    "Connection",
    "Consent",
    "Disconnected",
    "Forbidden",
    "Identity",
    "IdentityKind",
    "LoyaltyError",
    "LoyaltyProgram",
    "Member",
    "Mode",
    "NewMember",
    "NotFound",
    "NotOffered",
    "OAuthConnector",
    "OutcomeUnknown",
    "OwnedReward",
    "PaidLine",
    "PaidOrder",
    "Priced",
    "PricedChoice",
    "ProgramStore",
    "RateLimited",
    "Refused",
    "Reported",
    "RewardKind",
    "RewardTerms",
    "StoredValue",
    "StoredValueKind",
    "Token",
    "Unavailable",
    "UsedValue",
    "Wallet",
]


class LoyaltyProgram(Protocol):
    """One merchant's loyalty account at one programme."""

    @property
    def vendor(self) -> str:
        """Short name stored with connections, e.g. `pongo`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this programme can do."""
        ...

    def check_connection(self, *, deadline_s: float) -> None:
        """Return when the credentials work.

        Raises:
            Disconnected: they do not.
        """
        ...

    def stores(self, *, deadline_s: float) -> tuple[ProgramStore, ...]:
        """The merchant's locations."""
        ...

    def find_member(self, who: Identity, *, store_slug: str, deadline_s: float) -> Member | None:
        """The member so named, or None when the programme knows nobody by it."""
        ...

    def member(self, member_id: str, *, deadline_s: float) -> Member:
        """The member's present points.

        Raises:
            NotFound: no longer there.
        """
        ...

    def enrol(
        self, phone: str, *, store_slug: str, consent: Consent, email: str | None = None, deadline_s: float
    ) -> Member:
        """Make the number (E.164 with plus) a member; an existing member is returned unchanged."""
        ...

    def ask_sign_in_code(self, email: str, *, deadline_s: float) -> None:
        """Have the programme e-mail a code to this address (`sign_in_by_email`); says nothing of who is known."""
        ...

    def sign_in(self, email: str, code: str, *, joining: NewMember | None = None, deadline_s: float) -> Member:
        """The member behind an e-mailed code. `joining`: what makes a new one, for an address not known yet.

        Raises:
            Refused: code `bad_code`, or `unknown` when only joining would help.
        """
        ...

    def register(self, who: NewMember, consent: Consent, *, store_slug: str, deadline_s: float) -> None:
        """Make somebody a member who gives more than a number (`enrol_needs`); look them up afterwards.

        Raises:
            Refused: code `taken` for an address that has an account, else with the refused `fields`.
        """
        ...

    def end_session(self, member_id: str, *, deadline_s: float) -> None:
        """Say that the person has left (`sessions`); a failure is of no consequence."""
        ...

    def update_consent(self, member_id: str, consent: Consent, *, deadline_s: float) -> None:
        """Pass on answers the diner gave; parts that are None are left alone."""
        ...

    def wallet(self, member_id: str, *, store_slug: str, deadline_s: float) -> Wallet:
        """Points and both lists for this member at this store, within the deadline in all.

        A list that cannot be read comes back as None; when nothing can be read the first error is raised.
        """
        ...

    def every_reward(self, *, deadline_s: float) -> tuple[AvailableReward, ...]:
        """All the merchant offers, whoever may have it: for the merchant's eyes, never for a diner's (section 6)."""
        ...

    def buy_reward(
        self, reward_id: str, *, member_id: str, store_slug: str, pin: str | None = None, deadline_s: float
    ) -> OwnedReward | None:
        """Spend points, once. None: bought, but the answer does not describe the copy; read the wallet.

        Raises:
            LoyaltyError: with `may_have_acted` set, settle it by reading the wallet, never by asking again (G10).
        """
        ...

    def use_reward(
        self, reward: OwnedReward, *, member_id: str, store_slug: str, pin: str | None = None, deadline_s: float
    ) -> None:
        """Mark a copy as used, after payment, and only when no order line carries it (R7)."""
        ...

    def lock_reward(self, owned_id: str, *, member_id: str, deadline_s: float) -> None:
        """Reserve a copy while an order holds it (G11)."""
        ...

    def unlock_reward(self, owned_id: str, *, member_id: str, deadline_s: float) -> None:
        """Release a reserved copy."""
        ...

    def price_cart(
        self, cart: Cart, chosen: tuple[Chosen, ...], *, member_id: str | None, store_slug: str, deadline_s: float
    ) -> Priced:
        """The price with these choices, as the programme alone can say it (`price_remotely`); consumes nothing.

        Raises:
            Refused: code `not_valid`: these choices take nothing off this cart; price it without them.
        """
        ...

    def check_code(
        self, code: str, cart: Cart, *, member_id: str | None, store_slug: str, deadline_s: float
    ) -> CodeAnswer:
        """What a typed code does here. Asked once per press: some programmes burn a code by accepting it.

        Raises:
            Refused: code `not_valid`, whatever the reason.
            OutcomeUnknown: it may have become the person's: read the wallet, never ask again by itself.
        """
        ...

    def value_left(self, kind: StoredValueKind, *, member_id: str, store_slug: str, deadline_s: float) -> int | None:
        """Minor units of stored value there now, 0 when all is spent; None when the programme does not say."""
        ...

    def debit_value(
        self, kind: StoredValueKind, amount: int, key: str, *, member_id: str, store_slug: str, deadline_s: float
    ) -> None:
        """Take `amount` minor units of stored value. `key`: ours for this movement, sent where it can be.

        Raises:
            LoyaltyError: with `may_have_acted` set, settle it by reading the balance, never by asking again.
        """
        ...

    def credit_value(
        self, kind: StoredValueKind, amount: int, key: str, *, member_id: str, store_slug: str, deadline_s: float
    ) -> None:
        """Give back what `debit_value` took; only for kinds that can be given back.

        Raises:
            LoyaltyError: as `debit_value`.
        """
        ...

    def evidence_before(self, order: PaidOrder, *, deadline_s: float) -> str:
        """What to keep before a report that must not be sent twice, so that `was_reported` can tell."""
        ...

    def was_reported(self, order: PaidOrder, evidence: str, *, deadline_s: float) -> bool | None:
        """After an unknown outcome: whether the programme has the order; None when only a person can tell."""
        ...

    def report_body(self, order: PaidOrder) -> bytes:
        """The exact bytes to send for this order: pure, and frozen before the first attempt (L4).

        With `Capabilities.secret_members` they hold the person's token: kept sealed (X5).
        """
        ...

    def send_report(self, body: bytes, *, deadline_s: float) -> Reported:
        """Send bytes made by `report_body`, unchanged."""
        ...

    def cancel_body(self, order: PaidOrder) -> bytes:
        """The exact bytes that cancel this order: pure."""
        ...

    def send_cancel(self, order_id: str, body: bytes, *, deadline_s: float) -> None:
        """Cancel a reported order. `order_id`: the programme's id when it gave one, else our reference."""
        ...


class OAuthConnector(Protocol):
    """How a merchant connects a programme that has an OAuth form; works before any token exists."""

    def authorize_url(self, *, redirect_uri: str, state: str) -> str:
        """Where to send the merchant's browser. `state`: random, single-use, bound to the signed-in browser (A6)."""
        ...

    def exchange_code(self, code: str, *, deadline_s: float) -> Token:
        """Turn the code of the redirect into a token. A code works once: after an unknown outcome, connect again."""
        ...
