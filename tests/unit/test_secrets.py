"""Encryption at rest: sealed, opened, rotated, refused (X5)."""

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from webapp.ground.secrets import Unreadable, Vault

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@given(st.text(max_size=200))
def test_a_sealed_secret_opens_again_and_does_not_show(secret: str) -> None:
    vault = Vault([NEW])
    sealed = vault.seal(secret)
    assert vault.open(sealed) == secret
    assert len(secret) < 4 or secret not in sealed


def test_the_same_secret_is_never_sealed_twice_alike() -> None:
    vault = Vault([NEW])
    assert vault.seal("x") != vault.seal("x")


def test_keys_rotate() -> None:
    sealed = Vault([OLD]).seal("x")
    both = Vault([NEW, OLD])
    resealed = both.reseal(sealed)
    assert both.open(sealed) == "x"
    assert Vault([NEW]).open(resealed) == "x"
    with pytest.raises(Unreadable):
        Vault([OLD]).open(resealed)


@pytest.mark.parametrize("sealed", ["", "x", "é", "gAAAAA", "\ud800"])
def test_what_we_did_not_seal_is_unreadable(sealed: str) -> None:
    with pytest.raises(Unreadable):
        Vault([NEW]).open(sealed)
    with pytest.raises(Unreadable):
        Vault([NEW]).reseal(sealed)


def test_an_altered_secret_is_unreadable() -> None:
    sealed = Vault([NEW]).seal("x")
    altered = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
    with pytest.raises(Unreadable):
        Vault([NEW]).open(altered)


@pytest.mark.parametrize("keys", [[], ["short"], ["é"]])
def test_a_vault_without_a_proper_key_does_not_open(keys: list[str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Vault(keys)
