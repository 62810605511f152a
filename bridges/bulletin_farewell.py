"""A neutral word in the sectors when a bulletin was taken back, for those who read it."""

from __future__ import annotations

from collections.abc import Sequence

from bridges.bulletin_ports import Faults
from bridges.each import attempted
from bridges.ports import RoomSender
from bridges.wording.notice import Notice
from policies.bulletins import Copy, Posting
from policies.relay import transaction


async def announce(
    rooms: RoomSender, faults: Faults, posting: Posting, gone: Sequence[Copy], notice: Notice
) -> None:
    """Say ``notice`` once where the copies were; a room that refuses does without it."""
    about = posting.source_event
    sends = [
        rooms.send(copy.room_id, notice, transaction("bulletin-gone", about, copy.room_id))
        for copy in gone
    ]
    for error in (await attempted(sends))[1]:
        if faults(error) is None:
            raise error
