"""The guard's lines in the embedded server's configuration: put in, and kept as they have to be.

``homeserver.yaml`` is the town hall's to change once it is written. What stands between our two
marks is ours and follows the communes of the home; nothing else of it is ever touched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pc_matrix.homeserver.guard.configuration import MODULE

_BEGIN = '# >>> pc-matrix guard: kept up to date by "pc-matrix homeserver up"'
_END = "# <<< pc-matrix guard"
_OURS = re.compile(rf"^{re.escape(_BEGIN)}$.*?^{re.escape(_END)}$\n?", re.MULTILINE | re.DOTALL)
_MODULES = re.compile(r"^[\"']?modules[\"']?\s*:", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class GuardLines:
    """What the guard is told: whose signature counts, where snapshots lie, whose rooms it keeps."""

    public_key: str
    folder: Path
    bots: Sequence[str]

    def as_yaml(self) -> str:
        """A ``modules`` entry of Synapse's configuration."""
        return _ENTRY.format(
            module=MODULE,
            public_key=json.dumps(self.public_key),
            folder=json.dumps(str(self.folder.absolute())),
            bots=json.dumps(sorted(self.bots)),
        )


class Placed(StrEnum):
    """What became of the lines."""

    UNCHANGED = "unchanged"
    WRITTEN = "written"
    """Synapse reads them when it starts the next time."""
    BY_HAND = "by-hand"
    """Somebody put the guard among modules of his own: it is left to him."""
    NO_PLACE = "no-place"
    """The file has modules of its own, and the guard is not among them: somebody has to add it."""


def placed(text: str, lines: GuardLines) -> tuple[str, Placed]:
    """``homeserver.yaml``'s text with ``lines`` in it, and what was done."""
    block = f"{_BEGIN}\nmodules:\n{lines.as_yaml()}{_END}\n"
    rest = _OURS.sub("", text)
    if _MODULES.search(rest):
        # Two ``modules`` would be one: the last. Theirs count, so ours is taken away if it stood.
        has_guard = re.search(rf"^[^#\n]*{re.escape(MODULE)}", rest, re.MULTILINE) is not None
        return rest, Placed.BY_HAND if has_guard else Placed.NO_PLACE
    if _OURS.search(text):
        new = _OURS.sub(lambda _match: block, text, count=1)
    else:
        new = f"{text.rstrip()}\n\n{block}"
    return new, Placed.UNCHANGED if new == text else Placed.WRITTEN


_ENTRY = """\
  - module: {module}
    config:
      public_key: {public_key}
      folder: {folder}
      bots: {bots}
"""
