"""What Typer says by itself, in French: titles, the help option, usage errors."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.exceptions import TyperException

_TITLES = {
    "ARGUMENTS_PANEL_TITLE": "Arguments",
    "OPTIONS_PANEL_TITLE": "Options",
    "COMMANDS_PANEL_TITLE": "Commandes",
    "ERRORS_PANEL_TITLE": "Erreur",
    "DEFAULT_STRING": "[par défaut : {}]",
    "ENVVAR_STRING": "[variable : {}]",
    "REQUIRED_LONG_STRING": "[obligatoire]",
    "ABORTED_TEXT": "Abandonné.",
}

_PHRASES = (
    (
        r"No such option: (.*?) \(Possible options: (.*)\)",
        r"L'option \1 n'existe pas ; proches : \2",
    ),
    (r"No such option: (.*)", r"L'option \1 n'existe pas"),
    (r"No such command (.*)\.", r"La commande \1 n'existe pas"),
    (r"Missing command\.", "Il manque une commande"),
    (r"Missing (?:option|argument|parameter) (.*?)\.", r"Il manque \1"),
    (r"Invalid value for (.*?): (.*)", r"Valeur refusée pour \1 : \2"),
    (r"Invalid value: (.*)", r"Valeur refusée : \1"),
    (r"Got unexpected extra arguments? ?(?:\(s\) )?\((.*)\)", r"De trop : \1"),
    (r"Option (.*) requires an argument\.", r"L'option \1 attend une valeur"),
    (r"Option (.*) does not take a value\.", r"L'option \1 n'attend pas de valeur"),
)
_VALUES = (
    (r"Input should be a valid integer.*", "un nombre entier est attendu"),
    (r"Input should be a valid number.*", "un nombre est attendu"),
    (r"Input should be greater than or equal to (\S+)", r"\1 au moins"),
    (r"Input should be less than or equal to (\S+)", r"\1 au plus"),
    (
        r"(?:Value error, )?'(.*)' is not one of (.*?)\.?",
        r"« \1 » n'en est pas une ; possibles : \2",
    ),
)
"""What Pydantic says of a value, within what Typer says of an option."""
_TYPES = {
    "<bool>": None,
    "<str>": "TEXTE",
    "<list[str]>": "TEXTE…",
    "<path>": "CHEMIN",
    "<int>": "N",
    "<int range>": "N",
    "<float>": "N",
    "<float range>": "N",
}
"""How help names the kind of a value: nobody has to know Python for it."""


def translated(command: Any) -> Any:
    """The command tree with French help; ``command`` is what Typer built."""
    _translate_help(command)
    return command


def titles() -> None:
    """French titles for Typer's help pages."""
    from typer import rich_utils  # a quarter of a second, for help alone

    for name, title in _TITLES.items():
        setattr(rich_utils, name, title)


def usage_error(error: TyperException) -> str:
    """A French sentence for a wrong command line; empty when none was given, which shows help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return ""
    said = error.format_message()
    for pattern, french in _PHRASES:
        if re.match(pattern, said, re.DOTALL):
            told = re.sub(pattern + r".*", french, said, count=1, flags=re.DOTALL)
            return _value(told).rstrip(".") + "."
    return said


def _value(told: str) -> str:
    name, colon, value = told.partition(" : ")
    for pattern, french in _VALUES:
        if re.fullmatch(pattern, value, re.DOTALL):
            value = re.sub(pattern, french, value, count=1, flags=re.DOTALL)
    return name + colon + value


_YES, _NO = frozenset({"o", "oui", "y", "yes"}), frozenset({"n", "non", "no"})


def confirm(question: str, *, err: bool = False) -> None:
    """Ask; only « oui » goes on. Raises ``Abort`` for « non », for nothing, and where none answers.

    Typer's own question takes English answers alone.
    """
    while True:
        said = typer.prompt(f"{question} [oui/non]", default="non", show_default=False, err=err)
        word = str(said).strip().casefold()
        if word in _YES:
            return
        if word in _NO:
            raise typer.Abort
        typer.echo("Répondez « oui » ou « non ».", err=err)


def _translate_help(command: Any) -> None:
    context = command.make_context("pc-matrix", [], resilient_parsing=True)
    option = command.get_help_option(context)
    if option is not None:
        option.help = "Montre cette aide."
    for param in (*command.params, *filter(None, [option])):
        _translate_type(param)
    for child in getattr(command, "commands", {}).values():
        _translate_help(child)


def _translate_type(param: Any) -> None:
    said = param.display_type_rich

    def shown(ctx: Any) -> str | None:
        kind = said(ctx=ctx)
        # An argument shows its own name already.
        return None if param.opts == [param.name] else _TYPES.get(kind, kind)

    param.display_type_rich = shown
