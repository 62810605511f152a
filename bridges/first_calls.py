"""The number to call, said at once to whoever flags or writes to the bot, before anything else.

Beside the inbox: nobody waits behind five hundred flags, a quota, a refusal or a filter that fails
to be told 17 or 112. Whoever carries the same item later says it under the same transaction: it is
said once.
"""

from __future__ import annotations

from bridges.calling import first_call
from bridges.ports import Language, MessageReader, RoomSender
from bridges.private import person_of, tell
from bridges.wording import relay as wording
from policies.at_once import at_once
from policies.emergency import Emergency
from policies.incoming import Incoming
from policies.message_words import whole
from policies.terms import Directory, EventId, Flag, Message, RoomId, RoomKind, UserId


class FirstCalls:
    """One commune's."""

    def __init__(self, rooms: RoomSender, reader: MessageReader, language: Language) -> None:
        self._rooms, self._reader, self._language = rooms, reader, language

    def may_be_told(self, item: Incoming, directory: Directory) -> bool:
        """Whether he has a room of his own with the bot: nothing of it is said elsewhere."""
        return directory.room_of(RoomKind.PRIVATE, item.sender) is not None

    async def at_sight(self, item: Incoming, text: str, directory: Directory) -> bool:
        """Say what ``text`` asks for by its bare words; whether it asked for anything."""
        call = at_once(text)
        if call is not None:
            await say(self._rooms, item.sender, call, directory, item.event_id)
        return call is not None

    async def by_the_filter(self, item: Incoming, text: str, directory: Directory) -> None:
        """Say what the whole filter hears in ``text``."""
        call = first_call(self._language, self._language.analyse(text))
        if call is not None:
            await say(self._rooms, item.sender, call, directory, item.event_id)

    async def read(self, item: Incoming) -> str | None:
        """The words that ``item`` is about, ``None`` when they cannot be read."""
        message = await self._reader.newest(*message_of(item))
        return None if message is None else words_of(message)


async def say(
    rooms: RoomSender, user_id: UserId, call: Emergency, directory: Directory, about: EventId
) -> None:
    """Tell him the number in private, once for the event that this is ``about``."""
    person = person_of(user_id, directory)
    notice = wording.emergency(person, call)
    await tell(rooms, directory, person, notice, purpose="emergency", about=about)


def message_of(item: Incoming) -> tuple[RoomId, EventId]:
    """Where the words stand that ``item`` is about: what was flagged, or what he wrote himself."""
    return item.room_id, item.target if isinstance(item, Flag) else item.event_id


def words_of(message: Message) -> str:
    """All that it says, in either of its forms."""
    return whole(message).text
