"""An authority's certificate, as its file holds it now: PEM or DER in, what it says out."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from policies.certificates import Certificate, CertificateFault

_MOST_BYTES = 200_000
_PRIVATE = b"PRIVATE KEY-----"
_USAGES = (
    ("digital_signature", "digitalSignature"),
    ("key_encipherment", "keyEncipherment"),
    ("data_encipherment", "dataEncipherment"),
    ("key_agreement", "keyAgreement"),
)
_PURPOSES = {
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "any",
}
_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    CryptographyDeprecationWarning,
)
_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


def read(path: Path) -> Certificate | CertificateFault:
    """The first certificate in the file, or why there is none. What follows it, a chain, is not
    looked at: whoever put the file there vouches for it.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES)
    except OSError:
        return CertificateFault.MISSING
    if _PRIVATE in data:
        return CertificateFault.PRIVATE_KEY
    return parse(data)


def parse(data: bytes) -> Certificate | CertificateFault:
    """The certificate that the bytes are. Whatever they are, nothing is raised."""
    try:
        # What the library only warns of (a serial number of 0) its next releases refuse: so do we.
        with warnings.catch_warnings(action="error", category=CryptographyDeprecationWarning):
            return _said_by(_loaded(data))
    except _UNREADABLE:
        return CertificateFault.UNREADABLE


def _loaded(data: bytes) -> x509.Certificate:
    is_pem = b"-----BEGIN" in data
    return x509.load_pem_x509_certificate(data) if is_pem else x509.load_der_x509_certificate(data)


def _said_by(found: x509.Certificate) -> Certificate:
    bits, exponent = _rsa(found)
    usage = _extension(found, x509.KeyUsage)
    purposes = _extension(found, x509.ExtendedKeyUsage)
    return Certificate(
        der=found.public_bytes(Encoding.DER),
        fingerprint=found.fingerprint(SHA256()).hex(),
        subject=found.subject.rfc4514_string(),
        not_before=found.not_valid_before_utc,
        not_after=found.not_valid_after_utc,
        bits=bits,
        exponent=exponent,
        usages=None if usage is None else frozenset(n for a, n in _USAGES if getattr(usage, a)),
        purposes=None if purposes is None else frozenset(_purposes(purposes)),
        addresses=frozenset(_addresses(found)),
    )


def _rsa(found: x509.Certificate) -> tuple[int, int]:
    try:
        key = found.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return 0, 0
    return (key.key_size, key.public_numbers().e) if isinstance(key, RSAPublicKey) else (0, 0)


def _purposes(purposes: x509.ExtendedKeyUsage) -> Iterator[str]:
    return (_PURPOSES.get(oid, oid.dotted_string) for oid in purposes)


def _addresses(found: x509.Certificate) -> Iterator[str]:
    """Those of the subject's alternative names, and of the subject as older issuers write it."""
    names = _extension(found, x509.SubjectAlternativeName)
    if names is not None:
        yield from names.get_values_for_type(x509.RFC822Name)
    for attribute in found.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        yield str(attribute.value)


def _extension(found: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return found.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
