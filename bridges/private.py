"""What concerns one person is said to that person alone, in his direct room with the bot."""

from __future__ import annotations

from bridges.ports import RoomSender
from bridges.wording.notice import Notice
from policies.relay import transaction
from policies.terms import Directory, EventId, Person, RoomKind, UserId


def person_of(user_id: UserId, directory: Directory) -> Person:
    """The person behind a Matrix id, with the id for a name when the registry has none."""
    known = directory.persons.get(user_id)
    return known or Person(user_id, user_id, directory.commune.language)


async def tell(
    rooms: RoomSender,
    directory: Directory,
    person: Person,
    notice: Notice,
    *,
    purpose: str,
    about: EventId,
) -> EventId | None:
    """Say ``notice`` to ``person`` in private, once for this ``purpose`` and event.

    ``None`` for somebody without a direct room: residents have none, and nothing that concerns one
    person is ever said in a room of several.
    """
    room_id = directory.room_of(RoomKind.PRIVATE, person.user_id)
    if room_id is None:
        return None
    return await rooms.send(room_id, notice, transaction(purpose, about, room_id))
