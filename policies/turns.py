"""Who may be carried beside whom, so that haste changes no order.

What waits is taken up in the order in which it came, with one freedom: flags of different rooms do
not wait for one another. Each room's own flags keep their order, and everything else (an answer, a
command, an edit) is carried by itself: it may be about any report.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from policies.incoming import Incoming
from policies.terms import Flag, RoomId

AT_ONCE = 16
"""Flags on their way at the same time: enough to keep a homeserver busy."""


def may_start(
    waiting: Sequence[tuple[int, Incoming]], carried: Collection[int], at_once: int = AT_ONCE
) -> tuple[int, ...]:
    """The ids of what may be taken up now, in order.

    ``waiting`` is everything that was not dealt with, in order of arrival, also the ids in
    ``carried``, which are on their way already.
    """
    return tuple(_startable(waiting, carried, at_once))


def _startable(
    waiting: Sequence[tuple[int, Incoming]], carried: Collection[int], at_once: int
) -> Iterator[int]:
    busy: set[RoomId] = set()
    left = at_once - len(carried)
    for place, (inbox_id, item) in enumerate(waiting):
        if not isinstance(item, Flag):
            if place == 0 and inbox_id not in carried:
                yield inbox_id
            return
        if inbox_id not in carried and item.room_id not in busy and left > 0:
            left -= 1
            yield inbox_id
        busy.add(item.room_id)
