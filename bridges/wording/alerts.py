"""What administrators are told of somebody's identity: what happened, what it means, what to do."""

from __future__ import annotations

import shlex

from bridges.wording.catalogue import text
from bridges.wording.notice import Bullets, Notice, Paragraph, Title, notice
from policies.pinning import IdentityNews, NewsKind
from policies.terms import Person


def identity(administrator: Person, who: Person, news: IdentityNews) -> Notice:
    """To an administrator: ``who`` is not relied upon until a human has looked.

    The fingerprint is not in it: it is compared with what ``pc-matrix trust approve`` shows.
    """
    language, kind = administrator.language, news.kind.value
    name, user_id = who.name, who.user_id
    steps = (
        text(language, "identity.step.call", name=name),
        text(language, f"identity.step.{kind}", user_id=shlex.quote(user_id)),
        text(language, "identity.step.doubt"),
    )
    return notice(
        Title(text(language, f"identity.{kind}.title", name=name, user_id=user_id)),
        Paragraph(text(language, f"identity.{kind}.why")),
        Paragraph(_effect(language, name, news.kind)),
        Bullets(steps),
        mentions=(administrator.user_id,),
    )


def _effect(language: str, name: str, kind: NewsKind) -> str:
    if kind is NewsKind.AWAITING:
        return text(language, "identity.stopped-awaiting", name=name)
    return text(language, "identity.stopped", name=name)
