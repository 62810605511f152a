"""What ``mail check`` says of each authority: its certificate, how long it lasts, what would go."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from bridges.letter import Letter
from bridges.wording import letters
from bridges.wording.dates import moment
from bridges.wording.mail import fault_words
from policies.certificates import Certificate, CertificateFault, Usable, judge
from policies.mail_headers import MailAddress
from policies.mails import MailOutcome

if TYPE_CHECKING:
    from pc_matrix.house import House
    from pc_matrix.mail import Post

_LANGUAGE = "fr"
_OUTCOMES = {
    MailOutcome.TAKEN: "parti ; demandez-lui s'il le lit",
    MailOutcome.LATER: "pas pris pour l'instant ; réessayez dans quelques minutes",
    MailOutcome.AWAY: "le serveur de courrier ne répond plus",
    MailOutcome.REFUSED: "refusé : l'adresse ou la boîte est à vérifier",
    MailOutcome.UNKNOWN: "sans réponse : demandez-lui s'il est arrivé",
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """An authority that is written to; ``verdict`` is ``None`` when no certificate is named."""

    code: str
    name: str
    address: MailAddress
    certificate: Certificate | CertificateFault | None
    verdict: Usable | CertificateFault | None

    @property
    def needs_a_human(self) -> bool:
        """Whether its certificate cannot be used, or soon cannot."""
        if isinstance(self.verdict, Usable):
            return self.verdict.expiry is not None
        return self.verdict is not None


def recipients(house: House, post: Post, only: str = "") -> list[Recipient]:
    """The authorities that are written to, or the one with the code ``only``."""
    found = []
    for authority in house.settings.commune.authorities:
        if authority.email is None or only not in ("", authority.code):
            continue
        named = post.certificate(authority.code)
        verdict = None if named is None else judge(named, authority.email, house.clock.now())
        found.append(Recipient(authority.code, authority.name, authority.email, named, verdict))
    return found


def test_letter(house: House, to: Recipient) -> Letter:
    """A message that only tries the way, encrypted where a report would be."""
    commune = house.settings.commune
    certificate = to.verdict.certificate if isinstance(to.verdict, Usable) else None
    subject, body = letters.test(
        commune.language, commune.name, to.name, sealed=certificate is not None
    )
    return Letter(to.address, subject, body, f"pctest{secrets.token_hex(12)}", "", certificate)


def as_json(found: list[Recipient], sent: Mapping[str, str]) -> list[dict[str, object]]:
    """One object for each authority; ``sent`` only when a test message was asked for."""
    return [_json(one) | ({"sent": sent[one.code]} if one.code in sent else {}) for one in found]


def _json(one: Recipient) -> dict[str, object]:
    known = one.certificate if isinstance(one.certificate, Certificate) else None
    fault = one.verdict.value if isinstance(one.verdict, CertificateFault) else None
    expiry = one.verdict.expiry if isinstance(one.verdict, Usable) else None
    return {
        "authority": one.code,
        "email": one.address,
        "subject": known.subject if known else None,
        "fingerprint": known.fingerprint if known else None,
        "until": known.not_after.isoformat() if known else None,
        "encrypted": isinstance(one.verdict, Usable),
        "fault": fault,
        "expiry": expiry.value if expiry else None,
    }


def show(found: list[Recipient], sent: Mapping[str, str], time_zone: str) -> None:
    """The same for people."""
    typer.echo("Le serveur de courrier répond, et accepte l'adresse de la commune.")
    if not found:
        typer.echo("Aucune autorité n'a d'adresse (email) : rien ne partira par courriel.")
    for one in found:
        typer.echo("")
        typer.echo(f"{one.name} <{one.address}>")
        for line in _lines(one, time_zone):
            typer.echo(f"  {line}")
        if one.code in sent:
            typer.echo(f"  Message d'essai : {_OUTCOMES[MailOutcome(sent[one.code])]}.")


def _lines(one: Recipient, time_zone: str) -> list[str]:
    if one.certificate is None:
        return ["Pas de certificat : seul l'avis qu'un signalement attend partira."]
    lines, ends = [], ""
    if isinstance(one.certificate, Certificate):
        ends = moment(_LANGUAGE, one.certificate.not_after, time_zone)
        lines.append(f"Certificat : {one.certificate.subject}, valable jusqu'au {ends}")
        lines.append(f"Empreinte SHA-256 : {one.certificate.fingerprint}")
    if isinstance(one.verdict, Usable):
        lines.append("Les signalements partiront chiffrés.")
        if one.verdict.expiry is not None:
            lines.append(f"⏳ {fault_words(_LANGUAGE, one.verdict.expiry, ends)}")
    elif one.verdict is not None:
        lines.append(f"⚠️ {fault_words(_LANGUAGE, one.verdict, ends)}")
        lines.append("Seul l'avis qu'un signalement attend partira.")
    return lines
