"""A guided report's answers, read again from their room and put together as one message.

Nothing of them is kept: an answer that was changed counts as it is now, one that was taken back is
gone. What is put together goes the way of any flagged message.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from bridges.ports import FormLedger, MessageReader
from bridges.wording import guided as wording
from policies.attachments import Album, Attachment
from policies.guided import Filled, Form, Given, Kind, Step
from policies.guided_changes import TOLD
from policies.guided_words import hour
from policies.message_words import whole
from policies.terms import (
    Commune,
    Directory,
    EventId,
    Message,
    MessageKind,
    SectorCode,
    SenderTrust,
)


class Composing:
    """One commune's."""

    def __init__(self, reader: MessageReader, forms: FormLedger) -> None:
        self._reader, self._forms = reader, forms

    def sector_of(self, source: EventId) -> SectorCode | None:
        """The sector of the guided report that began there; ``None`` for any other message."""
        form = self._forms.form_of(source)
        return None if form is None else form.sector

    async def read(self, source: EventId, directory: Directory) -> Message | None:
        """The report that began there, ``None`` when it was none, or nothing of it is left."""
        form = self._forms.form_of(source)
        return None if form is None else await self.message(form, directory.commune)

    async def message(self, form: Form, commune: Commune) -> Message | None:
        """Everything that ``form`` says, ``None`` for nothing: as trusted as its worst answer."""
        lines, read = list[str](), list[Message]()
        for step in TOLD:
            filled = form.answers.get(step)
            message = None if filled is None else await self._answer(form, filled)
            if filled is None or message is None:
                continue
            given = _given(step, filled, message)
            if given.choice != filled.choice or not given.choice:
                read.append(message)  # its words count, as far as they can be trusted
            said = _said(given, filled, message, commune)
            if said:
                lines.append(wording.line(commune.language, step, said))
        if not read:
            return None
        photos = [photo async for photo in self._photos(form)]
        captions = (" ".join(whole(photo).text.split()) for photo in photos)
        lines += [wording.line(commune.language, Step.PHOTO, said) for said in captions if said]
        return _together(form, lines, read, photos)

    async def _photos(self, form: Form) -> AsyncIterator[Message]:
        """Those that are still there; one that was taken back, or made something else, is gone."""
        for filled in form.photos:
            message = await self._answer(form, filled)
            if message is not None and isinstance(message.enclosed, Attachment):
                yield message

    async def _answer(self, form: Form, filled: Filled) -> Message | None:
        """One answer's message, when it is still there and his own."""
        message = await self._reader.newest(form.room_id, filled.event_id)
        return message if message is not None and message.sender == form.user_id else None


def _given(step: Step, filled: Filled, message: Message) -> Given:
    """What an answer says now: an hour that was tapped stays, one that was written can change."""
    if filled.choice and message.kind is MessageKind.OTHER:
        return Given(Kind.CHOICE, filled.choice)
    return hour(whole(message).text) if step is Step.TIME else Given(Kind.WORDS)


def _said(given: Given, filled: Filled, message: Message, commune: Commune) -> str:
    match given.kind:
        case Kind.CHOICE:
            return wording.time_said(commune.language, given.choice, filled.at, commune.time_zone)
        case Kind.WORDS:
            return " ".join(whole(message).text.split())
        case _:
            return ""


def _together(form: Form, lines: list[str], read: list[Message], photos: list[Message]) -> Message:
    all_read = (*read, *photos)
    files = tuple(p.enclosed for p in photos if isinstance(p.enclosed, Attachment))
    return Message(
        form.source,
        form.room_id,
        form.user_id,
        _last(form),
        _kind(read, photos),
        "\n".join(lines),
        encrypted=all(message.encrypted for message in all_read),
        trust=_worst(all_read),
        enclosed=Album(files) if files else None,
    )


def _last(form: Form) -> datetime:
    """When the last of its answers was given: the same whenever it is read."""
    return max(filled.at for filled in (*form.answers.values(), *form.photos))


def _kind(read: list[Message], photos: list[Message]) -> MessageKind:
    """Of the whole: one answer whose words are not certain makes all of it uncertain."""
    formed = all(m.formatted is None or m.formatted.intact for m in (*read, *photos))
    is_text = all(m.kind is MessageKind.TEXT for m in read)
    if not (formed and is_text and all(m.kind is MessageKind.FILE for m in photos)):
        return MessageKind.UNSETTLED
    return MessageKind.FILE if photos else MessageKind.TEXT


def _worst(read: Iterable[Message]) -> SenderTrust:
    found = {message.trust for message in read}
    order = (SenderTrust.IDENTITY_CHANGED, SenderTrust.UNSIGNED)
    return next((trust for trust in order if trust in found), SenderTrust.SIGNED)
