"""What remembers a rotation of a key that pc-matrix cannot replace by itself.

A key in ``secrets.toml`` needs no mark: the next one is beside it until the end. One that comes
from the environment or from systemd does: ``<home>/master-key.rotation`` says which key is the new
one, by a keyed digest from which nobody learns it, and whether all is sealed under it.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from pathlib import Path

from pc_matrix.errors import SettingsError
from pc_matrix.settings import faults
from pc_matrix.settings.private_file import replace
from pc_matrix.vault import Vault

FILE_NAME = "master-key.rotation"
_CONTEXT = "master-key/rotation"


@dataclass(frozen=True, slots=True)
class Mark:
    """The rotation towards the key that ``check`` tells from others; ``sealed`` at its end."""

    check: str
    sealed: bool

    @classmethod
    def towards(cls, key: bytes, *, sealed: bool) -> Mark:
        return cls(_check(key), sealed)

    def names(self, key: bytes) -> bool:
        """Whether ``key`` is the one that the rotation leads to."""
        return hmac.compare_digest(_check(key), self.check)


def read(home: Path) -> Mark | None:
    """The mark of ``home``; raises ``SettingsError`` when it cannot be read."""
    path = home / FILE_NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Mark(str(data["check"]), data["sealed"] is True)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise faults.unreadable(path, error) from None
    except (ValueError, LookupError, TypeError):
        raise SettingsError(
            f"{path} est abîmé.",
            "Il dit où en est la rotation de la clé maîtresse ; il n'est plus lisible.",
            "Supprimez-le, puis relancez « pc-matrix master-key rotate » avec les deux clés.",
        ) from None


def write(home: Path, mark: Mark) -> None:
    """Put the mark down, durably; raises ``SettingsError`` when it cannot be written."""
    replace(home / FILE_NAME, json.dumps({"check": mark.check, "sealed": mark.sealed}) + "\n")


def remove(home: Path) -> None:
    """Take the mark away; there may be none."""
    (home / FILE_NAME).unlink(missing_ok=True)


def _check(key: bytes) -> str:
    return Vault(key).digest("", _CONTEXT)
