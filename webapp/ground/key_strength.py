"""Whether a secret is one: missing, short, default and easily guessed keys stop the start (invariant O4)."""

import base64
from collections.abc import Sequence

from pydantic import SecretStr

SHORTEST_SECRET = 32
FEWEST_SIGNS = 10
GIVEN_AWAY = ("changeme", "change-me", "change_me", "default", "example", "insecure", "secret-key", "password")


def weak_secrets(name: str, secrets: Sequence[SecretStr]) -> list[str]:
    """What is wrong with the secrets of setting `name`: missing, short or a default; empty when they will do."""
    reasons = []
    for place, secret in enumerate(secrets, start=1):
        value = secret.get_secret_value()
        if len(value) < SHORTEST_SECRET:
            reasons.append(f"{name}: key {place} is shorter than {SHORTEST_SECRET} signs.")
        elif len(set(value)) < FEWEST_SIGNS or any(word in value.lower() for word in GIVEN_AWAY):
            reasons.append(f"{name}: key {place} is a default or easily guessed value.")
    return reasons or ([] if secrets else [f"{name} is missing: set at least one key."])


def weak_fernet_keys(name: str, secrets: Sequence[SecretStr]) -> list[str]:
    """What is wrong with the Fernet keys of setting `name`: missing, malformed or a default."""
    reasons = []
    for place, secret in enumerate(secrets, start=1):
        try:
            raw = base64.urlsafe_b64decode(secret.get_secret_value().encode("ascii"))
        except ValueError:
            raw = b""
        if len(raw) != 32:
            reasons.append(f"{name}: key {place} is not a Fernet key (url-safe base64 of 32 random bytes).")
        elif len(set(raw)) < FEWEST_SIGNS:
            reasons.append(f"{name}: key {place} is a default or easily guessed value.")
    return reasons or ([] if secrets else [f"{name} is missing: set at least one Fernet key."])
