"""Which room's refusal an exception is, as bulletins tell it to their officer."""

from __future__ import annotations

from bridges.bulletin_ports import RoomFault
from pc_matrix.homeserver.http import MatrixError, ServerFault
from pc_matrix.putting_off import is_of_one_room


def room_fault(error: BaseException) -> RoomFault | None:
    """Why one room was not reached; ``None`` for what concerns all, or is a mistake of ours."""
    if not isinstance(error, MatrixError | ServerFault) or not is_of_one_room(error):
        return None
    return RoomFault.SERVER if isinstance(error, ServerFault) else RoomFault.AWAY
