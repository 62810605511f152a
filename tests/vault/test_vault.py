from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pc_matrix.errors import StoreError
from pc_matrix.vault import Keys, Vault

VAULT = Vault(bytes(range(32)))


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_sealed_opens(plaintext: bytes, context: str) -> None:
    assert VAULT.open(VAULT.seal(plaintext, context), context) == plaintext


def test_sealing_twice_differs() -> None:
    assert VAULT.seal(b"Anne", "name") != VAULT.seal(b"Anne", "name")


def test_nothing_of_the_plaintext_shows() -> None:
    sealed = VAULT.seal(b"Anne Dupont", "name")
    assert b"Anne" not in sealed
    assert sealed[0] == 1


@pytest.mark.parametrize("place", [0, 1, 12, 13, -1])
def test_altered_bytes_do_not_open(place: int) -> None:
    sealed = bytearray(VAULT.seal(b"Anne", "name"))
    sealed[place] ^= 1
    with pytest.raises(StoreError):
        VAULT.open(bytes(sealed), "name")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"x" * 27, b"\x02" + b"x" * 60])
def test_other_bytes_do_not_open(sealed: bytes) -> None:
    with pytest.raises(StoreError) as caught:
        VAULT.open(sealed, "name")
    assert all(caught.value.diagnostics())


def test_another_context_or_key_does_not_open() -> None:
    sealed = VAULT.seal(b"Anne", "name")
    with pytest.raises(StoreError):
        VAULT.open(sealed, "phone")
    with pytest.raises(StoreError):
        Vault(Vault.new_key()).open(sealed, "name")


def test_a_digest_is_keyed_and_stable() -> None:
    assert VAULT.digest("text", "a") == Vault(bytes(range(32))).digest("text", "a")
    others = {
        VAULT.digest("text", "a"),
        VAULT.digest("text", "b"),
        VAULT.digest("Text", "a"),
        Vault(b"x" * 32).digest("text", "a"),
    }
    assert len(others) == 4
    assert len(VAULT.digest("text", "a")) == 64


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_is_32_bytes(size: int) -> None:
    with pytest.raises(StoreError, match="coffre"):
        Vault(b"x" * size)
    assert len(Vault.new_key()) == 32


def test_a_vault_does_not_show_its_key() -> None:
    assert repr(Vault(b"secretsecretsecretsecretsecret!!")) == "Vault(…)"


def test_what_is_sealed_anew_opens_under_the_new_key_alone() -> None:
    keys = Keys(VAULT, Vault(b"n" * 32))
    sealed = VAULT.seal(b"text", "context")
    assert not keys.is_done(sealed, "context")
    anew = keys.reseal(sealed, "context")
    assert keys.is_done(anew, "context")
    assert keys.new.open(anew, "context") == b"text"
    with pytest.raises(StoreError):
        VAULT.open(anew, "context")
    for odd in (b"", Vault(b"x" * 32).seal(b"text", "context"), VAULT.seal(b"text", "other")):
        with pytest.raises(StoreError):
            keys.is_done(odd, "context")
        with pytest.raises(StoreError):
            keys.reseal(odd, "context")
