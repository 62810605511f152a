"""``pc-matrix check``: passes a text through the filter and explains the verdict."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pc_matrix.errors import InputError

if TYPE_CHECKING:
    from policies.denunciation.verdict import Verdict
    from policies.emergency import Emergency

_COLOURS = {"relay": "green", "redact": "cyan", "hold": "yellow", "return": "red"}


def register(app: typer.Typer) -> None:
    """Put the command on the application."""
    app.command(name="check")(check)


def check(
    ctx: typer.Context,
    text: Annotated[
        str | None,
        typer.Argument(help="Le message à juger ; « - » le lit sur l'entrée standard."),
    ] = None,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help='Une ligne JSON {"id","text"} par message, sur l\'entrée.'),
    ] = False,
) -> None:
    """Passe un texte au filtre et explique le verdict. N'utilise ni dossier ni serveur."""
    if jsonl:
        for line in answers(sys.stdin):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()  # whoever feeds us line by line waits for each answer
        return
    if text is None:
        raise InputError(
            "Aucun message n'a été donné.",
            "« pc-matrix check » juge un message.",
            "Écrivez-le entre guillemets, ou « - » pour le lire sur l'entrée standard.",
        )
    message = sys.stdin.read().rstrip("\n") if text == "-" else text
    verdict, call = _judge(message)
    if ctx.obj is not None and ctx.obj.json:
        typer.echo(json.dumps(_as_json(message, verdict, call), ensure_ascii=False))
        return
    _explain(message, verdict, call)


def answers(lines: Iterable[str]) -> Iterator[str]:
    """One JSON line per JSON line; a faulty one is an ``InputError`` that names its number."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        identifier, text = _read(number, line)
        verdict, call = _judge(text)
        answer = {"id": identifier, **_as_json(text, verdict, call)}
        yield json.dumps(answer, ensure_ascii=False)


def _read(number: int, line: str) -> tuple[Any, str]:
    try:
        given = json.loads(line)
        identifier, text = given["id"], given["text"]
    except (ValueError, KeyError, TypeError):
        text = identifier = None
    if not isinstance(text, str):
        raise InputError(
            f"La ligne {number} n'est pas un message.",
            'Chaque ligne est un objet JSON {"id": …, "text": "…"}.',
            "Corrigez cette ligne et recommencez.",
        )
    return identifier, text


def _judge(text: str) -> tuple[Verdict, Emergency | None]:
    from pc_matrix.language import load
    from policies.denunciation.judge import judge
    from policies.emergency import emergency

    analysis = load().analyse(text)
    return judge(analysis), emergency(analysis)


def _as_json(text: str, verdict: Verdict, call: Emergency | None) -> dict[str, Any]:
    findings = [
        {"rule": f.rule.value, "start": f.start, "end": f.end, "quote": text[f.start : f.end]}
        for f in verdict.findings
    ]
    return {
        "decision": verdict.decision.value,
        "text": verdict.text,
        "emergency": call.value if call else None,
        "findings": findings,
        "rules": list(dict.fromkeys(f["rule"] for f in findings)),
        "spans": [f["quote"] for f in findings],
    }


def _explain(text: str, verdict: Verdict, call: Emergency | None) -> None:
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    from bridges.wording.catalogue import text as worded

    console = Console()
    if call is not None:
        console.print(Panel(worded("fr", f"emergency.{call.value}"), style="bold red"))
    colour = _COLOURS[verdict.decision.value]
    console.print(Text(worded("fr", f"check.{_headline(verdict)}"), style=f"bold {colour}"))
    shown = Text(text)
    for finding in verdict.findings:
        shown.stylize(f"bold {colour} underline", finding.start, finding.end)
    console.print(Panel(shown, title=worded("fr", "check.message"), title_align="left"))
    for sentence in _sentences(text, verdict):
        console.print(Text(f"• {sentence}"))
    if verdict.text and verdict.text != text:
        leaves = worded("fr", "check.leaves")
        console.print(Panel(Text(verdict.text), title=leaves, title_align="left"))


def _headline(verdict: Verdict) -> str:
    from policies.denunciation.verdict import Rule

    is_unread = any(finding.rule is Rule.UNREADABLE for finding in verdict.findings)
    return Rule.UNREADABLE.value if is_unread else verdict.decision.value


def _sentences(text: str, verdict: Verdict) -> tuple[str, ...]:
    from bridges.wording.relay import Reason, sentences

    found = [Reason(f.rule.value, text[f.start : f.end]) for f in verdict.findings]
    return sentences("fr", found)
