"""May a report be encrypted under this certificate? And for how long still?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from policies.mail_headers import MailAddress

_LEAST_BITS = 2048
_LEAST_EXPONENT = 65537
"""ANSSI, « Guide des mécanismes cryptographiques » (2.04), RecomModuleRSA and RecomExposantRSA."""


class CertificateFault(StrEnum):
    """Why nothing is encrypted under a certificate; only a notice is sent then."""

    MISSING = "missing"
    """The file that the commune's file names is not there, or may not be read."""
    UNREADABLE = "unreadable"
    """It holds no certificate, in PEM or DER."""
    PRIVATE_KEY = "private-key"
    """It holds the authority's private key, which nobody else should ever have."""
    NOT_RSA = "not-rsa"
    """S/MIME encryption is done by RSA here: ``cryptography`` has no other key transport."""
    WEAK_KEY = "weak-key"
    WRONG_USAGE = "wrong-usage"
    """Its issuer made it for something else than receiving encrypted mail."""
    OTHER_ADDRESS = "other-address"
    """It belongs to another mailbox, whose owner alone could read the mail."""
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"


class Expiry(StrEnum):
    """How near the end of a certificate is; each is told to the administrators once."""

    SIXTY_DAYS = "60-days"
    THIRTY_DAYS = "30-days"
    SEVEN_DAYS = "7-days"


_STAGES = (
    (timedelta(days=7), Expiry.SEVEN_DAYS),
    (timedelta(days=30), Expiry.THIRTY_DAYS),
    (timedelta(days=60), Expiry.SIXTY_DAYS),
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says. ``usages`` and ``purposes`` are ``None`` when it restricts none.

    ``usages`` are names of key usages (RFC 5280, 4.2.1.3: ``keyEncipherment``), ``purposes`` of
    extended ones (``emailProtection``, ``any``). ``bits`` and ``exponent`` are 0 for keys that are
    not RSA. ``addresses`` are all the mailboxes that it names.
    """

    der: bytes
    fingerprint: str
    """SHA-256 of ``der``, in hexadecimal."""
    subject: str
    not_before: datetime
    not_after: datetime
    bits: int
    exponent: int
    usages: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    addresses: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"Certificate({self.fingerprint[:16]})"


@dataclass(frozen=True, slots=True)
class Usable:
    """Reports may be encrypted under it; ``expiry`` when that soon ends."""

    certificate: Certificate
    expiry: Expiry | None = None


def judge(
    found: Certificate | CertificateFault, address: MailAddress, now: datetime
) -> Usable | CertificateFault:
    """Whether mail to ``address`` may be encrypted under ``found``."""
    if isinstance(found, CertificateFault):
        return found
    fault = _unfit_key(found) or _unfit_owner(found, address) or _unfit_time(found, now)
    return fault or Usable(found, _expiry(found.not_after - now))


def _unfit_key(certificate: Certificate) -> CertificateFault | None:
    if not certificate.bits:
        return CertificateFault.NOT_RSA
    if certificate.bits < _LEAST_BITS or certificate.exponent < _LEAST_EXPONENT:
        return CertificateFault.WEAK_KEY
    usages, purposes = certificate.usages, certificate.purposes
    if usages is not None and "keyEncipherment" not in usages:
        return CertificateFault.WRONG_USAGE
    if purposes is not None and not purposes & {"emailProtection", "any"}:
        return CertificateFault.WRONG_USAGE
    return None


def _unfit_owner(certificate: Certificate, address: MailAddress) -> CertificateFault | None:
    """One that names no mailbox is taken at the word of whoever put it there."""
    named = {one.casefold() for one in certificate.addresses}
    return CertificateFault.OTHER_ADDRESS if named and address.casefold() not in named else None


def _unfit_time(certificate: Certificate, now: datetime) -> CertificateFault | None:
    if now < certificate.not_before:
        return CertificateFault.NOT_YET_VALID
    return CertificateFault.EXPIRED if now > certificate.not_after else None


def _expiry(left: timedelta) -> Expiry | None:
    return next((stage for limit, stage in _STAGES if left <= limit), None)
