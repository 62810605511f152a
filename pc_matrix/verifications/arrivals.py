"""What a sync brought about verifications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pc_matrix.homeserver.batch import Batch
from pc_matrix.homeserver.room_events import Ciphertext
from pc_matrix.homeserver.verification.values import Received
from pc_matrix.homeserver.verification_events import from_device, from_room


class Heard(NamedTuple):
    """An event, and who sealed it; ``None`` for a plain one."""

    received: Received
    ciphertext: Ciphertext | None


def arrivals(batch: Batch) -> Iterator[Heard]:
    """The events of ``batch`` that are of verification, from device to device and in rooms."""
    for message in batch.to_device:
        received = from_device(message)
        if received is not None:
            yield Heard(received, None)
    for event in batch.events:
        received = from_room(event)
        if received is not None:
            yield Heard(received, event.ciphertext)
