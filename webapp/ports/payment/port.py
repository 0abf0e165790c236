"""What the shop asks of whoever takes the money; one instance serves one merchant account.

The rules every adapter keeps:

- One payment *attempt* is one hosted session, named by its key, `attempt_key(reference, attempt_number)`. Asking
  again with the same key gives the same session (invariants G5, C8 to C12).
- A notice (callback) is only a hint that something changed: the object is read again with `look_up` before anyone
  acts on it (M6). Notices come late, twice, in any order, or never.
- Captured money is what the `captures` of a fact say, not its state: a session can be captured twice, or with
  another sum or currency than asked for. Comparing them with the frozen order is the caller's duty (G12).
- Every method has a total deadline in seconds and may be called again after any error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

DINER_DEADLINE_S = 2.5
WORKER_DEADLINE_S = 15.0

PaymentState = Literal["open", "authorized", "captured", "failed", "expired"]
RefundState = Literal["pending", "succeeded", "failed"]


class PaymentTrouble(Exception):
    """A call to the provider did not give what was asked; the subclass says what may have happened."""


class PaymentUnavailable(PaymentTrouble):
    """Nothing happened at the provider: try again later with the same key."""


class PaymentOutcomeUnknown(PaymentTrouble):
    """The provider may have acted: ask again with the same key, or `find` it."""


class PaymentRefused(PaymentTrouble):
    """The provider understood and said no; asking again unchanged gives the same answer."""

    def __init__(self, code: str) -> None:
        """`code`: a short stable word, such as `unknown_session`, `over_refund`, `key_reused`, `credentials`."""
        super().__init__(code)
        self.code = code


class UntrustedNotice(Exception):
    """A callback that must be refused with 400 and change nothing."""


class ForgedNotice(UntrustedNotice):
    """No live secret made this signature over this body, or there is no signature at all."""


class StaleNotice(UntrustedNotice):
    """The signature is right, but was made more than 300 s before or after `now` (section 2.11: count these)."""


class UnreadableNotice(UntrustedNotice):
    """Signed by the provider, in time, but its content is not a notice."""


@dataclass(frozen=True)
class Sold:
    """A frozen line, for whoever prints it: `total` in minor units, before `discounts` of the order."""

    name: str
    quantity: int
    total: int


@dataclass(frozen=True)
class StartPayment:
    """One attempt to pay one frozen order.

    Build it from stored rows only: the same key with any other content is refused as `key_reused`, so language,
    addresses and `expires_at` are fixed with the attempt, not taken from the present request.

    Attributes:
        key: `attempt_key(reference, attempt_number)`; the idempotency key.
        reference: the order's own unguessable reference.
        attempt_number: 1, 2, …; each new attempt of an order counts up.
        amount: minor units, > 0, read from the frozen order only (G1).
        currency: ISO 4217 code, upper case.
        description: one line for the payer, such as "Order 214 · Table 12".
        return_url: where the payer's browser is sent after paying.
        cancel_url: where it is sent when the payer gives up; the session then stays open until closed.
        expires_at: aware moment after which the provider takes no payment for this session.
        language: `fr` or `en`, for the hosted page.
        metadata: our own short facts, kept by the provider; `merchant` is shown to the payer where possible.
        lines, number: what was ordered and the number people know it by; only a till is told.
        email: where the provider sends its own receipt, only when the payer gave it for that; "" otherwise.
    """

    key: str
    reference: str
    attempt_number: int
    amount: int
    currency: str
    description: str
    return_url: str
    cancel_url: str
    expires_at: datetime
    language: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    email: str = ""
    lines: tuple[Sold, ...] = ()
    number: str = ""


@dataclass(frozen=True)
class Started:
    """A hosted session to send the payer to."""

    provider_ref: str
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Capture:
    """Money taken: `amount` minor units, of which `refunded` went back; `disputed`: the payer's bank objects."""

    id: str
    amount: int
    currency: str
    refunded: int
    at: datetime
    disputed: bool = False


@dataclass(frozen=True)
class PaymentFact:
    """What the provider says about one session, now.

    `open` also covers a refused card that may be tried again and a bank method that is still pending; only
    `captures` is money (M8). `account` and `livemode` are the provider's word, to be compared with ours (G12).
    """

    provider_ref: str
    key: str
    reference: str
    state: PaymentState
    amount: int
    currency: str
    account: str
    livemode: bool
    captures: tuple[Capture, ...] = ()


@dataclass(frozen=True)
class RefundFact:
    """One refund as the provider knows it; `pending` may still fail."""

    id: str
    key: str
    capture_id: str
    amount: int
    currency: str
    state: RefundState
    at: datetime


@dataclass(frozen=True)
class Movement:
    """One line of the provider's own ledger: money taken (`capture`) or given back (`refund`).

    Attributes:
        id: of the capture or the refund.
        capture_id: of the capture it is about; for a capture its own id.
        key: for a refund its idempotency key, for a capture the key of the attempt; "" where the ledger does not say.
        reference: our order's reference as the provider kept it, "" where it has none.
        amount: minor units, never negative.
        fee: what the provider kept of it, minor units; None where it does not say.
        at: when the money moved, by the provider's clock.
    """

    kind: Literal["capture", "refund"]
    id: str
    capture_id: str
    key: str
    reference: str
    amount: int
    currency: str
    at: datetime
    fee: int | None = None


