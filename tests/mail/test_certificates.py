"""Certificates as authorities send them, and files that are none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import example, given
from hypothesis import strategies as st

from pc_matrix.errors import StoreError
from pc_matrix.mail.certificates import parse, read
from pc_matrix.mail.signing import signer
from pc_matrix.vault import Vault
from policies.certificates import Certificate, CertificateFault, Usable, judge
from policies.mail_headers import MailAddress
from tests.fakes import commune as c
from tests.mail.papers import Paper, paper, rsa_key

SENDER = MailAddress("participation@saint-exemple.ex.test")


def test_what_a_certificate_says(gendarmerie: Paper, tmp_path: Path) -> None:
    path = tmp_path / "c.pem"
    for content in (gendarmerie.pem, gendarmerie.der, b"Bag Attributes\n" + gendarmerie.pem):
        path.write_bytes(content)
        found = read(path)
        assert isinstance(found, Certificate)
        assert (found.bits, found.exponent) == (2048, 65537)
        assert found.usages == frozenset({"digitalSignature", "keyEncipherment"})
        assert found.purposes == frozenset({"emailProtection"})
        assert found.addresses == {c.GENDARMERIE_MAIL}
        assert (found.not_before, found.not_after) == (
            c.NOW - timedelta(days=1),
            c.NOW + timedelta(days=365),
        )
        assert "Gendarmerie d'Exemple" in found.subject
        assert judge(found, c.GENDARMERIE_MAIL, c.NOW) == Usable(found)


@pytest.mark.parametrize(
    ("made", "fault"),
    [
        (lambda: paper(ec.generate_private_key(ec.SECP256R1())), CertificateFault.NOT_RSA),
        (lambda: paper(rsa_key(1024)), CertificateFault.WEAK_KEY),
        (lambda: paper(usages=("digital_signature",)), CertificateFault.WRONG_USAGE),
        (
            lambda: paper(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,)),
            CertificateFault.WRONG_USAGE,
        ),
        (lambda: paper(names=(x509.RFC822Name("b@c.fr"),)), CertificateFault.OTHER_ADDRESS),
        (lambda: paper(end=c.NOW - timedelta(hours=1)), CertificateFault.EXPIRED),
    ],
)
def test_what_is_not_encrypted_under(made: object, fault: CertificateFault) -> None:
    assert callable(made)
    found = parse(made().pem)
    assert isinstance(found, Certificate)
    assert judge(found, c.GENDARMERIE_MAIL, c.NOW) is fault


def test_files_that_hold_none(gendarmerie: Paper, tmp_path: Path) -> None:
    assert read(tmp_path / "none.pem") is CertificateFault.MISSING
    assert read(tmp_path) is CertificateFault.MISSING
    path = tmp_path / "c.pem"
    for content, fault in (
        (b"", CertificateFault.UNREADABLE),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            CertificateFault.UNREADABLE,
        ),
        (gendarmerie.der[:-20], CertificateFault.UNREADABLE),
        (gendarmerie.pem + gendarmerie.key_pem, CertificateFault.PRIVATE_KEY),
    ):
        path.write_bytes(content)
        assert read(path) is fault


@example(b"", 15)  # the serial number's first byte: it becomes negative
@given(st.binary(max_size=200), st.integers(min_value=0))
def test_no_bytes_raise(noise: bytes, place: int) -> None:
    der = bytearray(paper().der)
    parse(noise)
    der[place % len(der)] ^= 0xFF
    parse(bytes(der))


def test_the_commune_keeps_its_certificate(tmp_path: Path) -> None:
    vault = Vault(b"k" * 32)

    first = signer(tmp_path, c.BOT, vault, "Saint-Exemple", SENDER, c.NOW)
    again = signer(tmp_path, c.BOT, vault, "Saint-Exemple", SENDER, c.NOW + timedelta(days=3000))
    assert again.pem() == first.pem()
    moved = MailAddress("mairie@saint-exemple.ex.test")
    other = signer(tmp_path, c.BOT, vault, "Saint-Exemple", moved, c.NOW)
    late = signer(tmp_path, c.BOT, vault, "Saint-Exemple", moved, c.NOW + timedelta(days=3600))
    assert len({first.fingerprint, other.fingerprint, late.fingerprint}) == 3
    numbers = {s.key.private_numbers().p for s in (first, other, late)}
    assert len(numbers) == 1
    sealed = (tmp_path / "mail-signing.sealed").read_bytes()
    assert b"PRIVATE" not in sealed
    assert "PRIVATE" not in repr(first)
    with pytest.raises(StoreError):
        signer(tmp_path, c.BOT, Vault(b"x" * 32), "Saint-Exemple", SENDER, c.NOW)
