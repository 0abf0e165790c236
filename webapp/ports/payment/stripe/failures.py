"""What the library raises, in the port's words: nothing happened, we do not know, or no (M9, C11)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import stripe

from webapp.ground.http import NoAnswer, Unreachable
from webapp.ports.payment.port import PaymentOutcomeUnknown, PaymentRefused, PaymentTrouble, PaymentUnavailable
from webapp.ports.payment.stripe.shapes import Misshapen

# The library reads an answer before we do: one that is JSON of another kind ends in one of these.
UNREADABLE = (Misshapen, KeyError, ValueError, TypeError, AttributeError, RecursionError)
NOTHING_DONE = {408, 425, 429}
CODES = {"resource_missing": "unknown_session", "charge_already_refunded": "over_refund"}


@contextmanager
def asking() -> Iterator[None]:
    """Around a question: whatever goes wrong, nothing was changed."""
    with _told(PaymentUnavailable):
        yield


@contextmanager
def acting() -> Iterator[None]:
    """Around a wish: without a whole answer the outcome is unknown."""
    with _told(PaymentOutcomeUnknown):
        yield


@contextmanager
def _told(lost: Callable[[str], PaymentTrouble]) -> Iterator[None]:
    try:
        yield
    except Unreachable as error:
        raise PaymentUnavailable("unreachable") from error
    except NoAnswer as error:
        raise lost("no whole answer") from error
    except stripe.StripeError as error:
        raise _trouble(error, lost) from error
    except UNREADABLE as error:
        raise lost("unreadable answer") from error


def _trouble(error: stripe.StripeError, lost: Callable[[str], PaymentTrouble]) -> PaymentTrouble:
    status = error.http_status or 0
    if status in NOTHING_DONE:
        return PaymentUnavailable(f"status {status}")
    if isinstance(error, stripe.AuthenticationError):
        return PaymentRefused("credentials")
    if isinstance(error, stripe.PermissionError):
        return PaymentRefused("http_403")
    if isinstance(error, stripe.IdempotencyError):
        return PaymentRefused("key_reused")
    # 409: the same wish is under way in another request of ours. A bare `APIError` is no answer of Stripe's at all.
    if 400 <= status < 500 and status != 409 and type(error) is not stripe.APIError:
        return PaymentRefused(_code(error))
    return lost(f"status {status}")


def _code(error: stripe.StripeError) -> str:
    code = error.code if isinstance(error.code, str) else ""
    if code in CODES:
        return CODES[code]
    if isinstance(error, stripe.InvalidRequestError) and error.param == "amount":
        return "over_refund"
    return code if code.isascii() and code.isidentifier() and len(code) <= 40 else f"http_{error.http_status}"
