"""Keys and certificates for tests: a mailbox's, a mail server's, and those that should not pass."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.fakes import commune as c

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    del number  # tells keys of one size apart
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass(frozen=True)
class Paper:
    key: Key
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def paper(
    key: Key | None = None,
    *,
    names: tuple[x509.GeneralName, ...] = (x509.RFC822Name(c.GENDARMERIE_MAIL),),
    usages: tuple[str, ...] | None = ("digital_signature", "key_encipherment"),
    purposes: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.EMAIL_PROTECTION,),
    start: datetime = c.NOW - timedelta(days=1),
    end: datetime = c.NOW + timedelta(days=365),
) -> Paper:
    """A self-signed certificate for the gendarmerie's mailbox, or for what is asked."""
    key = key or rsa_key()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Gendarmerie d'Exemple")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), False)
    if usages is not None:
        builder = builder.add_extension(_usage(usages), True)
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), False)
    return Paper(key, builder.sign(key, SHA256()))


def _usage(usages: tuple[str, ...]) -> x509.KeyUsage:
    known = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{name: name in usages for name in known})


def server_context(folder: Path, *, host: str = "127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    """A mail server's TLS, and the file that a client has to trust for it."""
    now = datetime.now(c.NOW.tzinfo)
    own = paper(
        rsa_key(2048, 1),
        names=(x509.IPAddress(IPv4Address(host)),),
        usages=None,
        purposes=(),
        start=now - timedelta(days=1),
        end=now + timedelta(days=2),
    )
    trusted, chain = folder / "ca.pem", folder / "server.pem"
    trusted.write_bytes(own.pem)
    chain.write_bytes(own.key_pem + own.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, trusted
