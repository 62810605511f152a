"""``pc-matrix check --corpus``: how well the filter does on somebody's own examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import track

from bridges.ports import Language
from pc_matrix.cli import corpus_json, corpus_view
from pc_matrix.cli.check_stream import written
from pc_matrix.cli.check_view import Screen
from pc_matrix.cli.checked import checked
from pc_matrix.cli.corpus_file import examples
from pc_matrix.cli.given_file import bytes_of
from pc_matrix.cli.standard_streams import until_the_reader_leaves, utf8_out
from pc_matrix.errors import InputError
from policies.denunciation.examples import Example, Judged

_PIPE_WIDTH = 120


def measure(file: Path, language: Language, part: str, *, errors: bool, as_json: bool) -> None:
    """Read everything, judge everything, then print the measures of ``part``.

    ``part`` is ``core`` (no matched sentences), ``matched`` or ``all``.
    """
    found = examples(bytes_of(file), str(file))
    if part != "all" and not any(one.matched is (part == "matched") for one in found):
        raise InputError(
            f"{file} ne contient aucun message à mesurer ainsi.",
            "--set core laisse de côté les phrases appariées ; --set matched ne prend qu'elles.",
            "Ajoutez --set all.",
        )
    everything = judged(found, language)
    chosen = [one for one in everything if part in ("all", _part_of(one))]
    wrong = [one for one in chosen if not one.is_right or (one.leaves and one.still_names)]
    if as_json:
        _print_json(chosen, everything, wrong if errors else None)
        return
    with until_the_reader_leaves():
        # A file or a pipe has no width of its own: there nothing is folded for want of room.
        screen = Screen(width=None if Console().is_terminal else _PIPE_WIDTH, highlight=False)
        for block in corpus_view.tables(file.name, chosen, everything):
            screen.print(block)
        for line in corpus_view.listed(wrong) if errors else ():
            screen.print(line)


def judged(found: Iterable[Example], language: Language) -> list[Judged]:
    """Every example with its verdict; shows how far it is when somebody watches."""
    ahead = Console(stderr=True)
    steps = track(
        list(found),
        "Le filtre juge",
        console=ahead,
        transient=True,
        disable=not ahead.is_terminal,
    )
    return [Judged(one, checked(one.text, language).verdict) for one in steps]


def _part_of(one: Judged) -> str:
    return "matched" if one.example.matched else "core"


def _print_json(
    chosen: Sequence[Judged], everything: Sequence[Judged], wrong: Sequence[Judged] | None
) -> None:
    shown = corpus_json.as_json(chosen, everything)
    if wrong is not None:
        shown["errors"] = [corpus_json.wrong(one) for one in wrong]
    with utf8_out():
        typer.echo(written(shown))
