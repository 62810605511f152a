"""What changed since a plan was made, in the words of a town hall."""

from __future__ import annotations

from pc_matrix.cli.plan_view import one_line, person_named, place_named
from pc_matrix.provisioning import Survey
from pc_matrix.provisioning.footprint import Change, Part
from pc_matrix.provisioning.plan_file import Difference

_MOST = 8


def differences(found: Difference, survey: Survey) -> list[str]:
    """One line a change, the first few; then what would be done besides, or not any more."""
    lines = _first([_change(change, survey) for change in found.changes])
    lines += _first([f"En plus : {one_line(action, survey)}" for action in found.more])
    if found.fewer:
        lines.append(f"{found.fewer} action(s) de ce plan ne sont plus à faire.")
    return lines


def _first(lines: list[str]) -> list[str]:
    left = len(lines) - _MOST
    return lines if left <= 0 else [*lines[:_MOST], f"… et {left} autres."]


def _change(change: Change, survey: Survey) -> str:
    match change.part:
        case Part.COMMUNE:
            return "Le fichier de la commune a changé."
        case Part.PEOPLE:
            return f"Registre : {person_named(change.of, survey)} a changé."
        case Part.ACCOUNTS:
            return f"Compte : {person_named(change.of, survey)} a changé."
        case Part.MEMBERS:
            return f"{place_named(change.of, survey)} : ses membres ont changé."
        case Part.SETTINGS:
            return f"{place_named(change.of, survey)} : ses réglages ont changé."
        case Part.ROOMS:
            return f"{place_named(change.of, survey)} : créé, perdu ou retrouvé."
