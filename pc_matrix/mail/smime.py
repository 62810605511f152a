"""A letter as the bytes that go to the mail server: signed, then encrypted, or a plain notice.

Encrypted: CMS EnvelopedData (RFC 5652) with AES-256 in CBC mode and RSA key transport, the only
ones that ``cryptography`` builds and every mail program opens. Its text and its signature are
inside; outside stand addresses, a date, an id and a subject that says nothing.
"""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from cryptography import x509
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options

from bridges.letter import Letter
from pc_matrix.mail.signing import Signer
from policies.mail_headers import MailAddress, message_id, one_line


def composed(
    letter: Letter, name: str, sender: MailAddress, signer: Signer, now: datetime
) -> bytes:
    """The whole mail, in ASCII lines that end in CRLF; ``name`` is the commune's."""
    signed = _signed(_content(letter), signer)
    mail = EmailMessage(policy=SMTP)
    if letter.certificate is None:
        head, _, body = signed.partition(b"\r\n\r\n")
        return b"\r\n".join((_headers(mail, letter, name, sender, now), head, b"", body))
    mail.set_content(
        _sealed(signed, letter.certificate.der),
        maintype="application",
        subtype="pkcs7-mime",
        cte="base64",
        disposition="attachment",
        filename="smime.p7m",
        params={"smime-type": "enveloped-data", "name": "smime.p7m"},
    )
    entity = mail.as_bytes()
    return _headers(EmailMessage(policy=SMTP), letter, name, sender, now) + b"\r\n" + entity


def _headers(
    mail: EmailMessage, letter: Letter, name: str, sender: MailAddress, now: datetime
) -> bytes:
    """The lines that anybody on the way may read, without the last line's end."""
    mail["From"] = Address(_shown(name), addr_spec=sender)
    mail["To"] = Address(addr_spec=letter.to)
    mail["Subject"] = _shown(letter.subject)
    mail["Date"] = now
    mail["Message-ID"] = message_id(letter.txn, sender)
    if letter.answers:
        mail["In-Reply-To"] = mail["References"] = message_id(letter.answers, sender)
    if letter.urgent:
        # RFC 2156 and RFC 4021 name two; Outlook and Thunderbird look at Importance and X-Priority.
        mail["Importance"], mail["Priority"], mail["X-Priority"] = "high", "urgent", "1 (Highest)"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine answers it
    return mail.as_bytes().rstrip(b"\r\n")


def _content(letter: Letter) -> bytes:
    """The MIME entity that is signed: the text, and beside it pictures where it will be sealed."""
    if not letter.pictures or letter.certificate is None:
        return _text(letter.body)
    entity = EmailMessage(policy=SMTP)
    entity.set_content(_encodable(letter.body), charset="utf-8", cte="quoted-printable")
    for name, picture in letter.pictures:
        entity.add_attachment(
            picture.data, maintype="image", subtype="jpeg", filename=one_line(name)
        )
    del entity["MIME-Version"]
    return entity.as_bytes()


def _text(body: str) -> bytes:
    """The MIME entity that is signed: quoted-printable, so that nothing on the way changes it."""
    entity = EmailMessage(policy=SMTP)
    entity.set_content(_encodable(body), charset="utf-8", cte="quoted-printable")
    del entity["MIME-Version"]
    return entity.as_bytes()


def _signed(entity: bytes, signer: Signer) -> bytes:
    """``multipart/signed``: who cannot check the signature can read the text all the same."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(entity)
    builder = builder.add_signer(signer.certificate, signer.key, SHA256())
    return builder.sign(Encoding.SMIME, [PKCS7Options.DetachedSignature])


def _sealed(entity: bytes, der: bytes) -> bytes:
    certificate = x509.load_der_x509_certificate(der)
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(entity).add_recipient(certificate)
    builder = builder.set_content_encryption_algorithm(AES256)
    return builder.encrypt(Encoding.DER, [PKCS7Options.Binary])


def _shown(text: str) -> str:
    return one_line(_encodable(text))


def _encodable(text: str) -> str:
    """Matrix's JSON may hold half characters, which no encoding has."""
    return text.encode("utf-8", "replace").decode()
