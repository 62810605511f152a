"""Masks names, numbers and addresses, wherever they stand in a text and however they are spelt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from policies.denunciation.analysis import Analysis, EntityKind, Token
from policies.denunciation.identity import Named
from policies.denunciation.wordlist import words

_LABELS = {
    EntityKind.PERSON: "[personne]",
    EntityKind.PHONE: "[téléphone]",
    EntityKind.EMAIL: "[courriel]",
    EntityKind.ADDRESS: "[adresse]",
    EntityKind.ACCOUNT: "[compte]",
}
_PERSON = _LABELS[EntityKind.PERSON]
_REPEATED = re.compile(r"(.)\1+")
_PART = re.compile(r"[^\W\d_]+")
_JOINED = re.compile(r"[ \u00a0]|-|'|’|")
"""What may stand between the parts of one person's name."""
_MOST_PIECES, _SURE_INSIDE, _TELLING = 8, 5, 4

_DRAWN_FOR = str.maketrans("0134578l", "oieastbi")
_PARTICLES = words("de du des d le la les l en saint st sur sous")
"""``du pont`` is no *Dupont*, unless a mark stands between."""

Span = tuple[int, int, str]


def masked(analysis: Analysis, names: Sequence[Named]) -> str:
    """The text with ``names``, and every other mention of one, replaced by a label."""
    spans = [(n.start, n.end, _LABELS[n.kind]) for n in names]
    covered = [False] * len(analysis.text)
    for start, end, _ in spans:
        covered[start:end] = [True] * (end - start)
    for start, end in _mentions(analysis, _forms(analysis, names)):
        if not any(covered[start:end]):
            covered[start:end] = [True] * (end - start)
            spans.append((start, end, _PERSON))
    parts, at = [], 0
    for start, end, label in _joined(analysis.text, sorted(spans)):
        parts += [analysis.text[at:start], label]
        at = end
    return "".join(parts) + analysis.text[at:]


def _forms(analysis: Analysis, names: Sequence[Named]) -> frozenset[str]:
    """The forms that give a masked person away, wherever they stand: names, and what no dictionary
    has, but no common word that stood in a name or was taken for one."""
    return frozenset(
        form
        for n in names
        if n.kind is EntityKind.PERSON
        for token in analysis.tokens[n.first : n.last]
        for form in (token.form, token.written)
        if form in analysis.names or _is_no_word(form, token)
    )


def _is_no_word(form: str, token: Token) -> bool:
    return form.isalpha() and len(form) >= _TELLING and not token.flags


def _joined(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Without overlaps, and with the neighbouring parts of a name as one."""
    kept: list[Span] = []
    for start, end, label in spans:
        before = kept[-1] if kept else (0, 0, "")
        if start < before[1]:
            continue
        if label == before[2] == _PERSON and _JOINED.fullmatch(text, before[1], start):
            kept[-1] = (before[0], end, label)
        else:
            kept.append((start, end, label))
    return iter(kept)


def _mentions(analysis: Analysis, forms: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where a name that is masked is written again: alone, in a longer word, or in pieces."""
    if not forms:
        return
    names = forms | {_squeezed(n) for n in forms if len(n) >= _TELLING}
    longest = max(map(len, names))
    for i, token in enumerate(analysis.tokens):
        if _mentioned(token, names):
            yield token.start, token.end
            continue
        last = _broken(analysis, i, names, longest)
        if last:
            yield token.start, analysis.tokens[last - 1].end


def _squeezed(word: str) -> str:
    """Without doubled letters, however many: an elongation, or its absence, hides nobody."""
    return _REPEATED.sub(r"\1", word)


def _mentioned(token: Token, names: frozenset[str]) -> bool:
    if token.form in names or token.written in names:
        return True
    if not token.written.isalpha() and _as_read(token.written) in map(_as_read, names):
        return True
    if token.flags:  # a word of the dictionary is no misspelt name
        return token.written.removesuffix("s") in names and token.written.endswith("s")
    written = token.written.partition("://")[2] or token.written
    host, slash, page = written.partition("/")
    return any(_is_name(part, names) for part in _PART.findall(page if slash else host))


def _as_read(written: str) -> str:
    """``83na11`` and ``benali`` alike: digits as the letters that they are drawn for."""
    return written.translate(_DRAWN_FOR)


def _is_name(word: str, names: frozenset[str]) -> bool:
    """``karimbenali``, ``kkarim``, ``benalis``."""
    if len(word) < _TELLING:
        return word in names
    if {word, word.removesuffix("s"), word.removesuffix("x"), _squeezed(word)} & names:
        return True
    return any(len(n) >= _SURE_INSIDE and (word.startswith(n) or word.endswith(n)) for n in names)


def _broken(analysis: Analysis, i: int, names: frozenset[str], longest: int) -> int:
    """The end of the tokens from ``i`` whose letters, in a row, are a name; 0 when they are not."""
    tokens = analysis.tokens
    letters, odd = tokens[i].written, tokens[i].written not in _PARTICLES
    if not letters.isalnum():
        return 0
    for j in range(i + 1, min(i + 2 * _MOST_PIECES, len(tokens))):
        begins = len(letters) <= longest and any(n.startswith(letters) for n in names)
        if not begins or tokens[j].form == "\n":
            break
        if not tokens[j].written.isalnum():
            odd = True
            continue
        letters, odd = letters + tokens[j].written, odd or _is_odd(tokens[j])
        if odd and len(letters) >= _TELLING and {letters, _squeezed(letters)} & names:
            return j + 1
    return 0


def _is_odd(token: Token) -> bool:
    """Whether it is no word."""
    return not token.flags or len(token.written) < 2
