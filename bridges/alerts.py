"""What a human has to decide about somebody's identity, told to the administrators in private."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bridges.each import attempted, each
from bridges.ports import Clock, RoomSender
from bridges.private import person_of, tell
from bridges.wording import alerts as wording
from policies.administrators import administrators
from policies.pinning import IdentityNews
from policies.terms import Directory, EventId, UserId

MOST_A_DAY = 3
"""How often a day the administrators hear of one person: who makes identities does not flood."""


class AlertLedger(Protocol):
    """What was noticed of identities, of one commune, kept over restarts."""

    def note_identity(self, news: IdentityNews) -> bool: ...
    def untold_identities(self) -> list[IdentityNews]: ...
    def identity_told(self, news: IdentityNews) -> None: ...
    def identity_told_today(self, user_id: UserId) -> int: ...


class Alerts:
    """One commune's."""

    def __init__(self, rooms: RoomSender, ledger: AlertLedger, clock: Clock) -> None:
        self._rooms, self._ledger, self._clock = rooms, ledger, clock

    async def identity(self, news: Iterable[IdentityNews], directory: Directory) -> int:
        """Keep ``news``, and tell what nobody was told yet, once for each person and key.

        What could reach nobody stays to be told, and so does that of which a send failed; returns
        how many news were told. Of a first meeting nobody is told, nor of somebody whom the
        registry does not know. Raises what ``RoomSender`` raises, once all was tried.
        """
        for item in news:
            if item.kind.needs_a_human and _concerns(item.user_id, directory):
                self._ledger.note_identity(item)
        told, failed = 0, list[BaseException]()
        for item in self._ledger.untold_identities():
            if self._ledger.identity_told_today(item.user_id) >= MOST_A_DAY:
                continue
            done, failures = await attempted([self._tell(item, directory)])
            failed += failures
            if any(done):
                self._ledger.identity_told(item)
                told += 1
        if failed:
            raise failed[0]
        return told

    async def _tell(self, news: IdentityNews, directory: Directory) -> bool:
        """Whether at least one administrator could be told; none waits for another's room."""
        who = person_of(news.user_id, directory)
        about = EventId("\n".join((news.user_id, news.kind.value, news.current)))
        reached = await each(
            tell(
                self._rooms,
                directory,
                administrator,
                wording.identity(administrator, who, news),
                purpose="identity",
                about=about,
            )
            for administrator in administrators(directory, self._clock.now(), but=news.user_id)
        )
        return any(event_id is not None for event_id in reached)


def _concerns(user_id: UserId, directory: Directory) -> bool:
    return user_id in directory.persons or user_id == directory.commune.bot
