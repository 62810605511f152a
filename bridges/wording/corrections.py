"""What is said of what the bot put right: to the administrators, to who did it, in a new room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridges.wording.catalogue import keys, text
from bridges.wording.notice import Bullets, Notice, Paragraph, Title, notice
from bridges.wording.rooms import room_texts
from policies.corrections import Correction, Deed
from policies.damage import Damage
from policies.terms import Directory, Person, RoomKey, UserId

_MOST_LINES = 8
_MOST_NAMES = 3


def report(
    administrator: Person, found: Sequence[Correction], directory: Directory, more: int = 0
) -> Notice:
    """To an administrator: what was put right, who had done it, and whether it asks for more.

    ``more`` counts what is not in ``found``.
    """
    language = administrator.language
    lines = _lines(language, "correction", found, directory, more)
    to_do = any(one.deed in _DECISIONS for one in found)
    by_server = any(one.author == directory.commune.bot or one.deed in _SERVER for one in found)
    return notice(
        Title(text(language, "correction.title")),
        Bullets(lines),
        *(
            Paragraph(text(language, key))
            for key, is_said in (
                ("correction.server", by_server),
                ("correction.audit", not by_server and not to_do),
            )
            if is_said
        ),
        mentions=(administrator.user_id,),
    )


def explanation(
    author: Person, found: Sequence[Correction], directory: Directory, more: int = 0
) -> Notice:
    """To who did it: kindly, what was undone, why, and how to get what he wanted."""
    language = author.language
    return notice(
        Title(text(language, "explanation.title", name=author.name)),
        Bullets(_lines(language, "explanation", found, directory, more)),
        Paragraph(text(language, "explanation.why")),
        Paragraph(text(language, "explanation.how")),
        mentions=(author.user_id,),
    )


def announcement(directory: Directory, key: RoomKey, why: Damage, days: int) -> Notice:
    """In the new room: that it takes the place of another, why, and what happens to the old one."""
    language = directory.commune.language
    room = room_texts(directory.commune, key).name
    after = "announcement.gone" if why is Damage.LOST else "announcement.closed"
    return notice(
        Title(text(language, "announcement.title", room=room)),
        Paragraph(text(language, f"announcement.{why.value}")),
        Paragraph(text(language, after, days=days)),
    )


def tombstone(language: str) -> str:
    """What applications show in the old room when they do not know replaced rooms."""
    return text(language, "announcement.tombstone-body")


_DECISIONS = frozenset({Deed.TOO_MANY, Deed.BRAKED, Deed.NO_EFFECT, Deed.POWERLESS})
_SERVER = frozenset({Deed.LOST, Deed.TOO_MANY, Deed.NO_EFFECT})


def _lines(
    language: str,
    prefix: str,
    found: Iterable[Correction],
    directory: Directory,
    more: int,
) -> tuple[str, ...]:
    """One line for what one person did of one kind in one room."""
    groups: dict[tuple[RoomKey, Deed, UserId | None], list[str]] = {}
    for one in found:
        groups.setdefault((one.key, one.deed, one.author), []).append(one.subject)
    lines = [
        text(
            language,
            f"{prefix}.{deed.value}",
            room=room_texts(directory.commune, key).name,
            who=_who(language, author, directory),
            subject=_subjects(language, deed, subjects, directory),
        )
        for (key, deed, author), subjects in groups.items()
    ]
    left = more + max(0, len(lines) - _MOST_LINES)
    rest = [text(language, "correction.more", count=left)] if left else []
    return tuple(lines[:_MOST_LINES] + rest)


def _who(language: str, author: UserId | None, directory: Directory) -> str:
    if author is None:
        return text(language, "correction.somebody")
    if author == directory.commune.bot:
        return text(language, "correction.as-the-bot")
    return _name(author, directory)


def _subjects(language: str, deed: Deed, subjects: Sequence[str], directory: Directory) -> str:
    names = list(dict.fromkeys(_subject(language, deed, s, directory) for s in subjects))
    shown = names[:_MOST_NAMES]
    if len(names) > _MOST_NAMES:
        shown.append(text(language, "correction.others", count=len(names) - _MOST_NAMES))
    return ", ".join(shown)


def _subject(language: str, deed: Deed, subject: str, directory: Directory) -> str:
    if deed is Deed.SETTING:
        key = f"setting.{subject}"
        return text(language, key if key in keys(language) else "setting.other")
    return _name(UserId(subject), directory) if subject.startswith("@") else subject


def _name(user_id: UserId, directory: Directory) -> str:
    known = directory.persons.get(user_id)
    return f"{known.name} ({user_id})" if known else user_id
