"""An officer's ``!diffuser`` message read again: what it says now, or what he confirmed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridges.ports import Clock, Fingerprint, Language, MessageReader
from policies.addressees import UnknownSectors
from policies.broadcast import Bulletin, may_broadcast
from policies.bulletin_care import Concern, concerns
from policies.bulletins import Posting, Wording
from policies.denunciation.judge import judge
from policies.refusal import Refusal
from policies.terms import Directory, EventId, Message, RoomId

_EVERYBODY = re.compile(r"@room\b", re.IGNORECASE)
"""Everybody in the room: no account, whatever the filter takes it for."""


@dataclass(frozen=True, slots=True)
class Read:
    """What may go out, its fingerprint, and why its officer is asked twice."""

    bulletin: Bulletin
    digest: str
    concerns: tuple[Concern, ...]


class BulletinReading:
    """One commune's."""

    def __init__(
        self, reader: MessageReader, language: Language, fingerprint: Fingerprint, clock: Clock
    ) -> None:
        self._reader, self._language = reader, language
        self._fingerprint, self._clock = fingerprint, clock

    async def newest(
        self, room_id: RoomId, event_id: EventId, directory: Directory
    ) -> Read | UnknownSectors | Refusal:
        """What the message says now."""
        return self.judged(await self._reader.newest(room_id, event_id), directory)

    async def confirmed(
        self, posting: Posting, wording: Wording, directory: Directory
    ) -> Read | UnknownSectors | Refusal:
        """What was shown as ``wording``, word for word; ``CHANGED`` when it cannot be had any more.

        It stands in the newest change, or in the message as it was first written.
        """
        newest = await self.newest(posting.room_id, posting.source_event, directory)
        if isinstance(newest, Read) and newest.digest == wording.digest:
            return newest
        first = await self._reader.read(posting.room_id, posting.source_event)
        read = self.judged(first, directory)
        if isinstance(read, Read) and read.digest != wording.digest:
            return Refusal.CHANGED
        return read

    def judged(
        self, message: Message | None, directory: Directory
    ) -> Read | UnknownSectors | Refusal:
        bulletin = may_broadcast(message, directory, self._clock.now())
        if not isinstance(bulletin, Bulletin):
            return bulletin
        analysis = self._language.analyse(_EVERYBODY.sub("", bulletin.text))
        seen = concerns(analysis, judge(analysis))
        return Read(bulletin, self._fingerprint.of(bulletin.shown), seen)
