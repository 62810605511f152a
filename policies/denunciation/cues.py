"""Turns of phrase around a person: suspicion, thanks, irony, retraction, a call to check on him."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.denunciation.analysis import Analysis, Entity, EntityKind, Token
from policies.denunciation.reading import ends_sentence, form, sentence
from policies.denunciation.verdict import Rule
from policies.denunciation.wordlist import words


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence: its weight (accusing if positive), its rule, its tokens."""

    weight: float
    rule: Rule
    first: int
    last: int


_HELPFUL = frozenset({"vhelp", "vwit"})
_BAD = frozenset({"vneg", "crime", "shady", "noise"})
_SEEN = words("voir apercevoir croiser filmer photographier entendre")
_RECOGNISED = words("reconnaitre identifier surprendre choper")
_MODAL = words(
    """
    faut faudrait devrait devraient devriez pouvez peut pourrait pourriez doit doivent merci
    temps svp fallait faudra
    """
)


def by_cue(analysis: Analysis, entity: Entity, *, undergone: bool, acts: bool) -> Iterator[Reason]:
    """What the turns of phrase around ``entity`` weigh."""
    first, end = sentence(analysis, entity.first)
    yield from _suspected(analysis, entity, first, end)
    yield from _checked(analysis, entity, first)
    yield from _since(analysis, entity, first, end)
    yield from _seen(analysis, entity, first)
    yield from _contact(analysis, entity, first, end)
    yield from _thanked(analysis, entity, first, end)
    yield from _place_of(analysis, entity, first, end)
    yield from _cleared(analysis, entity, first, end, undergone=undergone, acts=acts)


def _length(token: Token, tag: str) -> int:
    """How many words the phrase that starts at ``token`` has."""
    return max((int(t.split("+")[1]) for t in token.tags if t.startswith(f"{tag}+")), default=1)


def _near(entity: Entity) -> tuple[int, int]:
    return max(0, entity.first - 1), entity.last


def _any(tokens: Sequence[Token], *tags: str) -> bool:
    wanted = frozenset(tags)
    return any(t.tags & wanted for t in tokens)


def _suspected(analysis: Analysis, entity: Entity, first: int, end: int) -> Iterator[Reason]:
    tokens = analysis.tokens
    for i in range(first, end):
        if "cue_suspect" in tokens[i].tags or _suspecting_verb(tokens, i):
            yield Reason(3.0, Rule.SUSPICION, i, i + _length(tokens[i], "cue_suspect"))
            break
    contact = entity.kind in (EntityKind.PHONE, EntityKind.EMAIL)
    if not contact and _cleft(tokens, entity) and not _any(tokens, "cue_retract"):
        yield Reason(2.0, Rule.SUSPICION, *_near(entity))
    if _pointed_out(analysis, entity, first):
        yield Reason(3.0, Rule.SUSPICION, *_near(entity))


def _suspecting_verb(tokens: Sequence[Token], i: int) -> bool:
    """``je soupçonne``; not ``je n'accuse personne``, nor ``sans soupçonner``."""
    if "vsuspect" not in tokens[i].tags:
        return False
    before = [form(tokens, k) for k in range(max(0, i - 3), i)]
    return (
        "ne" not in before
        and "sans" not in before
        and "veux" not in before
        and "personne" not in [form(tokens, k) for k in range(i + 1, i + 3)]
    )


def _cleft(tokens: Sequence[Token], entity: Entity) -> bool:
    """``c'est X``, ``c'était bien X``, ``c'est toujours chez X``."""
    i = entity.first - 1
    while i >= 0 and (
        tokens[i].form
        in (
            ".",
            "le",
            "la",
            "les",
            "bien",
            "encore",
            "toujours",
            "chez",
            "forcement",
            "de",
            "surement",
        )
        or tokens[i].tags & {"title", "nickslot"}
    ):
        i -= 1
    return form(tokens, i) in ("est", "etait") and form(tokens, i - 1) == "ce"


