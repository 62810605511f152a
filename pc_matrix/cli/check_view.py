"""A verdict on a terminal: in colours, or with brackets where there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bridges.wording.catalogue import text as worded
from pc_matrix.cli.check_marks import (
    LANGUAGE,
    Kind,
    Mark,
    Note,
    Piece,
    headline,
    lead,
    marks,
    masked_parts,
    notes_of,
    pieces,
    visible,
)
from pc_matrix.cli.checked import Checked
from policies.denunciation.verdict import Decision

_STYLES: Mapping[Kind, str] = {
    Kind.SAID: "bold underline red",
    Kind.DOUBT: "bold underline yellow",
    Kind.MASKED: "bold underline green",
    Kind.WHO: "bold underline cyan",
}
_VERDICTS: Mapping[Decision, str] = {
    Decision.RELAY: "bold green",
    Decision.REDACT: "bold cyan",
    Decision.HOLD: "bold yellow",
    Decision.RETURN: "bold red",
}


class Screen(Console):
    """A console whose reader may leave (``| head``): its caller hears of it, and nobody else."""

    def on_broken_pipe(self) -> None:
        """Give the error on; the console's own way is to end the program with a failure."""
        raise BrokenPipeError


def show(one: Checked, screen: Console) -> None:
    """Print everything that there is to say of the message, the call for help first."""
    colours = screen.color_system is not None and not screen.no_color
    found = marks(one)
    for part in (
        *_emergency(one),
        Text(headline(one), _VERDICTS[one.verdict.decision]),
        _box("check.message", _message(one, found, colours=colours)),
        *(_legend(found) if colours else _brackets(found)),
        *_why(notes_of(found)),
        *_leaving(one),
        *_draft(one),
        *_advice(one),
    ):
        screen.print(part)


def _say(key: str) -> str:
    return worded(LANGUAGE, key)


def _box(title: str, content: Text, style: str = "") -> Panel:
    return Panel(content, title=_say(title), title_align="left", border_style=style)


def _emergency(one: Checked) -> Iterator[RenderableType]:
    if one.call is not None:
        words = f"{_say(f'emergency.{one.call.value}')}\n{_say('emergency.body')}"
        yield Panel(Text(words), style="bold red")


def _message(one: Checked, found: Sequence[Mark], *, colours: bool) -> Text:
    shown = Text()
    for piece in pieces(one.text, found):
        _add(shown, piece, colours=colours)
    return shown


def _add(shown: Text, piece: Piece, *, colours: bool) -> None:
    style = _STYLES[piece.kinds[0]] if piece.kinds else ""
    if not colours:
        shown.append("[" * len(piece.opening))
    shown.append(visible(piece.text), style if colours else "")
    for mark in piece.closing:
        number = f"({mark.note.number})"
        style = f"{_STYLES[mark.note.kinds[0]]} not underline"
        shown.append(number if colours else f"]{number}", style)


def _legend(found: Sequence[Mark]) -> Iterator[RenderableType]:
    there = [kind for kind in Kind if any(kind in mark.note.kinds for mark in found)]
    if there:
        names = (Text(_say(f"check.kind.{kind.value}"), _STYLES[kind]) for kind in there)
        yield Text.assemble(f"{_say('check.legend')} : ", Text(" · ").join(names))


def _brackets(found: Sequence[Mark]) -> Iterator[RenderableType]:
    if found:
        yield Text(_say("check.legend.brackets"))


def _why(notes: Sequence[Note]) -> Iterator[RenderableType]:
    yield Text(f"\n{_say('check.why')}", "bold")
    if not notes:
        yield Text(_say("check.why.nothing"))
    for note in notes:
        for place, meaning in enumerate(note.meanings):
            number = f"({note.number}) " if place == 0 else " " * len(f"({note.number}) ")
            kind = Text(_say(f"check.kind.{meaning.kind.value}"), _STYLES[meaning.kind])
            yield Text.assemble(number, (meaning.name, "bold"), " · ", kind)
            yield Padding(Text(visible(meaning.advice)), (0, 0, 0, len(number)), expand=False)
    yield Text()


def _leaving(one: Checked) -> Iterator[RenderableType]:
    shown = _masked(one.text, one.verdict.text)
    introduced = Text(lead(one))
    yield _box("check.leaves", introduced + "\n\n" + shown if shown else introduced)


def _draft(one: Checked) -> Iterator[RenderableType]:
    if one.draft is not None:
        introduced = Text(_say("check.draft.lead"))
        yield _box("check.draft", introduced + "\n\n" + _masked(one.text, one.draft))


def _masked(text: str, leaving: str) -> Text:
    shown = Text()
    for part, is_mask in masked_parts(text, leaving):
        shown.append(visible(part), _STYLES[Kind.MASKED] if is_mask else "")
    return shown


def _advice(one: Checked) -> Iterator[RenderableType]:
    if one.verdict.decision is Decision.RETURN:
        yield Text(f"{_say('check.advice.how')}\n{_say('returned.call')}")
