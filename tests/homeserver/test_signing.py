"""Signed JSON against the specification's own examples, and what must never verify."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pc_matrix.homeserver.signing import (
    SigningKey,
    canonical,
    from_unpadded,
    is_signed_by,
    unpadded,
)

# Specification, appendices, "Cryptographic test vectors".
SEED = from_unpadded("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")
EMPTY = "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"
TWO = "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw"


@pytest.mark.parametrize(
    ("data", "signature"), [({}, EMPTY), ({"one": 1, "two": "Two"}, TWO)], ids=["empty", "two"]
)
def test_the_specifications_vectors(data: dict[str, object], signature: str) -> None:
    assert SigningKey(SEED).signature(data) == signature


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"b": "2", "a": "1"}, '{"a":"1","b":"2"}'),
        ({"a": "日"}, '{"a":"日"}'),
        ({"one": 1, "signatures": {"x": 1}, "unsigned": {"y": 2}}, '{"one":1}'),
        ({"本": 2, "日": 1}, '{"日":1,"本":2}'),
    ],
)
def test_canonical_json(data: dict[str, object], expected: str) -> None:
    assert canonical(data) == expected.encode()


def test_a_signature_is_checked_against_user_key_and_content() -> None:
    key, other = SigningKey(SEED), SigningKey(b"\1" * 32)
    signed = key.sign({"device_id": "D"}, "@a:b")
    assert is_signed_by(signed, "@a:b", key.public, key.public)
    assert not is_signed_by(signed, "@x:b", key.public, key.public)
    assert not is_signed_by(signed, "@a:b", key.public, other.public)
    assert not is_signed_by({**signed, "device_id": "E"}, "@a:b", key.public, key.public)
    assert not is_signed_by(signed, "@a:b", key.public, "")
    assert is_signed_by({**signed, "unsigned": {"x": 1}}, "@a:b", key.public, key.public)


@given(st.binary(max_size=80))
def test_unpadded_base64_comes_back(data: bytes) -> None:
    assert from_unpadded(unpadded(data)) == data


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_JSON, st.text())
def test_nothing_a_server_says_raises_or_verifies(data: object, key: str) -> None:
    assert not is_signed_by(data, "@a:b", key, key)  # type: ignore[arg-type]
    wrapped = {"signatures": {"@a:b": {f"ed25519:{key}": data}}}
    assert not is_signed_by(wrapped, "@a:b", key, key)
