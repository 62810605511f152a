"""Need to know: what of a report is not for every authority."""

from __future__ import annotations

from enum import StrEnum


class Detail(StrEnum):
    """What of a report not every authority has to know."""

    PLATE = "plate"
    """A vehicle's plate; masked for who does not see it."""
    RESIDENT = "resident"
    """The name of the message's author, where he allowed it; otherwise nobody is told it."""
    PHOTO = "photo"
    """A photo: what it shows cannot be masked, a plate or a face."""
