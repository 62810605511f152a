"""What changed since a plan was made, in the words of a town hall."""

from __future__ import annotations

from pc_matrix.cli.plan_sums import counted
from pc_matrix.cli.plan_view import one_line, person_named, place_named
from pc_matrix.provisioning import Survey
from pc_matrix.provisioning.footprint import Change, Part
from pc_matrix.provisioning.plain import named
from pc_matrix.provisioning.plan_file import Difference
from policies.actions import Action, CreateRoom

_MOST = 8


def differences(found: Difference, survey: Survey) -> list[str]:
    """One line a change, the first few; then what would be done besides, or not any more."""
    lines = _first(list(dict.fromkeys(_change(change, survey) for change in found.changes)))
    lines += _first([_more(action, found, survey) for action in found.more])
    # A room that is made for other people is among both: it was told of already.
    fewer = found.fewer - sum(_is_otherwise(action, found) for action in found.more)
    if fewer > 0:
        said = counted(fewer, "ligne", "lignes")
        lines.append(f"Ne valent plus dans ce plan : {said}.")
    return lines


def _more(action: Action, found: Difference, survey: Survey) -> str:
    """A room that was to be made already is to be made otherwise, for other people mostly."""
    if isinstance(action, CreateRoom) and _is_otherwise(action, found):
        where = place_named(named(action.key), survey)
        return f"{where} : à créer aussi, mais pas pour les mêmes personnes."
    return f"En plus : {one_line(action, survey)}"


def _is_otherwise(action: Action, found: Difference) -> bool:
    return isinstance(action, CreateRoom) and action.key in found.otherwise


def _first(lines: list[str]) -> list[str]:
    left = len(lines) - _MOST
    return lines if left <= 0 else [*lines[:_MOST], f"… et {left} autres."]


def _change(change: Change, survey: Survey) -> str:
    match change.part:
        case Part.COMMUNE:
            return "Le fichier de la commune a changé."
        case Part.PEOPLE:
            return f"{person_named(change.of, survey)} : son inscription au registre a changé."
        case Part.ACCOUNTS:
            return f"{person_named(change.of, survey)} : son compte a changé."
        case Part.MEMBERS:
            return f"{place_named(change.of, survey)} : des personnes y sont venues ou parties."
        case Part.SETTINGS:
            return f"{place_named(change.of, survey)} : ses réglages ont changé."
        case Part.ROOMS:
            return f"{place_named(change.of, survey)} : il a été créé, perdu ou retrouvé."
