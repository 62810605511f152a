"""Messages read again: fetched, opened, and their changes looked up.

One that has just come, and stands as it came, is opened again without asking (``Recent``).
"""

from __future__ import annotations

from urllib.parse import quote

from pc_matrix.homeserver.arrivals import Arrivals
from pc_matrix.homeserver.crypto.machine import Machine
from pc_matrix.homeserver.edits import NoEdit, newest_first, settles
from pc_matrix.homeserver.http import Json, MatrixError, MatrixHttp
from pc_matrix.homeserver.intake import Intake
from pc_matrix.homeserver.room_events import RoomEvent
from pc_matrix.homeserver.shapes import objects, string
from policies.incidents import IncidentKind

_PAGE, _MOST_PAGES = 100, 10  # of changes of one message, anybody's


class Rereading:
    """One session's."""

    def __init__(
        self, http: MatrixHttp, machine: Machine, intake: Intake, arrivals: Arrivals
    ) -> None:
        self._http, self._machine = http, machine
        self._intake, self._arrivals = intake, arrivals

    async def read(self, room_id: str, event_id: str, patience: float) -> RoomEvent | None:
        """One event, opened; see ``Session.read``."""
        event = self._intake.recent.standing(room_id, event_id)
        event = event or await self._intake.fetch(room_id, event_id)
        if event is None or not event.content:
            return None
        if event.type != "m.room.encrypted":
            if event.type == "m.room.message":
                self._intake.refuse(IncidentKind.PLAINTEXT, event)
            return event
        return await self._opened(event, patience)

    async def _opened(self, event: RoomEvent, patience: float) -> RoomEvent | None:
        await self._arrivals.until(lambda: self._machine.decryptor.has_key(event), patience)
        opened = self._machine.decryptor.open(event)
        self._machine.opened.save()
        if isinstance(opened, RoomEvent):
            return opened
        # A server may show another event here than it did in ``/sync``: that is told, too.
        self._intake.refuse(opened, event)
        return None

    async def read_edit(self, original: RoomEvent, patience: float = 10.0) -> RoomEvent | NoEdit:
        """The newest change of ``original``, opened. An older one never stands in for it."""
        if self._intake.recent.standing(original.room_id, original.event_id) is not None:
            return NoEdit.NEVER
        found = await self._replacements(original)
        if found is None:
            return NoEdit.UNSETTLED
        edits = newest_first(found, original)
        if not edits:
            return NoEdit.NEVER
        edit = await self._opened(edits[0], patience)
        return edit if edit is not None and settles(edit, original) else NoEdit.UNSETTLED

    async def _replacements(self, original: RoomEvent) -> list[Json] | None:
        """All events that say they replace ``original``; ``None`` when they cannot all be had."""
        place, target = quote(original.room_id, safe=""), quote(original.event_id, safe="")
        path = f"/_matrix/client/v1/rooms/{place}/relations/{target}/m.replace"
        params, found = {"limit": str(_PAGE)}, list[Json]()
        for _ in range(_MOST_PAGES):
            try:
                page = await self._http.request("GET", path, params=params)
            except MatrixError as refusal:
                if refusal.asks_to_wait:
                    raise  # it says nothing of the message
                return None
            found += objects(page, "chunk")
            following = string(page, "next_batch")
            if not following:
                return found
            params["from"] = following
        return None
