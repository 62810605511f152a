"""An authority of certificates for one test, and the certificate of 127.0.0.1's servers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Papers:
    """PEM files: the authority's certificate, a server's certificate and its key."""

    authority: Path
    certificate: Path
    key: Path


def papers(folder: Path, host: str) -> Papers:
    """An authority of its own and a certificate for ``host``, good for a day."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = _certificate("pc-matrix test authority", authority_key.public_key())
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
    server = _certificate(host, key.public_key())
    server = server.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), False)
    issuer = _name("pc-matrix test authority")
    made = Papers(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    for path, builder in ((made.authority, authority), (made.certificate, server)):
        signed = builder.issuer_name(issuer).sign(authority_key, SHA256())
        path.write_bytes(signed.public_bytes(Encoding.PEM))
    made.key.touch(0o600)
    made.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def _certificate(name: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
