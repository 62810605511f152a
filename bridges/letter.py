"""One mail on its way out: to whom, what is in it, and under which certificate it is encrypted."""

from __future__ import annotations

from dataclasses import dataclass

from policies.certificates import Certificate
from policies.mail_headers import MailAddress
from policies.pictures import Picture


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text, to be encrypted under ``certificate``; without one it goes as it is.

    ``txn`` becomes its ``Message-ID``; ``answers`` is the ``txn`` of the mail that it follows, or
    empty. The ``subject`` can always be read on the way.
    """

    to: MailAddress
    subject: str
    body: str
    txn: str
    answers: str = ""
    certificate: Certificate | None = None
    urgent: bool = False
    """It says so in its headers, which can be read on the way as its subject can."""
    pictures: tuple[tuple[str, Picture], ...] = ()
    """With their names: they go with the text, and only where that is encrypted."""

    def __repr__(self) -> str:
        """No text, so that no log or traceback can carry it."""
        return f"Letter({self.txn}, {len(self.body)} characters)"
