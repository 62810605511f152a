"""The commune's own key and certificate, under which its mails are signed before they are sealed.

An authority's certificate is public: anybody could encrypt a report to it. The signature is what
tells a report of the commune's bot from another's. The certificate is self-signed, as a commune has
no issuer at hand: the authority takes it from the town hall once, and trusts it by that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pc_matrix.errors import StoreError
from pc_matrix.homeserver.sealed_file import SealedFile
from pc_matrix.vault import Vault
from policies.mail_headers import MailAddress, one_line

_BITS = 3072
_VALID_FOR = timedelta(days=3650)
_ANEW_BEFORE_END = timedelta(days=90)
_LONGEST_NAME = 64
"""RFC 5280, appendix A.1: ``ub-common-name``."""


@dataclass(frozen=True, slots=True)
class Signer:
    """The private key and its certificate; ``repr`` shows neither."""

    key: rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate = field(repr=False)

    def pem(self) -> str:
        """The certificate, to be handed to authorities."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """Its SHA-256 in hexadecimal, as both sides compare it."""
        return self.certificate.fingerprint(SHA256()).hex()

    @property
    def until(self) -> datetime:
        return self.certificate.not_valid_after_utc


def signer(
    folder: Path, bot: str, vault: Vault, commune: str, sender: MailAddress, now: datetime
) -> Signer:
    """The signer of ``folder``, made at first use and sealed there under the master key.

    The certificate is made anew, with the same key, when ``sender`` changed or its end is near.
    Raises ``StoreError`` when the file cannot be opened or written.
    """
    file = SealedFile(folder / "mail-signing.sealed", f"mail-signing:{bot}", vault)
    held = _stored(file)
    if held is not None and _still_stands(held.certificate, sender, now):
        return held
    key = held.key if held else rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    made = Signer(key, _certificate(key, commune, sender, now))
    file.write({"key": _key_pem(key), "certificate": made.pem()})
    return made


def _stored(file: SealedFile) -> Signer | None:
    data = file.read()
    if data is None:
        return None
    try:
        key = serialization.load_pem_private_key(str(data["key"]).encode(), None)
        certificate = x509.load_pem_x509_certificate(str(data["certificate"]).encode())
    except (KeyError, ValueError):
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise StoreError(
            f"Le fichier {file.path} est abîmé.",
            "Il devrait porter la clé qui signe les courriels de la commune.",
            "Restaurez-le d'une sauvegarde. Sans elle, supprimez-le : un autre certificat sera "
            "fait, à redonner aux autorités (pc-matrix mail certificate).",
        )
    return Signer(key, certificate)


def _still_stands(certificate: x509.Certificate, sender: MailAddress, now: datetime) -> bool:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    is_senders = sender in names.get_values_for_type(x509.RFC822Name)
    return is_senders and now < certificate.not_valid_after_utc - _ANEW_BEFORE_END


def _certificate(
    key: rsa.RSAPrivateKey, commune: str, sender: MailAddress, now: datetime
) -> x509.Certificate:
    common = one_line(f"Participation citoyenne {commune}")[:_LONGEST_NAME]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a mailbox whose clock is slow believes it too
        .not_valid_after(now + _VALID_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        .add_extension(x509.SubjectAlternativeName([x509.RFC822Name(sender)]), False)
        .sign(key, SHA256())
    )


def _key_pem(key: rsa.RSAPrivateKey) -> str:
    plain = serialization.NoEncryption()  # the file is sealed as a whole
    return key.private_bytes(Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
