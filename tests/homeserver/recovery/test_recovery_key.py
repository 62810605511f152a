"""The recovery key on paper: written as Element writes it, read as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pc_matrix.errors import InputError
from pc_matrix.homeserver.recovery.recovery_key import RecoveryKey

# What matrix-js-sdk's encodeRecoveryKey makes; the first one is in its own tests and others'.
VECTORS = [
    (
        "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
        "EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d",
    ),
    (bytes(range(32)).hex(), "EsSz ykH7 LCZx 7Cae cmKD wcmY JRXi Ybtu 8iQ3 t8Ez nRwK pUY1"),
    ("00" * 32, "EsSz ygLv VP1b xF1C v7kE eBQx MxDP buG5 w25T L3b6 hfyG Kkrd"),
    ("ff" * 32, "EsUK 2TRo ZKTB CKmv wEDA o6rq tTYu aKzp eJ9f 95nM 3VHk Xbnq"),
]


@pytest.mark.parametrize(("raw", "text"), VECTORS)
def test_it_is_what_element_writes(raw: str, text: str) -> None:
    assert RecoveryKey(bytes.fromhex(raw)).text == text
    assert RecoveryKey.read(text).raw.hex() == raw


@given(st.binary(min_size=32, max_size=32))
def test_every_key_is_read_back(raw: bytes) -> None:
    assert RecoveryKey.read(RecoveryKey(raw).text).raw == raw


@pytest.mark.parametrize("between", ["", "  ", "\t", "\u00a0", "-", " - ", "\u2011"])
def test_blanks_do_not_matter(between: str) -> None:
    raw, text = VECTORS[0]
    assert RecoveryKey.read(f" {between.join(text.split())}\n").raw.hex() == raw


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "48 signes"),
        ("EsTc LW2K", "ici, 8"),
        ("EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4d 1", "ici, 49"),
        ("EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE4e", "faute de frappe"),
        ("EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN uE4d", "faute de frappe"),
        ("ESTC LW2K PGIF WKEA 3AS5 G5C4 BXWK QEEJ ZJV8 Q9FU GUMN UE4D", "Le groupe 3"),
        ("EsTc LW2K PGiF wKEA 3As5 g5c4 BXwk qeeJ ZJV8 Q9fu gUMN UE40", "Le groupe 12"),
        ("1" * 48, "faute de frappe"),
        ("z" * 48, "faute de frappe"),
    ],
)
def test_a_mistyped_key_is_told_without_repeating_it(typed: str, why: str) -> None:
    with pytest.raises(InputError) as caught:
        RecoveryKey.read(typed)
    said = " ".join(caught.value.diagnostics())
    assert why in said
    assert not any(group in said for group in typed.split())


def test_another_sort_of_key_is_told() -> None:
    # 0x8B 0x02 and a right parity: well typed, and not a recovery key.
    from pc_matrix.homeserver.recovery.recovery_key import _parity, _to_base58

    body = b"\x8b\x02" + bytes(32)
    with pytest.raises(InputError) as caught:
        RecoveryKey.read(_to_base58(body + bytes([_parity(body)])))
    assert "autre sorte" in caught.value.why


def test_keys_differ_and_do_not_show_themselves() -> None:
    one, other = RecoveryKey.draw(), RecoveryKey.draw()
    assert one.raw != other.raw
    assert len(one.raw) == 32
    assert repr(one) == "RecoveryKey()"