@dataclass(frozen=True)
class Notice:
    """A callback whose signature was right: who to look up, nothing to believe.

    `kind` is the provider's own word (unknown kinds are legal). A field the event does not carry is None.
    `livemode` and `account` let a test event or another account's event be refused before any call. `capture_id`: of
    an event about a refund or a dispute. `heeded`: False for kinds that can say nothing about a payment.
    """

    event_id: str
    kind: str
    provider_ref: str | None
    reference: str | None
    attempt_number: int | None
    created_at: datetime
    account: str | None = None
    livemode: bool | None = None
    capture_id: str | None = None
    heeded: bool = True


def attempt_key(reference: str, attempt_number: int) -> str:
    """The idempotency key of an attempt: order reference and attempt number (G5)."""
    return f"{reference}-{attempt_number}"


class PaymentProvider(Protocol):
    """One merchant's account at one provider.

    Attributes:
        name: the word in `/callbacks/payment/<name>`.
        account: the account id we expect in every fact.
        livemode: whether real money moves.
        page_origin: scheme, host and port of the hosted page, for `form-action` and the redirect rule (X4).
    """

    @property
    def name(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def livemode(self) -> bool: ...
    @property
    def page_origin(self) -> str: ...

    def start(self, wanted: StartPayment, *, deadline_s: float = DINER_DEADLINE_S) -> Started:
        """Open the hosted session of this attempt, or return the one its key already has.

        Raises:
            PaymentUnavailable, PaymentOutcomeUnknown, PaymentRefused: see each.
        """
        ...

    def look_up(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """What the provider says about this session now.

        Raises:
            PaymentUnavailable: no usable answer; reading changes nothing, so every failure is this one.
            PaymentRefused: `unknown_session`, `credentials`.
        """
        ...

    def find(
        self, key: str, *, since: datetime | None = None, deadline_s: float = DINER_DEADLINE_S
    ) -> PaymentFact | None:
        """The session of this attempt when we failed to store its id (C11), None when there is none.

        `since`: when the attempt was made; providers that cannot search for a key read their list from there.

        Raises:
            PaymentUnavailable, PaymentRefused: as `look_up`.
        """
        ...

    def close(self, provider_ref: str, *, deadline_s: float = DINER_DEADLINE_S) -> PaymentFact:
        """Ask the provider to take no more money here; the fact says `expired`, `failed` or `captured` (G6).

        Money that is authorised and not captured is let go.

        Raises:
            PaymentUnavailable, PaymentOutcomeUnknown: keep the order pending and the holds, ask again.
            PaymentRefused: `unknown_session`, `credentials`.
        """
        ...

    def capture(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """Take the authorised money; the fact says what is true afterwards, also when it was taken or let go before.

        Raises:
            PaymentUnavailable, PaymentOutcomeUnknown: ask again with the same key.
            PaymentRefused: `unknown_session`, `credentials`, or the provider's word, such as an authorisation too old.
        """
        ...

    def void(self, provider_ref: str, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> PaymentFact:
        """Let the authorised money go, nothing was taken; otherwise as `capture`."""
        ...

    def refund(self, capture_id: str, amount: int, key: str, *, deadline_s: float = WORKER_DEADLINE_S) -> RefundFact:
        """Send `amount` minor units of this capture back; the same key is the same refund (M9).

        Raises:
            PaymentUnavailable, PaymentOutcomeUnknown: ask again with the same key.
            PaymentRefused: `over_refund`, `unknown_capture`, `key_reused`, `credentials`.
        """
        ...

    def refunds_of(self, capture_id: str, *, deadline_s: float = WORKER_DEADLINE_S) -> tuple[RefundFact, ...]:
        """Every refund of this capture, oldest first.

        Raises:
            PaymentUnavailable, PaymentRefused: as `look_up`.
        """
        ...

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        """The notice in a callback, after checking its signature over the raw body before any parsing (X6).

        Args:
            headers: as received; names in any case.
            body: the raw bytes.
            now: the present moment, aware.

        Raises:
            ForgedNotice, StaleNotice, UnreadableNotice: and nothing else, whatever is sent.
        """
        ...


class AccountProvider(PaymentProvider, Protocol):
    """A provider at which every merchant has an account and keys of its own."""

    def check(self, *, deadline_s: float = WORKER_DEADLINE_S) -> str:
        """The account these keys open, as the provider names it.

        Raises:
            PaymentUnavailable: no usable answer.
            PaymentRefused: `credentials`, `http_403` (a key that may not tell).
        """
        ...


@runtime_checkable
class KeepsBooks(Protocol):
    """A provider that shows its ledger, so that a day of ours can be held against a day of its own.

    A part of its own, beside `PaymentProvider`: an adapter without it is simply never compared, and the report says so.
    """

    def movements(
        self, since: datetime, until: datetime, *, deadline_s: float = WORKER_DEADLINE_S
    ) -> tuple[Movement, ...]:
        """Every capture and every refund of this account with `since` ≤ `at` < `until`, oldest first, every page of it.

        A refund counts at the moment the provider booked it and only while it has not failed; sessions that took no
        money are not named. Reading changes nothing and may be asked again at will.

        Raises:
            PaymentUnavailable: no usable answer, or not all of it within the deadline; part of a day is no day.
            PaymentRefused: `credentials`.
        """
        ...


def books_of(provider: object) -> KeepsBooks | None:
    """This provider's ledger; None for one that shows none."""
    return provider if isinstance(provider, KeepsBooks) else None
