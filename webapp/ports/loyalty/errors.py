"""What can go wrong with a programme, said in terms a worker and a page can act on.

A detail names fields and statuses, never a value: no number, e-mail, token or code of anybody (invariant D4).
"""


class LoyaltyError(Exception):
    """A call to the programme that did not end as hoped.

    Attributes:
        code: short machine-readable reason, stored with the outbox row.
        permanent: repeating the same call cannot help; a person must look.
        may_have_acted: the programme may have done what was asked (invariants G10, L6).
        retry_after_s: seconds the programme asked us to wait, when it said so.
        detail: for the operator; free of personal data.
    """

    code: str = "failed"
    permanent: bool = False
    may_have_acted: bool = False

    def __init__(
        self, detail: str = "", *, code: str | None = None, acted: bool | None = None, retry_after_s: int | None = None
    ) -> None:
        """`code` and `acted` replace the class's own `code` and `may_have_acted`."""
        self.code = code or self.code
        self.may_have_acted = self.may_have_acted if acted is None else acted
        self.retry_after_s = retry_after_s
        self.detail = detail
        super().__init__(f"{self.code}: {detail}" if detail else self.code)


class Unavailable(LoyaltyError):
    """Nothing was sent, or the programme said that it did nothing: try again later."""

    code = "unavailable"


class OutcomeUnknown(LoyaltyError):
    """Sent, but no whole answer came, or a 5xx: it may have acted."""

    code = "outcome_unknown"
    may_have_acted = True


class RateLimited(LoyaltyError):
    """429: too many calls; `retry_after_s` when known."""

    code = "rate_limited"


class BadAnswer(LoyaltyError):
    """A complete answer that cannot be read as the contract says; it may have acted."""

    code = "bad_answer"
    may_have_acted = True


class Refused(LoyaltyError):
    """The programme refused this very request; sending it again will not help.

    `fields` holds the names of the refused fields, never their values. `pin_wanted`: the customer's PIN was asked for.
    """

    code = "refused"
    permanent = True

    def __init__(self, detail: str = "", *, code: str | None = None, fields: tuple[str, ...] = ()) -> None:
        """See `LoyaltyError`."""
        super().__init__(detail, code=code)
        self.fields = fields
        self.pin_wanted = "pin" in fields


class NotFound(Refused):
    """404: no such person, reward, order or store."""

    code = "not_found"


class Conflict(Refused):
    """409: its state forbids it, for instance a reward already used or locked."""

    code = "conflict"


class Forbidden(LoyaltyError):
    """403: a scope is missing, or the thing belongs to somebody else."""

    code = "forbidden"
    permanent = True


class Disconnected(LoyaltyError):
    """401: the token is missing, expired or revoked; the merchant must connect again."""

    code = "disconnected"
    permanent = True


class NotOffered(LoyaltyError):
    """Asked for something the programme's capabilities do not declare."""

    code = "not_offered"
    permanent = True
