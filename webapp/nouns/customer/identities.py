"""Who a customer row stands for: a number, or somebody the programme knows by something else (A2).

A row is found by its key. For a number that is the number itself. An e-mail address or a card's code is never kept in
the clear here (X5): its key is a digest that no number can be, and what was typed is sealed beside it. The digest is
without a key, so that it hides an address from readers and not from guessers. A programme's own id of a member may
hold what was typed nevertheless, see `ports/loyalty/spoonity/person.py`.
"""

import hashlib
import json
from base64 import b32encode

from webapp.ground.secrets import Unreadable, Vault
from webapp.nouns.customer.models import Customer
from webapp.ports.loyalty.port import Identity, IdentityKind

SIGNS = {IdentityKind.EMAIL: "~e", IdentityKind.CODE: "~c"}
DIGEST = 18  # signs of five bits each; with the two before them a key is as long as the column


def key_of(who: Identity) -> str:
    """The key under which this person is known at each merchant."""
    if who.kind is IdentityKind.PHONE:
        return who.value
    digest = hashlib.sha256(f"{who.kind.value}:{who.value}".encode()).digest()
    return SIGNS[who.kind] + b32encode(digest).decode().lower()[:DIGEST]


def kind_of(key: str | None) -> IdentityKind | None:
    """What kind of name a key stands for; None for nobody, and for somebody who was erased."""
    if key is not None and key.startswith("+"):
        return IdentityKind.PHONE
    return next((kind for kind, sign in SIGNS.items() if key is not None and key.startswith(sign)), None)


def number_in(key: str | None) -> str | None:
    """The phone number (E.164) a key is, or None when it stands for something else."""
    return key if kind_of(key) is IdentityKind.PHONE else None


def sealed(vault: Vault | None, who: Identity) -> str:
    """What to keep beside the key, so that the programme can be asked again; "" for a number, which is its own key."""
    if vault is None or who.kind is IdentityKind.PHONE:
        return ""
    return vault.seal(json.dumps([who.kind.value, who.value]))


def identity_of(vault: Vault | None, customer: Customer) -> Identity | None:
    """How to name this customer to the programme; None when nothing we can still read does."""
    if number_in(customer.phone):
        return Identity.phone(customer.phone)
    if vault is None or not customer.identity_sealed:
        return None
    try:
        kind, value = json.loads(vault.open(customer.identity_sealed))
        return Identity(IdentityKind(kind), value)
    except (Unreadable, ValueError):
        return None
