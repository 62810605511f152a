"""Secret storage's encryption, against what matrix-js-sdk makes of the same key and iv."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pc_matrix.homeserver.http import Json
from pc_matrix.homeserver.recovery.secret_storage import (
    ALGORITHM,
    describe,
    fits,
    open_sealed,
    seal,
)

KEY, IV = bytes(range(32)), bytes(range(1, 17))
NAME = "m.cross_signing.master"
SEED = b"ihkJWTqYYUDbJ1fIJNHIlP5A4KPiL6L1pV6H0gyMoKE"
BY_ELEMENT = {
    "iv": "AQIDBAUGBwgJCgsMDQ4PEA==",
    "ciphertext": "TiC1y2UIQ9p/byPutNnyovLFXPhksDzTdkkgWe0QWTe2kJFGlMdAY430dg==",
    "mac": "xivU79HhwKZa2RAEks1IV+H2cnArhD1iSyW9Md2OT3U=",
}
DESCRIBED = {
    "algorithm": ALGORITHM,
    "iv": "AQIDBAUGBwgJCgsMDQ4PEA==",
    "mac": "6wZcvPeJyzu0rdcRNFiaNirMeTi9UBsn6QtStDkwHTg=",
}


def test_it_is_what_element_makes_and_opens() -> None:
    expected = {part: text.rstrip("=") for part, text in BY_ELEMENT.items()}
    assert seal(KEY, NAME, SEED, IV) == expected
    assert open_sealed(KEY, NAME, BY_ELEMENT) == SEED
    assert open_sealed(KEY, NAME, expected) == SEED


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32), st.text(max_size=40))
def test_what_is_sealed_opens_again(secret: bytes, key: bytes, name: str) -> None:
    assert open_sealed(key, name, seal(key, name, secret)) == secret


@pytest.mark.parametrize(
    ("key", "name", "sealed"),
    [
        (bytes(32), NAME, BY_ELEMENT),
        (KEY, "m.cross_signing.self_signing", BY_ELEMENT),
        (KEY, NAME, BY_ELEMENT | {"mac": BY_ELEMENT["mac"].replace("x", "y", 1)}),
        (KEY, NAME, BY_ELEMENT | {"ciphertext": "AAAA"}),
        (KEY, NAME, BY_ELEMENT | {"iv": "AQID"}),
        (KEY, NAME, BY_ELEMENT | {"iv": 7}),
        (KEY, NAME, BY_ELEMENT | {"mac": "…"}),
        (KEY, NAME, {}),
    ],
)
def test_anything_else_does_not_open(key: bytes, name: str, sealed: Json) -> None:
    assert open_sealed(key, name, sealed) is None


def test_a_description_tells_the_right_key() -> None:
    assert fits(KEY, DESCRIBED)
    assert not fits(bytes(32), DESCRIBED)
    assert fits(KEY, describe(KEY))
    assert not fits(bytes(32), describe(KEY))


@pytest.mark.parametrize(
    ("change", "fit"),
    [
        ({"mac": None}, True),  # then the secret's own code tells
        ({"algorithm": "m.secret_storage.v2"}, False),
        ({"iv": "AQ"}, False),
        ({"mac": "?"}, False),
    ],
)
def test_descriptions_that_are_odd(change: Json, *, fit: bool) -> None:
    assert fits(KEY, DESCRIBED | change) is fit


def test_the_iv_is_drawn_with_bit_63_clear() -> None:
    drawn = [base64.b64decode(seal(KEY, NAME, b"")["iv"] + "==") for _ in range(40)]
    assert len(set(drawn)) == 40
    assert all(iv[8] < 0x80 for iv in drawn)
