"""What an authority without Matrix reads of a report in its mailbox.

The subject is never encrypted: a number and the commune's name. So is the notice that stands in for
a report when there is no certificate to encrypt it under: a number, no text, no place, and not
what it is about.
"""

from __future__ import annotations

from bridges.wording.catalogue import text
from bridges.wording.enclosures import for_a_mailbox
from bridges.wording.relay import ReportFacts, beside, category_of, context
from policies.enclosures import Enclosures
from policies.mail_headers import one_line
from policies.mails import MailKind

_INDENT = "    "


def subject(
    language: str, number: str, commune: str, kind: MailKind, *, urgent: bool = False
) -> str:
    """One line that anybody may read: the number, whether it is urgent or changed, the commune."""
    said = text(language, f"letter.{kind.value}.subject", number=number, commune=commune)
    return one_line(text(language, "letter.urgent.subject", subject=said) if urgent else said)


def report(
    language: str,
    facts: ReportFacts,
    words: str,
    kind: MailKind,
    enclosures: Enclosures = (),
) -> str:
    """A report's facts and words, or its new words, and what goes with them; to be encrypted."""
    category = category_of(language, facts)
    title = text(language, f"letter.{kind.value}.title", number=facts.number, category=category)
    quoted = "\n".join(_INDENT + line for line in words.splitlines())
    more = for_a_mailbox(language, enclosures)
    parts = (title, context(language, facts), quoted, *beside(language, facts), *more)
    return "\n\n".join(part for part in parts if part.strip())


def signed_off(language: str, body: str, commune: str) -> str:
    """``body`` with who wrote it and where an answer goes."""
    return _letter(body, text(language, "letter.footer", commune=commune))


def waiting(
    language: str,
    number: str,
    commune: str,
    kind: MailKind,
    *,
    urgent: bool = False,
) -> str:
    """That a report waits, or that it changed, and how to learn what is in it."""
    said = text(language, f"letter.{kind.value}.waiting", number=number, commune=commune)
    hurry = [text(language, "letter.urgent.waiting")] if urgent else []
    how = text(language, "letter.waiting.how")
    return _letter(said, *hurry, how, text(language, "letter.footer", commune=commune))


def withdrawal(language: str, number: str, commune: str) -> str:
    """That the report does not stand any more."""
    said = text(language, "letter.withdrawal.body", number=number)
    return _letter(said, text(language, "letter.footer", commune=commune))


def test(language: str, commune: str, authority: str, *, sealed: bool) -> tuple[str, str]:
    """The subject and the body of a message that only tries the way."""
    head = one_line(text(language, "letter.test.subject", commune=commune))
    key = "letter.test.sealed" if sealed else "letter.test.open"
    said = text(language, key, commune=commune, authority=authority)
    return head, _letter(said, text(language, "letter.footer", commune=commune))


def _letter(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs) + "\n"
