"""The filter's own word lists: strict tables, of which every faulty line is named at load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources.abc import Traversable

from pc_matrix.errors import SettingsError
from policies.denunciation.wordlist import words as listed

CLASSES = {
    "cues.tsv": listed(
        """
        thanks victim harm crime shady noise cue_suspect cue_weak cue_check cue_retract cue_witness
        cue_vulnerable cue_when way_work way_papers way_benefits way_health way_morals way_religion
        way_politics
        """
    ),
    "danger.tsv": listed(
        """
        danger_suicide danger_leap danger_child danger_parent danger_partner danger_frail
        danger_hurt danger_bruise danger_alone danger_blows danger_threat danger_weapon danger_cry
        danger_medical danger_over danger_helped danger_story danger_past danger_beast danger_thing
        danger_hunt danger_speed danger_scold
        """
    ),
    "figures.tsv": listed("figure famous storm"),
    "groups.tsv": listed("group grouphard origintype generality generality_hard placename"),
    "names.tsv": listed("wordname particle notname"),
    "people.tsv": listed(
        """
        title rank kin nickslot neighbour indefneigh human job official own def indef greet plate
        pron
        """
    ),
    "places.tsv": listed("road site shop event brand maker ware pettype vehicle monument civic"),
    "verbs.tsv": listed(
        """
        vneg vstrong vwit vvic vhelp vneutral vsuspect vcheck vharm vwatch vhurt vlock vkill vscream
        """
    ),
}
"""The classes that the program knows, by file; in ``sms.tsv`` the first column is a spelling."""

_NORMAL = re.compile(r"[a-z0-9]+(?:[ '\-][a-z0-9]+)*")
_SHOWN = 20

Row = tuple[str, list[str]]


def table(source: Traversable) -> Iterator[Row]:
    """Rows ``(key, entries)`` of a lexicon file.

    Raises ``SettingsError`` naming every faulty line: a class that the program does not know, a
    class or a word given twice, a word that is not in lower case without accents, a stray tab.
    """
    rows: dict[str, list[str]] = {}
    faults: list[tuple[int, str]] = []
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        key, _, told = line.partition("\t")
        entries = _words(told)
        faults += [(number, fault) for fault in _faults(source.name, line, rows)]
        rows[key] = entries
    if faults:
        raise _refused(source.name, faults)
    yield from rows.items()


def _faults(name: str, line: str, before: dict[str, list[str]]) -> Iterator[str]:
    """What is wrong with one line; the classes ``before`` it are taken."""
    key, tab, told = line.partition("\t")
    if not tab or not key.strip() or not told.strip():
        yield "une classe, une tabulation, puis des mots entre virgules sont attendus"
        return
    if "\t" in told:
        yield "une tabulation est de trop"
        return
    if key in before:
        yield f"« {key} » est déjà donné plus haut ; mettez tout sur une ligne"
    known = CLASSES.get(name)
    if known is None and not _NORMAL.fullmatch(key):
        yield f"« {key} » n'est pas en minuscules sans accents"
    if known is not None and key not in known:
        yield f"la classe « {key} » est inconnue ; connues : {', '.join(sorted(known))}"
    yield from _faulty_words(_words(told), alone=known is None)


def _words(told: str) -> list[str]:
    return [word.strip() for word in told.split(",")]


def _faulty_words(entries: list[str], *, alone: bool) -> Iterator[str]:
    if alone and len(entries) > 1:
        yield "une seule forme ordinaire est attendue"
    seen: set[str] = set()
    for entry in entries:
        if entry in seen:
            yield f"« {entry} » y est deux fois"
        elif not _NORMAL.fullmatch(entry):
            yield f"« {entry} » : un mot en minuscules sans accents est attendu"
        seen.add(entry)


def _refused(name: str, faults: list[tuple[int, str]]) -> SettingsError:
    lines = [f"ligne {number} : {fault}" for number, fault in faults]
    more = f" ({len(lines)} fautes en tout)" if len(lines) > 1 else ""
    if len(lines) > _SHOWN:
        lines = [*lines[:_SHOWN], f"… et {len(lines) - _SHOWN} autres."]
    return SettingsError(
        f"Le lexique {name} est illisible à la ligne {faults[0][0]}{more}.",
        "\n".join(lines),
        "Corrigez ces lignes ; l'en-tête du fichier dit ce que chaque classe veut dire.",
    )
