"""Every programme whose adapter is put to the same hard tests: how to reach it, and each call it can make."""

from collections.abc import Callable
from typing import Any

from tests.contract import gonnaorder_calls, menu_calls, spoonity_calls
from webapp.ports.loyalty.gonnaorder import Credentials
from webapp.ports.loyalty.gonnaorder.credentials import Login

Call = Callable[[str, float], Any]  # base address, deadline in seconds

# A fixed token: whatever the peer does is done to the call itself, not to a sign-in before it.
FIXED = Credentials("EUR", None, {gonnaorder_calls.STORE: Login(token="fixed")})


def _gonnaorder(name: str) -> Call:
    calls = gonnaorder_calls.CALLS | gonnaorder_calls.FURTHER
    return lambda url, seconds: calls[name](gonnaorder_calls.adapter(url, FIXED), seconds)


def _spoonity(name: str) -> Call:
    calls = spoonity_calls.CALLS | spoonity_calls.FURTHER
    return lambda url, seconds: calls[name](spoonity_calls.adapter(url), seconds)


def _menu(name: str) -> Call:
    calls = menu_calls.CALLS | menu_calls.FURTHER
    return lambda url, seconds: calls[name](menu_calls.adapter(url), seconds)


CALLS: dict[str, Call] = {
    f"gonnaorder-{name}": _gonnaorder(name) for name in gonnaorder_calls.CALLS | gonnaorder_calls.FURTHER
}
CALLS |= {f"spoonity-{name}": _spoonity(name) for name in spoonity_calls.CALLS | spoonity_calls.FURTHER}
CALLS |= {f"menu-{name}": _menu(name) for name in menu_calls.CALLS | menu_calls.FURTHER}
