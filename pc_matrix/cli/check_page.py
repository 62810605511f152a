"""A verdict as a page of its own: HTML without scripts, to be read, printed, or read aloud.

Nothing is fetched from anywhere, and everything that people wrote is escaped. No colour stands
alone: each kind of mark has its own underline, and each mark the number of its explanation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files

from bridges.wording.catalogue import text as worded
from pc_matrix.cli.check_marks import (
    LANGUAGE,
    Kind,
    Mark,
    Meaning,
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

_NO_TEXT = "‸"
"""Stands where a mark has no words."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(one: Checked) -> str:
    """The whole page, ready to be written; it contains the message."""
    found = marks(one)
    decision = one.verdict.decision.value
    parts = (
        f'<p class="scheme">{_say("check.page.scheme")} · {_say("check.page.title")}</p>',
        *_emergency(one),
        f'<h1 class="{decision}">{_shown(headline(one))}</h1>',
        _section("check.message", _message(one, found), *_legend(found)),
        _section("check.why", _why(notes_of(found))),
        _section("check.leaves", *_leaving(one)),
        *_draft(one),
        *_advice(one),
        f"<footer><p>{_say('check.page.limits')}</p><p>{_say('check.page.privacy')}</p></footer>",
    )
    title = f"{_say('check.page.title')} · {_say('check.page.scheme')}"
    return f"{_head(title)}<body>\n<main>\n" + "\n".join(parts) + "\n</main>\n</body>\n</html>\n"


def _head(title: str) -> str:
    style = files("pc_matrix.cli").joinpath("check_page.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{LANGUAGE}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n"
    )


def _say(key: str, **params: object) -> str:
    return _shown(worded(LANGUAGE, key, **params))


def _shown(text: str) -> str:
    return escape(visible(text))


def _section(title: str, *content: str) -> str:
    name = title.replace(".", "-")
    return (
        f'<section aria-labelledby="{name}">\n<h2 id="{name}">{_say(title)}</h2>\n'
        + "\n".join(content)
        + "\n</section>"
    )


def _emergency(one: Checked) -> Iterator[str]:
    if one.call is not None:
        yield (
            f'<section class="emergency" role="note"><p><strong>'
            f"{_say(f'emergency.{one.call.value}')}</strong></p>"
            f"<p>{_say('emergency.body')}</p></section>"
        )


def _message(one: Checked, found: Sequence[Mark]) -> str:
    return f'<p class="message" dir="auto">{"".join(map(_piece, pieces(one.text, found)))}</p>'


def _piece(piece: Piece) -> str:
    shown = _shown(piece.text) if piece.text else _NO_TEXT
    for kind in piece.kinds:  # the strongest is the innermost: its colour lies on top
        shown = _in_kind(kind, shown)
    return shown + "".join(_reference(mark.note) for mark in piece.closing)


def _in_kind(kind: Kind, inner: str) -> str:
    return f'<mark class="{kind.value}">{inner}</mark>'


def _reference(note: Note) -> str:
    names = ", ".join(meaning.name for meaning in note.meanings)
    label = _say("check.page.reference", number=note.number, names=names)
    return (
        f'<sup><a class="number" href="#note-{note.number}" aria-label="{label}">'
        f"{note.number}</a></sup>"
    )


def _legend(found: Sequence[Mark]) -> Iterator[str]:
    there = [kind for kind in Kind if any(kind in mark.note.kinds for mark in found)]
    if there:
        yield f"<p>{_say('check.legend.colours')}</p>"
        items = "".join(f"<li>{_name_of(kind)}</li>" for kind in there)
        yield f'<ul class="legend" aria-label="{_say("check.legend")}">{items}</ul>'


def _name_of(kind: Kind) -> str:
    return _in_kind(kind, _say(f"check.kind.{kind.value}"))


def _why(notes: Sequence[Note]) -> str:
    if not notes:
        return f"<p>{_say('check.why.nothing')}</p>"
    return f'<ol class="why" role="list">\n{"".join(map(_note, notes))}</ol>'


def _note(note: Note) -> str:
    meanings = "".join(map(_meaning, note.meanings))
    return (
        f'<li id="note-{note.number}"><div><span class="number">{note.number}</span></div>'
        f"<div>{meanings}</div></li>\n"
    )


def _meaning(meaning: Meaning) -> str:
    return (
        f"<p><strong>{_shown(meaning.name)}</strong> · {_name_of(meaning.kind)}</p>"
        f"<p>{_shown(meaning.advice)}</p>"
    )


def _leaving(one: Checked) -> Iterator[str]:
    yield f"<p>{_shown(lead(one))}</p>"
    yield from _masked(one.text, one.verdict.text)


def _draft(one: Checked) -> Iterator[str]:
    if one.draft is not None:
        introduced = f"<p>{_say('check.draft.lead')}</p>"
        yield _section("check.draft", introduced, *_masked(one.text, one.draft))


def _masked(text: str, leaving: str) -> Iterator[str]:
    parts = "".join(
        _in_kind(Kind.MASKED, _shown(part)) if is_mask else _shown(part)
        for part, is_mask in masked_parts(text, leaving)
    )
    if parts:
        yield f'<p class="message" dir="auto">{parts}</p>'


def _advice(one: Checked) -> Iterator[str]:
    if one.verdict.decision is Decision.RETURN:
        yield _section(
            "check.advice",
            f"<p>{_say('check.advice.how')}</p>",
            f"<p>{_say('returned.call')}</p>",
        )
