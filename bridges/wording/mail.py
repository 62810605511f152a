"""What is said on Matrix about e-mails: to référents of their own, to administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bridges.wording.catalogue import text
from bridges.wording.dates import moment
from bridges.wording.notice import Block, Bullets, Notice, Paragraph, Title, notice
from bridges.wording.relay import uncertain
from policies.certificates import CertificateFault, Expiry
from policies.mails import MailKind, MailState
from policies.terms import Person


@dataclass(frozen=True, slots=True)
class Late:
    """It could not leave yet, and will be tried again."""

    kind: MailKind


@dataclass(frozen=True, slots=True)
class Ended:
    """It came to an end; ``sealed`` when the text was in it."""

    kind: MailKind
    state: MailState
    sealed: bool


News = Late | Ended


def told(referent: Person, number: str, authority: str, news: News) -> Notice:
    """To the référent: what became of the mail to ``authority``, and what he has to do himself."""
    match news:
        case Late():
            return _failed(referent, number, authority, "mail.late", news.kind)
        case Ended(state=MailState.TAKEN):
            return _left(referent, number, authority, news)
        case Ended(state=MailState.UNCERTAIN):
            return uncertain(referent, number, [authority])
        case Ended(state=state):
            return _failed(referent, number, authority, f"mail.{state.value}", news.kind)
        case _:
            assert_never(news)


def _left(referent: Person, number: str, authority: str, news: Ended) -> Notice:
    language = referent.language
    form = "sealed" if news.sealed or news.kind is MailKind.WITHDRAWAL else "open"
    title = text(language, f"mail.taken.{news.kind.value}.title", number=number)
    body = text(language, f"mail.taken.{form}", authority=authority)
    return notice(Title(title), Paragraph(body), mentions=(referent.user_id,))


def _failed(referent: Person, number: str, authority: str, key: str, kind: MailKind) -> Notice:
    language = referent.language
    title = text(language, f"{key}.title", number=number, authority=authority)
    blocks: list[Block] = [Title(title)]
    if kind is not MailKind.REPORT:
        blocks.append(Paragraph(text(language, f"mail.about.{kind.value}")))
    blocks.append(Paragraph(text(language, f"{key}.body", authority=authority)))
    return notice(*blocks, mentions=(referent.user_id,))


def certificate(
    administrator: Person,
    authority: str,
    news: CertificateFault | Expiry,
    until: datetime | None,
    time_zone: str,
) -> Notice:
    """To an administrator: what is the matter with a certificate, what it changes, what to do."""
    language = administrator.language
    ends = "" if until is None else moment(language, until, time_zone)
    is_usable = isinstance(news, Expiry)
    title = "certificate.ends.title" if is_usable else "certificate.unusable.title"
    effect = "certificate.ends.effect" if is_usable else "certificate.unusable.effect"
    return notice(
        Title(text(language, title, authority=authority)),
        Paragraph(fault_words(language, news, ends)),
        Paragraph(text(language, effect)),
        Bullets((text(language, "certificate.step.ask"), text(language, "certificate.step.check"))),
        mentions=(administrator.user_id,),
    )


def fault_words(language: str, news: CertificateFault | Expiry, until: str) -> str:
    """What is the matter with it, in a sentence; ``until`` is its end in words."""
    return text(language, f"certificate.{news.value}", until=until)
