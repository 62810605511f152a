"""What a référent is told of a message that does not leave: why, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bridges.wording.catalogue import how, text
from bridges.wording.notice import Block, Bullets, Notice, Paragraph, Quote, Title, notice
from policies.denunciation.analysis import EntityKind
from policies.denunciation.draft import POINTING
from policies.denunciation.verdict import Rule
from policies.terms import Person

MASKED = frozenset(Rule(kind.value) for kind in EntityKind if kind.names)
"""The rules whose words are masked in what leaves."""

_KEPT = frozenset(Rule(kind.value) for kind in EntityKind if kind.recognisable)
_QUOTES, _SENTENCES = 3, 2  # quotes of one rule; sentences of who, and of what is said


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the filter stopped at some words: the rule's key, and the words themselves."""

    rule: str
    quote: str


def returned(
    referent: Person,
    reasons: Sequence[Reason],
    draft: str = "",
    *,
    by_reaction: bool = True,
    masked: Sequence[str] = (),
) -> Notice:
    """The message is not relayed, why, how to say what was seen, and what could be sent of it."""
    language = referent.language
    blocks: list[Block] = [
        Title(text(language, "returned.title")),
        Paragraph(text(language, "returned.body")),
        Bullets(sentences(language, reasons, most=_SENTENCES)),
    ]
    if draft:
        blocks += [
            Paragraph(text(language, "returned.draft")),
            Quote(draft),
            *_plates(language, masked),
            Paragraph(how(language, "returned.draft.how", by_reaction=by_reaction)),
        ]
    blocks.append(Paragraph(text(language, "returned.call")))
    return notice(*blocks, mentions=(referent.user_id,))


def preview(
    referent: Person,
    words: str,
    reasons: Sequence[Reason],
    enclosed: Sequence[str] = (),
    *,
    by_reaction: bool = True,
    masked: Sequence[str] = (),
) -> Notice:
    """The text exactly as it would leave, what was masked in it, and what is in doubt.

    ``enclosed`` is what he has to ask himself of what goes with it; the text may then be empty.
    ``masked`` are the authorities that will not see the plates in it.
    """
    language = referent.language
    blocks: list[Block] = [Title(text(language, "preview.title"))]
    if enclosed:
        blocks.append(Bullets(tuple(enclosed)))
    if words.strip() or not enclosed:
        blocks += [Paragraph(text(language, "preview.body")), Quote(words)]
    masks = [_mask(language, r) for r in _once(reasons) if r.rule in MASKED]
    if masks:
        blocks.append(Paragraph(text(language, "preview.masked", what=", ".join(masks))))
    blocks += _plates(language, masked)
    doubts = tuple(_doubts(language, reasons))
    if doubts:
        blocks.append(Bullets(doubts))
    blocks.append(Paragraph(how(language, "preview.how", by_reaction=by_reaction)))
    return notice(*blocks, mentions=(referent.user_id,))


def _plates(language: str, masked: Sequence[str]) -> list[Block]:
    """Who of the authorities will see no plate."""
    if not masked:
        return []
    return [Paragraph(text(language, "preview.plates", authorities=", ".join(masked)))]


def declined(referent: Person) -> Notice:
    """He kept his message back."""
    body = text(referent.language, "declined.body")
    return notice(Paragraph(body), mentions=(referent.user_id,))


def sentences(
    language: str, reasons: Sequence[Reason], *, most: int | None = None
) -> tuple[str, ...]:
    """A sentence for each rule with its words: first who can be recognised, then what is said.

    ``most`` of each of the two. Words that name somebody are not quoted again as what is said of
    him.
    """
    who = [r for r in reasons if r.rule in POINTING]
    named = {reason.quote for reason in who}
    said = [
        r
        for r in reasons
        if r.rule not in POINTING and (r.quote not in named or r.rule == Rule.DOUBT)
    ]
    return _by_rule(language, who)[:most] + _by_rule(language, said)[:most]


def _by_rule(language: str, reasons: Sequence[Reason]) -> tuple[str, ...]:
    return tuple(
        _sentence(language, f"rule.{rule}", [r.quote for r in reasons if r.rule == rule])
        for rule in dict.fromkeys(reason.rule for reason in reasons)
    )


def _doubts(language: str, reasons: Sequence[Reason]) -> Iterator[str]:
    """What is left to the référent: who stays recognisable, who might be accused, what was said."""
    kept = [r.quote for r in reasons if r.rule in _KEPT]
    if kept:
        yield _sentence(language, "preview.kept", kept)
    rest = [
        r
        for r in reasons
        if r.rule not in MASKED | _KEPT and not (r.rule == Rule.DOUBT and r.quote in kept)
    ]
    yield from sentences(language, rest)


def _sentence(language: str, key: str, quotes: Sequence[str]) -> str:
    several = list(dict.fromkeys(quotes))[:_QUOTES]
    return text(language, key, quote=text(language, "advice.or").join(several))


def _mask(language: str, reason: Reason) -> str:
    return text(language, f"mask.{reason.rule}", quote=reason.quote)


def _once(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))
