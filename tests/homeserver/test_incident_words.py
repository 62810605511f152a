"""What a stranger calls himself reaches a terminal and a table as text, and not without end."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console

from pc_matrix.cli.trust_incidents import Line, _table
from pc_matrix.homeserver.incidents import Incident, Incidents
from pc_matrix.registry.records import Audit
from policies.incidents import IncidentKind


def test_no_id_commands_a_terminal_or_fills_a_table() -> None:
    incidents = Incidents()
    words = ("@a\x1b[2J:x", "D\u202eE", "!r\n", "$" + "x" * 5_000, "m.code\x07")
    incidents.note(Incident(IncidentKind.WITHHELD, *words))
    (told,) = incidents.drain()
    assert told == Incident(
        IncidentKind.WITHHELD, "@a?[2J:x", "D?E", "!r?", "$" + "x" * 254, "m.code?"
    )


def test_a_name_that_looks_like_markup_is_shown_as_it_is() -> None:
    row = Audit(datetime(2026, 11, 23, tzinfo=UTC), "session.olm", "!r", "@[/b]:x", "")
    console = Console(file=io.StringIO(), width=150)
    with console.capture() as shown:
        console.print(_table([Line(row, IncidentKind.OLM)], "Europe/Paris"))
    assert "@[/b]:x" in shown.get()
