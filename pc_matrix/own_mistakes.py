"""A mistake of ours costs what it happened at, and not the bot, which would stop at each start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from pc_matrix.errors import PcError
from pc_matrix.homeserver.http import MatrixError

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Outlived:
    failed: bool = False


@contextmanager
def outlived(what: str, **ids: str) -> Iterator[Outlived]:
    """Go on after a mistake of ours, which is logged as ``what``: where it is, never its words.

    What is of the server, the registry or the machine is raised on.
    """
    found = Outlived()
    try:
        yield found
    except (PcError, MatrixError, OSError):
        raise
    except Exception as error:
        found.failed = True
        _log.error(what, exc_info=error, **ids)
