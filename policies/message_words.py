"""What a message says, all of it: the words that are judged, shown and relayed, and no others.

A message has a plain text and often an HTML form, and clients choose which they show: the référent
sees one, the filter used to read the other. The rule: where both say the same, the plain text
stands for both. Otherwise everything that either says stands one below the other, and a human
confirms it. Characters that show nothing are taken out of both, mentions become ``@account``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.formatted import Formatted
from policies.legible import bare
from policies.mentions import named
from policies.terms import Message

_LINK = re.compile(r"(?i)(?:https?://|\bwww\.)\S+|(?<![\w.@])(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}/\S+")
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\(<?[^()\s]{0,2000}>?\)")
_LIST_NUMBER = re.compile(r"(?m)^(\s*\d{1,9})[.)]")
_MARKS = re.compile(r"[\s*_`#|\\+=•-]+")
"""What Markdown writes and HTML does not. A quotation's ``>`` and ``~~`` change what is said."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words, and why a human has to look at them whatever the filter says."""

    text: str
    doubts: tuple[Finding, ...] = ()

    def __repr__(self) -> str:
        return f"Words({[doubt.rule.value for doubt in self.doubts]})"


def whole(message: Message) -> Words:
    """Everything that ``message`` says, in either of its forms."""
    form = message.formatted or Formatted("")
    body = _seen(message.text, form)
    parts = [body]
    if message.formatted is not None and _gist(body) != _gist(_seen(form.text, form)):
        parts.append(_seen(form.text, form))
    parts += [target for target in form.targets if not any(target in part for part in parts)]
    text = "\n".join(part for part in parts if part.strip())
    return Words(text, tuple(_doubts(text, added=len(parts) > 1, hides=form.hides)))


def plain(text: str) -> Words:
    """Everything that a text says which has no other form."""
    said = named(bare(text))
    return Words(said, tuple(_doubts(said, added=False, hides=False)))


def _seen(text: str, form: Formatted) -> str:
    """``text`` without what shows nothing, and with accounts in the place of displayed names."""
    seen = named(bare(text))
    longest_first = sorted(form.mentions, key=lambda mention: -len(mention[0]))
    for shown, account in longest_first:
        if name := bare(shown).strip():
            seen = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", account, seen)
    return seen


def _gist(text: str) -> str:
    """What remains of ``text`` when it is not asked how it was laid out."""
    laid_out = _MARKDOWN_LINK.sub(r"\1", unicodedata.normalize("NFC", text))
    return _MARKS.sub("", _LIST_NUMBER.sub(r"\1.", laid_out))


def _doubts(text: str, *, added: bool, hides: bool) -> Iterator[Finding]:
    if added:
        yield Finding(Rule.TWO_FORMS, 0, len(text))
    if hides:
        yield Finding(Rule.HIDDEN, 0, len(text))
    for link in _LINK.finditer(text):
        yield Finding(Rule.LINK, link.start(), link.end())


def careful(verdict: Verdict, words: Words) -> Verdict:
    """``verdict`` on ``words``, but nothing that is in doubt leaves without a human."""
    if not words.doubts or verdict.decision is Decision.RETURN:
        return verdict
    decision = Decision.HOLD if verdict.decision is Decision.RELAY else verdict.decision
    return replace(verdict, decision=decision, findings=words.doubts + verdict.findings)
