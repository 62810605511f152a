"""``pc-matrix check``: passes a text through the filter and explains the verdict."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pc_matrix.cli.check_stream import answers, written
from pc_matrix.cli.checked import answered, verdict_json
from pc_matrix.cli.own_lists import filter_of
from pc_matrix.cli.standard_streams import lines_in, text_in, until_the_reader_leaves, utf8_out
from pc_matrix.errors import InputError, SettingsError

if TYPE_CHECKING:
    from bridges.ports import Language
    from pc_matrix.cli.checked import Checked

_HELP = (
    "Passe un message au filtre et explique le verdict. N'utilise pas de serveur, n'envoie et ne "
    "garde rien.\n\n"
    "Si le dossier (--home) a une commune, les listes de la commune comptent, pour un message "
    "comme pour --jsonl et --corpus ; s'il en a plusieurs, --commune dit laquelle. Sans dossier, "
    "le filtre juge sans elles.\n\n"
    "Un vrai message se donne par « - », sur l'entrée standard : ce qui est écrit sur la ligne de "
    "commande reste dans l'historique du terminal, et les autres comptes de la machine le voient."
    "\n\n"
    "Un message donné seul est jugé comme le ferait le robot : un lien y est un doute, ce qui ne "
    "se voit pas est ôté. --jsonl et --corpus mesurent le filtre sur le texte tel quel.\n\n"
    "--html écrit la page sur la sortie standard ; --output FICHIER l'écrit dans un fichier, que "
    "vous seul pouvez lire.\n\n"
    "--corpus FICHIER mesure le filtre sur vos propres exemples : un tableau CSV « texte;verdict » "
    "(transmettre, masquer ou renvoyer ; en plus, si vous voulez, « à masquer » et « à garder », "
    'séparés par « | »), ou des lignes JSON {"id", "text", "label": "RELAY|REDACT|RETURN", '
    '"accept", "must_mask", "must_keep", "phenomena", "noise"}.'
)
_APART = (
    ("un message", "--jsonl", "--corpus"),
    ("--jsonl", "--corpus", "--html"),
    ("--html", "--json"),
)
"""Of each of these, one at most."""


class Part(StrEnum):
    """Which examples of a corpus count."""

    CORE = "core"
    MATCHED = "matched"
    ALL = "all"


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(name="check", help=_HELP)(check)


def check(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MESSAGE",
            help="Le message, entre guillemets ; « - » le lit sur l'entrée standard.",
            show_default=False,
        ),
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Écrit la réponse en page HTML.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FICHIER", help="Écrit la page HTML dans ce fichier."
        ),
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help='Une ligne JSON {"id","text"} par message, sur l\'entrée.'),
    ] = False,
    corpus: Annotated[
        Path | None,
        typer.Option(
            "--corpus", metavar="FICHIER", help="Mesure le filtre sur des exemples (CSV ou JSONL)."
        ),
    ] = None,
    part: Annotated[
        Part,
        typer.Option(
            "--set",
            help="Avec --corpus : core laisse de côté les phrases appariées (une phrase, des noms "
            "d'origines diverses), matched ne prend qu'elles, all prend tout.",
        ),
    ] = Part.CORE,
    errors: Annotated[
        bool, typer.Option("--errors", help="Avec --corpus : montre aussi ce qui est mal décidé.")
    ] = False,
) -> None:
    """Judge one message, a stream of them, or a corpus."""
    wants_json = ctx.obj is not None and ctx.obj.json
    to_page = html or output is not None
    sources = {"un message": words, "--jsonl": jsonl, "--corpus": corpus}
    asked = {**sources, "--html": to_page, "--json": wants_json}
    _must_fit([name for name, given in asked.items() if given])
    if corpus is not None:
        from pc_matrix.cli import check_corpus

        language = filter_of(ctx.obj)
        check_corpus.measure(corpus, language, part.value, errors=errors, as_json=wants_json)
        return
    if errors or part is not Part.CORE:
        raise typer.BadParameter("--errors et --set ne vont qu'avec --corpus")
    if jsonl:
        _answer_lines(filter_of(ctx.obj))
        return
    one = _answered(_message(words or []), filter_of(ctx.obj))
    if to_page:
        _write_page(one, output)
    elif wants_json:
        with utf8_out():
            typer.echo(written(verdict_json(one)))
    else:
        _show(one)


def _must_fit(asked: Sequence[str]) -> None:
    for apart in _APART:
        together = [name for name in asked if name in apart]
        if len(together) > 1:
            raise typer.BadParameter(f"{' et '.join(together)} ne vont pas ensemble")


def _message(words: Sequence[str]) -> str:
    if not words:
        raise InputError(
            "Aucun message n'a été donné.",
            "« pc-matrix check » juge un message.",
            "Écrivez-le entre guillemets, ou « - » pour le lire sur l'entrée standard.",
        )
    if len(words) > 1:
        raise InputError(
            "Le message est en plusieurs morceaux.",
            "Sans guillemets, chaque mot est pris à part.",
            "Écrivez-le entre guillemets, ou « - » pour le lire sur l'entrée standard.",
        )
    return _typed() if words[0] == "-" else words[0]


def _answered(message: str, language: Language) -> Checked:
    one = answered(message, language)
    if not one.text.strip():
        raise InputError("Le message est vide.", "", "Donnez un message qui contient du texte.")
    return one


def _typed() -> str:
    if sys.stdin.isatty():
        typer.echo("Écrivez le message, puis Ctrl-D au début d'une ligne.", err=True)
    return text_in().rstrip("\r\n")


def _answer_lines(language: Language) -> None:
    with utf8_out():
        for line in answers(lines_in(), language):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()  # whoever feeds us line by line waits for each answer


def _show(one: Checked) -> None:
    from pc_matrix.cli.check_view import Screen, show

    with until_the_reader_leaves():
        show(one, Screen(highlight=False))


def _write_page(one: Checked, output: Path | None) -> None:
    from pc_matrix.cli.check_page import page

    if output is None or str(output) == "-":
        with utf8_out():
            sys.stdout.write(page(one))
        if sys.stdout.isatty():
            typer.echo("Pour la page dans un fichier : --output page.html", err=True)
        return
    _replace(output, page(one))
    typer.echo(f"Page écrite : {output}")


def _replace(output: Path, text: str) -> None:
    from pc_matrix.settings import private_file

    place = output.resolve()
    if place.exists() and not place.is_file():
        raise InputError(
            f"{output} ne peut pas être la page.",
            "C'est un dossier, ou autre chose qu'un fichier.",
            "Donnez le nom d'un fichier, par exemple page.html.",
        )
    try:
        private_file.replace(place, text)
    except SettingsError as error:
        raise InputError(*error.diagnostics()) from None
