"""Everything a programme may leave out, answered with `NotOffered`: an adapter inherits this and writes what it has."""

from typing import Any

from webapp.ports.loyalty.errors import NotOffered


class OffersNoMore:
    """The calls of `LoyaltyProgram` that stand behind a capability; whoever declares one overrides its call."""

    def _none(self, *_args: Any, **_named: Any) -> Any:
        raise NotOffered

    def _nothing_to_say(self, *_args: Any, **_named: Any) -> Any:
        """For calls whose absence is of no consequence; None."""

    def evidence_before(self, *_args: Any, **_named: Any) -> str:
        """Nothing is kept: reports may be sent again, or only a person can tell."""
        return ""

    check_connection = stores = find_member = member = enrol = update_consent = wallet = every_reward = _none
    buy_reward = use_reward = lock_reward = unlock_reward = report_body = send_report = cancel_body = send_cancel = (
        _none
    )
    ask_sign_in_code = sign_in = register = price_cart = check_code = _none
    value_left = debit_value = credit_value = _none
    end_session = was_reported = _nothing_to_say