def _pointed_out(analysis: Analysis, entity: Entity, first: int) -> bool:
    """An earlier sentence ends in a pointing colon, or the previous one suspects."""
    tokens = analysis.tokens
    if first < 2 or (not entity.kind.names and not entity.kind.recognisable):
        return False
    start, _ = sentence(analysis, first - 2)
    return _any(tokens[start:first], "cue_suspect") and ends_sentence(tokens, first - 1)


def _checked(analysis: Analysis, entity: Entity, first: int) -> Iterator[Reason]:
    """Asked to be checked, watched or visited; a vulnerable person may be visited."""
    tokens = analysis.tokens
    cared = _any(tokens, "cue_vulnerable")
    for i in range(first, entity.first):
        token = tokens[i]
        modal = any(form(tokens, k) in _MODAL for k in range(max(first, i - 4), i))
        ordered = ("I" in token.flags and modal) or token.form.endswith("ez")
        searched = token.form == "cherchez" and any(
            form(tokens, k) in ("chez", "cote", "parmi") for k in range(i, entity.first)
        )
        if searched:
            yield Reason(4.0, Rule.CHECK_ON, i, i + 1)
            return
        if "cue_check" in token.tags or ("vcheck" in token.tags and ordered):
            yield Reason(0.5 if cared else 4.0, Rule.CHECK_ON, i, i + _length(token, "cue_check"))
            return


def _since(analysis: Analysis, entity: Entity, first: int, end: int) -> Iterator[Reason]:
    """``depuis que X est là, les vols reprennent``."""
    tokens = analysis.tokens
    after = tokens[entity.last : end]
    gone = _any(after, "crime", "harm", "vneg", "vstrong") or any(
        "disparaitre" in t.lemmas for t in after
    )
    for i in range(first, entity.first):
        if "cue_when" in tokens[i].tags and tokens[i].form != "quand" and gone:
            yield Reason(4.0, Rule.SUSPICION, i, i + 1)
            return


def _seen(analysis: Analysis, entity: Entity, first: int) -> Iterator[Reason]:
    """``j'ai vu X forcer la porte``, ``on reconnaît X``."""
    tokens = analysis.tokens
    for i in range(first, entity.first):
        lemmas = set(tokens[i].lemmas)
        by_me = any(form(tokens, k) in ("je", "on", "nous") for k in range(max(first, i - 4), i))
        if not by_me or not lemmas & (_SEEN | _RECOGNISED):
            continue
        if entity.first - i > 5:
            continue
        after = tokens[entity.last : entity.last + 4]
        acting = any(
            "I" in t.flags or t.form in ("qui", "train", "avec", "pres", "devant", "derriere")
            for t in after
        )
        if lemmas & _RECOGNISED or _any(after, "vneg"):
            yield Reason(3.0, Rule.SUSPICION, i, entity.last)
        elif acting:
            yield Reason(1.5, Rule.SUSPICION, i, entity.last)
        return


def _contact(analysis: Analysis, entity: Entity, first: int, end: int) -> Iterator[Reason]:
    """A phone or e-mail is a witness's unless its owner is blamed in the same breath."""
    if entity.kind not in (EntityKind.PHONE, EntityKind.EMAIL, EntityKind.ADDRESS):
        return
    tokens = analysis.tokens
    around = [t for t in tokens[first:end] if not t.neutral]
    if entity.kind is EntityKind.ADDRESS:
        peopled = any(t.form in ("ils", "ca", "on") or t.tags & {"kin"} for t in tokens[first:end])
        yield Reason(
            -0.5 if peopled and _any(around, "crime", "shady", "vneg") else -2.0,
            Rule.DOUBT,
            *_near(entity),
        )
        return
    blamed = _any(around, "shady") or any(
        t.form in ("lui", "elle") and form(tokens, k - 1) == "est"
        for k, t in enumerate(tokens[:end])
        if k >= first
    )
    yield Reason(3.0 if blamed else -2.0, Rule.SUSPICION if blamed else Rule.DOUBT, *_near(entity))


