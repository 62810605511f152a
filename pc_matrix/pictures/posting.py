"""How enclosures reach a room: pictures sealed and uploaded anew for each, positions as such."""

from __future__ import annotations

from pc_matrix.homeserver.attachments.contents import picture_content, place_content
from pc_matrix.homeserver.attachments.media import Media
from pc_matrix.homeserver.session import Session
from policies.pictures import Picture
from policies.positions import Position
from policies.terms import EventId, RoomId


class Posting:
    """``bridges.ports.EnclosureSender`` of one session."""

    def __init__(self, session: Session, media: Media) -> None:
        self._session, self._media = session, media

    async def enclose(
        self,
        room_id: RoomId,
        enclosure: Picture | Position,
        name: str,
        txn: str,
        answers: EventId | None = None,
    ) -> EventId:
        """Send it, called ``name``, in answer to an event; the same ``txn`` never sends twice.

        No two rooms are given the keys of one file. Raises what sending and uploading raise.
        """
        if isinstance(enclosure, Position):
            content = place_content(enclosure, name, answers)
        else:
            file = await self._media.put(enclosure.data)
            content = picture_content(enclosure, file, name, answers)
        return EventId(await self._session.send(room_id, "m.room.message", content, txn))
