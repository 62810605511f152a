"""What of a denunciation could still be sent: its facts, without the person and what points at him.

Only sentences of the message itself, never words of ours. ``propose`` says which; the text is then
analysed and judged again as if it had been written so, and ``offered`` says whether the answer may
be shown. In doubt there is no draft: a référent can always write what he saw.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from policies.denunciation.analysis import Analysis, Entity, EntityKind, Token
from policies.denunciation.fragments import Fragment, openings, sentences, span
from policies.denunciation.leaning import Before, leans
from policies.denunciation.plain_fact import is_fact, is_grounded, is_situated, stands_alone
from policies.denunciation.reading import CLITICS, DETERMINERS
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.denunciation.wordlist import words

POINTING = frozenset(
    {
        Rule.PERSON,
        Rule.PHONE,
        Rule.EMAIL,
        Rule.ADDRESS,
        Rule.ACCOUNT,
        Rule.OFFICIAL,
        Rule.KIN_OF,
        Rule.OWN_RELATION,
        Rule.NEIGHBOUR,
        Rule.DWELLING,
        Rule.JOB,
        Rule.DESIGNATED,
        Rule.GROUP,
        Rule.GROUP_MENTIONED,
    }
)
"""The rules whose words say who is meant; the others say what is said of him."""

_MAY_STAY = frozenset({EntityKind.PERSON, EntityKind.UNKNOWN})
_SMALL = CLITICS | DETERMINERS | words(
    """
    a et ou chez dans sur sous en avec pour sans vers entre qui que quoi dont ce est sont il elle
    ils elles on je tu mr mme mlle monsieur madame
    """
)  # fmt: skip
_OWNS = words("celle celui sa son ses proprietaire proprio conducteur conductrice volant voiture")
_WORD = re.compile(r"[^\W_]+")


def propose(analysis: Analysis, verdict: Verdict, doubts: Sequence[Finding] = ()) -> str:
    """The sentences of a returned message that are facts and accuse nobody; empty for none.

    ``doubts`` are about how the message is shown: of two texts that do not say the same nobody
    knows which one its readers saw, and which sentence belongs to which.
    """
    if verdict.decision is not Decision.RETURN or not analysis.readable:
        return ""
    if any(doubt.rule is Rule.TWO_FORMS for doubt in doubts):
        return ""
    kept = list(_kept(analysis, verdict.findings))
    if not any(is_grounded(analysis.tokens, fragment) for fragment in kept):
        return ""
    parts = (analysis.text[slice(*span(analysis, fragment))] for fragment in kept)
    return " ".join(_closed(part) for part in parts)


def offered(original: Analysis, verdict: Verdict, draft: Analysis, again: Verdict) -> bool:
    """Whether the draft, judged by itself, may be shown: relayable, and of nobody accused."""
    if again.decision not in (Decision.RELAY, Decision.REDACT):
        return False
    accused = _pointing_words(original, verdict.findings)
    said = [word for token in draft.tokens for word in (token.form, token.written)]
    said += _written(draft.text) + _written(again.text)
    unknown = [t.form for t in draft.tokens if not t.flags and len(t.form) > 2 and not t.neutral]
    return not accused & {_singular(word) for word in said} and not any(
        name.startswith(short) for short in unknown for name in accused
    )


def _kept(analysis: Analysis, findings: Sequence[Finding]) -> Iterator[Fragment]:
    barred = _pointing_words(analysis, findings) | _tied_plates(analysis, findings)
    before = Before.NOTHING
    for sentence in sentences(analysis):
        if _accuses(analysis, sentence, findings):
            found = _opening(analysis, sentence, findings, before, barred)
            before = Before.ACCUSED
        else:
            found = sentence if _is_sendable(analysis, sentence, before, barred) else None
            if before is not Before.ACCUSED:
                before = Before.NOTHING if found is None else Before.KEPT
        if found is not None:
            yield found


def _accuses(analysis: Analysis, fragment: Fragment, findings: Sequence[Finding]) -> bool:
    return any(fragment.touches(analysis, finding) for finding in findings)


def _opening(
    analysis: Analysis,
    sentence: Fragment,
    findings: Sequence[Finding],
    before: Before,
    barred: frozenset[str],
) -> Fragment | None:
    """The clause before the accusation, where it names nobody and is a sentence by itself."""
    for clause in openings(analysis, sentence):
        if (
            not _accuses(analysis, clause, findings)
            and not any(e.kind.names for e in _entities(analysis, clause))
            and _is_sendable(analysis, clause, before, barred)
            and stands_alone(analysis, clause)
        ):
            return clause
    return None


def _is_sendable(
    analysis: Analysis, fragment: Fragment, before: Before, barred: frozenset[str]
) -> bool:
    inside = analysis.tokens[fragment.first : fragment.last]
    return (
        not any({_singular(t.form), _singular(t.written)} & barred for t in inside)
        and all(e.kind in _MAY_STAY for e in _entities(analysis, fragment))
        and not leans(analysis.tokens, fragment, before)
        and is_fact(analysis, fragment)
        and (before is not Before.ACCUSED or is_situated(inside))
    )


def _entities(analysis: Analysis, fragment: Fragment) -> Iterator[Entity]:
    return (e for e in analysis.entities if e.first < fragment.last and fragment.first < e.last)


def _pointing_words(analysis: Analysis, findings: Sequence[Finding]) -> frozenset[str]:
    """The words that say who is accused, as written and as understood."""
    spans = [(f.start, f.end) for f in findings if f.rule in POINTING]
    inside = [
        t for t in analysis.tokens if any(start < t.end and t.start < end for start, end in spans)
    ]
    said = [word for token in inside for word in (token.form, token.written)]
    said += [word for start, end in spans for word in _written(analysis.text[start:end])]
    return frozenset(_singular(w) for w in said if w.isalnum() and len(w) > 1 and w not in _SMALL)


def _tied_plates(analysis: Analysis, findings: Sequence[Finding]) -> frozenset[str]:
    """The plates that the message says to be the accused's: after his mention, or claimed by it."""
    tokens, tied, previous = analysis.tokens, set[str](), 0
    for sentence in sentences(analysis):
        if _accuses(analysis, sentence, findings):
            accused = next(
                i
                for i in range(sentence.first, sentence.last)
                if _accuses(analysis, Fragment(i, i + 1), findings)
            )
            first = previous if _claims(tokens[sentence.first : sentence.last]) else accused
            tied |= {t.written for t in tokens[first : sentence.last] if t.form == "plate"}
        previous = sentence.first
    return frozenset(_singular(plate) for plate in tied)


def _claims(sentence: Sequence[Token]) -> bool:
    """``elle est à…``, ``c'est celle de…``: says whose the vehicle is."""
    return sentence[0].form in ("il", "elle", "le") or any(
        t.form in _OWNS or set(t.lemmas) & {"appartenir", "conduire"} for t in sentence
    )


def _closed(part: str) -> str:
    """With a full stop where the writer's own end was cut off or left out."""
    bare = part.rstrip(" ,:;(-\n")
    return bare if bare[-1] in ".!?…" else f"{bare}."


def _written(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return _WORD.findall("".join(c for c in decomposed if unicodedata.category(c) != "Mn"))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" else word
