"""The question to a référent what his report is about, and what comes of its answer."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.wording.catalogue import how, text
from bridges.wording.notice import Block, Bullets, Notice, Paragraph, Title, notice
from bridges.wording.relay import category_name
from policies.categories import NUMBERS
from policies.subject import ASKED_FOR
from policies.terms import Category, Person

_KEYCAP = "\ufe0f\u20e3"
_MINUTES = int(ASKED_FOR.total_seconds() // 60)


def question(referent: Person, offered: Sequence[Category], *, by_reaction: bool) -> Notice:
    """What is it about? The answers, each behind its sign, and what becomes of no answer."""
    language = referent.language
    answers = tuple(f"{sign(c)} {category_name(language, c)}" for c in offered)
    blocks: list[Block] = [
        Title(text(language, "subject.title")),
        Bullets(answers),
        Paragraph(how(language, "subject.how", by_reaction=by_reaction)),
        Paragraph(text(language, "subject.late", minutes=_MINUTES)),
    ]
    return notice(*blocks, mentions=(referent.user_id,))


def unanswered(referent: Person) -> Notice:
    """He did not answer: it leaves as « other »."""
    body = text(referent.language, "subject.unanswered", minutes=_MINUTES)
    return notice(Paragraph(body), mentions=(referent.user_id,))


def sign(category: Category) -> str:
    """The number of a category as a keyboard's key: what is tapped."""
    return next(f"{number}{_KEYCAP}" for number, c in NUMBERS.items() if c is category)