def _thanked(analysis: Analysis, entity: Entity, first: int, end: int) -> Iterator[Reason]:
    tokens = analysis.tokens
    if not _any(tokens[first : entity.first], "thanks"):
        return
    after = tokens[entity.last : end]
    if any(t.tags & _HELPFUL and "vneg" not in t.tags for t in after):
        yield Reason(-5.0, Rule.DOUBT, *_near(entity))
    elif _any(after, *_BAD) or _for_having(after):
        yield Reason(3.0, Rule.IRONY, first, end)
    else:
        yield Reason(-3.0, Rule.DOUBT, *_near(entity))


def _for_having(after: Sequence[Token]) -> bool:
    """``merci d'avoir transformé la rue…``: thanked for what helps nobody."""
    forms = [t.form for t in after]
    if "avoir" not in forms:
        return False
    done = after[forms.index("avoir") + 1 : forms.index("avoir") + 4]
    return any("K" in t.flags for t in done) and not any(t.tags & _HELPFUL for t in done)


def _place_of(analysis: Analysis, entity: Entity, first: int, end: int) -> Iterator[Reason]:
    """``chez X``: burgled there, or dealing there."""
    tokens = analysis.tokens
    i = entity.first - 1
    while i >= first and ("title" in tokens[i].tags or tokens[i].form in (".", "les", "la", "le")):
        i -= 1
    if form(tokens, i) not in ("chez", "dans"):
        return
    around = [t for t in tokens[first:end] if not t.neutral]
    if _any(around, "harm", "cue_vulnerable", "victim") or _any(tokens[first:i], "vharm"):
        yield Reason(-2.0, Rule.DOUBT, *_near(entity))
    elif _any(around, "crime", "shady", "noise", "vneg", "way_morals", "way_work", "cue_weak"):
        yield Reason(2.5, Rule.DEED, *_near(entity))


def _cleared(
    analysis: Analysis, entity: Entity, first: int, end: int, *, undergone: bool, acts: bool
) -> Iterator[Reason]:
    """Retractions, sources, the missing, and those to whom harm was done."""
    tokens = analysis.tokens
    before, after = tokens[first : entity.first], tokens[entity.last : end]
    blamed = _any(after, "vneg", "vstrong", "shady", "crime") and not _any(after, "cue_retract")
    here = _any(tokens[first:end], "cue_retract")
    retracted = here or (_any(tokens, "cue_retract") and not blamed)
    if retracted and not any(t.form == "mais" for t in before):
        yield Reason(-4.0, Rule.DOUBT, *_near(entity))
    i = entity.first - 1
    while i >= first and (
        "title" in tokens[i].tags or tokens[i].form in (".", "le", "la", "ma", "mon")
    ):
        i -= 1
    spoken = "vwit" in (tokens[i].tags if i >= 0 else ()) and form(tokens, i - 1) in (",", '"')
    if (
        spoken
        or form(tokens, i) == "selon"
        or (form(tokens, i), form(tokens, i - 1)) == ("apres", "de")
    ):
        yield Reason(-2.5, Rule.DOUBT, *_near(entity))
    if _any(before, "cue_vulnerable") or _any(after, "cue_vulnerable"):
        yield Reason(-1.5, Rule.DOUBT, *_near(entity))
    if undergone or _any(before, "cue_suspect") or _cleft(tokens, entity):
        return
    by_stranger = _any(before, "human") and _any(before, "vneg")
    object_of_harm = (_any(before, "harm", "vharm") or by_stranger) and not acts
    taken_up = form(tokens, entity.last) in ("il", "elle", "ils", "elles")
    if object_of_harm or (_any(after[:6], "harm") and not taken_up):
        yield Reason(-2.0, Rule.DOUBT, *_near(entity))
