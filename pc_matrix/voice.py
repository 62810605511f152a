"""How the bot speaks and reads: the bridges' ports, on an open session."""

from __future__ import annotations

from dataclasses import replace

from bridges.wording.notice import Notice
from pc_matrix.homeserver.edits import NoEdit, replaced
from pc_matrix.homeserver.events import message
from pc_matrix.homeserver.http import Json, MatrixError
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.homeserver.session import Session
from policies.terms import EventId, Message, MessageKind, RoomId, SenderTrust


class Voice:
    """``RoomSender`` and ``MessageReader`` of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def send(self, room_id: RoomId, notice: Notice, txn: str) -> EventId:
        """Say ``notice`` encrypted; the same ``txn`` never says anything twice."""
        return EventId(await self._session.send(room_id, "m.room.message", _content(notice), txn))

    async def say_in_thread(
        self, room_id: RoomId, root: EventId, notice: Notice, txn: str
    ) -> EventId:
        """Say ``notice`` in the thread that ``root`` begins (specification, "Threading").

        Applications without threads show it as an answer to ``root``.
        """
        relation = {
            "rel_type": "m.thread",
            "event_id": root,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": root},
        }
        content = {**_content(notice), "m.relates_to": relation}
        return EventId(await self._session.send(room_id, "m.room.message", content, txn))

    async def replace(
        self, room_id: RoomId, event_id: EventId, notice: Notice, txn: str
    ) -> EventId:
        """Give one of the bot's messages other words (specification, "Event replacements")."""
        words = _content(notice)
        content = {
            **words,
            "body": f"* {words['body']}",
            "formatted_body": f"* {words['formatted_body']}",
            "m.new_content": words,
            "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
        }
        return EventId(await self._session.send(room_id, "m.room.message", content, txn))

    async def send_lasting(self, room_id: RoomId, notice: Notice, txn: str) -> EventId:
        """Say what everybody who is invited now can read whenever he logs in."""
        event_id = await self._session.send_lasting(
            room_id, "m.room.message", _content(notice), txn
        )
        return EventId(event_id)

    def unreached(self, room_id: RoomId) -> int:
        """How many members cannot read the room's last lasting message."""
        return len(self._session.unreached(room_id))

    async def reach_newcomers(self) -> int:
        """Let devices that appeared since read the lasting messages meant for them."""
        return await self._session.reach_newcomers()

    async def react(self, room_id: RoomId, event_id: EventId, key: str, txn: str) -> EventId:
        """React to an event, in plain, as reactions are in Matrix."""
        return EventId(await self._session.react(room_id, event_id, key, txn))

    async def redact(self, room_id: RoomId, event_id: EventId, txn: str) -> None:
        """Take what the bot said away; an event that is gone is gone."""
        await self._session.redact(room_id, event_id, txn)

    async def read(self, room_id: RoomId, event_id: EventId) -> Message | None:
        """One message, decrypted again; ``None`` when it is gone or cannot be read."""
        event = await self._event(room_id, event_id)
        return None if event is None else message(event, await self._session.trust_of(event))

    async def newest(self, room_id: RoomId, event_id: EventId) -> Message | None:
        """The same with the words that its sender changed it to, as Element shows it."""
        original = await self._event(room_id, event_id)
        if original is None:
            return None
        made = message(original, await self._session.trust_of(original))
        if not made.encrypted or made.kind is MessageKind.EDIT:
            return made
        match await self._session.read_edit(original):
            case NoEdit.NEVER:
                return made
            case NoEdit.UNSETTLED:
                return replace(made, kind=MessageKind.UNSETTLED, text="", formatted=None)
            case edit:
                return await self._changed(made, original, edit)

    async def _changed(self, made: Message, original: RoomEvent, edit: RoomEvent) -> Message:
        """The message in its new words; it is trusted no more than either of the two events."""
        trust = made.trust
        if trust is SenderTrust.SIGNED:
            trust = await self._session.trust_of(edit)
        return message(replaced(original, edit), trust)

    async def _event(self, room_id: RoomId, event_id: EventId) -> RoomEvent | None:
        try:
            return await self._session.read(room_id, event_id)
        except MatrixError as refusal:
            if refusal.asks_to_wait:
                raise  # it says nothing of the message
            # Not found, or not ours to see: to its référent both mean that it cannot be read.
            return None


def _content(notice: Notice) -> Json:
    """The event's content. ``m.notice`` is what bots say; bots do not answer it.

    ``m.mentions`` is always there: without it, clients look for names in the text.
    """
    mentions: Json = {"user_ids": list(notice.mentions)} if notice.mentions else {}
    if notice.rings_room:
        mentions["room"] = True
    return {
        "msgtype": "m.notice",
        "body": notice.body,
        "format": "org.matrix.custom.html",
        "formatted_body": notice.html,
        "m.mentions": mentions,
    }
