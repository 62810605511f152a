"""A plan and what came of it, on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from pc_matrix.cli.letters import letters_written
from pc_matrix.cli.plan_json import Letters
from pc_matrix.cli.plan_sums import done_in_all, in_all, refusal
from pc_matrix.cli.plan_view import one_line, sections
from pc_matrix.cli.replacing import as_options
from pc_matrix.provisioning import ApplyReport, NewAccount, Phase, Progress, Survey
from pc_matrix.provisioning.braking import brake_words, braked_by
from pc_matrix.provisioning.plan_file import proposed_name
from pc_matrix.provisioning.ports import silent

if TYPE_CHECKING:
    from pc_matrix.house import House

NOTHING = "Rien à faire : tout est comme le registre le dit."
_LABELS = {Phase.OBSERVE: "Lecture des salons", Phase.APPLY: "Mise en place"}


def print_plan(survey: Survey) -> None:
    console = Console(highlight=False)
    if not survey.plan.actions:
        console.print(NOTHING, markup=False)
    commune = survey.directory.commune
    tree = Tree(f"{commune.name} ({commune.code})")
    found = sections(survey)
    for section in found:
        branch = tree.add(_plain(section.title))
        for line in section.lines:
            branch.add(_plain(line))
    if found:
        console.print(tree)
    if survey.plan.actions:
        console.print(in_all(survey.plan), markup=False, soft_wrap=True)


def print_next(house: House, survey: Survey, kept: Path | None) -> None:
    """What can be done with the plan that was shown."""
    braked = braked_by(survey)
    if braked is not None:
        typer.echo("\n".join(brake_words(braked, survey.directory.commune)))
    if not survey.plan.actions:
        return
    allowed = "" if braked is None else f" --allow-removals {braked.removed}"
    wished = "" if braked is None else "Seulement si c'est bien ce que vous voulez. "
    asked = as_options(survey.expected.replace, survey.directory.commune)
    if kept is not None:
        typer.echo(f"Plan écrit dans {kept}.")
        typer.echo(f"{wished}Pour faire exactement cela : pc-matrix apply {kept}{allowed}")
        return
    name = proposed_name(house.settings.commune.code, house.clock.now())
    typer.echo(f"{wished}Pour le faire : pc-matrix apply{asked}{allowed}")
    typer.echo(f"Pour le faire relire d'abord : pc-matrix plan{asked} --output {name}")


def print_report(report: ApplyReport, survey: Survey, letters: Letters | None) -> None:
    console = Console(highlight=False)
    for failure in report.failed:
        line = one_line(failure.action, survey)
        console.print(f"✗ {line} — {refusal(failure.reason)}", markup=False, soft_wrap=True)
    console.print(done_in_all(report), markup=False)
    if letters:
        console.print(letters_written(letters), markup=False, soft_wrap=True)
    elif report.accounts:
        console.print(_passwords(report.accounts))
        console.print(
            "Ces mots de passe ne seront plus montrés : remettez chacun à son destinataire, "
            "qui le changera à sa première connexion. Pour des lettres à imprimer à la place : "
            "pc-matrix letters DOSSIER",
            soft_wrap=True,
        )


def _passwords(accounts: tuple[NewAccount, ...]) -> Table:
    table = Table("Personne", title="Comptes créés")
    table.add_column("Identifiant Matrix", overflow="fold")
    table.add_column("Premier mot de passe", no_wrap=True)
    for account in accounts:
        table.add_row(_plain(account.name), _plain(account.user_id), account.password)
    return table


def _plain(text: str) -> Text:
    """Text that rich shows as it is: a person's name is no markup."""
    return Text(text)


@contextmanager
def bar(*, json: bool) -> Iterator[Progress]:
    """A progress bar on stderr, when somebody is there to see it."""
    console = Console(stderr=True)
    if json or not console.is_terminal:
        yield silent
        return
    with Bar(console=console, transient=True) as bar:
        tasks: dict[Phase, Any] = {}

        def show(phase: Phase, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = bar.add_task(_LABELS[phase])
            bar.update(tasks[phase], completed=done, total=total)

        yield show
