"""What reads at first sight as happening now, or as danger to life: from the bare words alone.

Before the filter, and also where it fails: nobody waits for an analysis to be told the number to
call. Written for messages that speak plainly; ``emergency`` hears the others. A call too many costs
a line in private, one too few may cost more: in doubt the number is said.
"""

from __future__ import annotations

import re
import unicodedata

from policies.emergency import Emergency

_SIGHT = 4000
"""Characters at the beginning that are looked at, and as many at the end."""

_CRIME = (
    r"cambriol\w*|effraction|braqu\w*|agress\w*|vols?|voler|vole|volent|pill\w+|tabass\w*|frapp\w+"
    r"|fractur\w+|forc\w+|cass\w+|defonc\w+|degrad\w+|sacca\w+|brul\w+|incendi\w+|bagarre|rixe"
    r"|(?:se|s) batt\w*|escalad\w+|enlev\w+|sequestr\w*|menac\w+|attaqu\w+|poursui\w+|suiv\w+"
    r"|crochet\w+|siphonn\w+|intrus\w*|introdui\w+|entr\w+|tir\w+"
)
_NOW = (
    r"en train (?:de|d)|en ce moment|a l instant|la maintenant|en cours(?! d(?:e|u|es)?\b)"
    r"|(?:est|sont) encore (?:la|dedans|dehors|a l interieur|sur place|dans)"
    r"|(?:vient|viennent) de(?! (?:confirmer|voler en))"
    r"|(?:essaie|essaient|essaye|essayent|tente|tentent) (?:de|d)"
)
_HAPPENING = (
    re.compile(rf"\b(?:{_CRIME})\b.{{0,60}}\b(?:{_NOW})"),
    re.compile(rf"\b(?:{_NOW})\b.{{0,30}}\b(?:{_CRIME})\b"),
)
_BREAKS_IN = re.compile(
    r"\b(?:essa\w+|tent\w+|cherch\w+|train) (?:a|de|d) (?:entrer|penetrer|ouvrir|forcer)"
    r" (?:chez|dans|la|ma)\b"
    r"|\b(?:quelqu un|un homme|des gens|un intrus) (?:est |entre |rentre )?dans (?:ma|la|notre)"
    r" maison\b"
)
_THREAT = re.compile(
    r"(?<!premiers )(?<!poste de )\bau secours\b(?! (?:populaire|catholique))|^a l aide\b(?! d)"
    r"|\bcoups? de feu\b|\bfusillade\b|\bprises? d otages?\b|\bpoignard\w+|\begorg\w+"
    r"|\b(?:il a|elle a|ils ont|(?:homme|type|gars|individu) avec|menac\w+ avec|sort\w*|brandi\w*"
    r"|armee? d) une? (?:couteau|fusil|pistolet|sabre|revolver|arme|machette|hache|carabine)\b"
    r"|\b(?:il|elle|ils) (?:va|vont|veut|veulent) (?:la|le|les|me|nous) tuer\b"
)
_MEDICAL = re.compile(
    r"\brespire (?:plus|pas)\b|\binconscient(?:e|es|s)?\b|\barret cardiaque\b|\binfarctus\b"
    r"|\bsans connaissance\b|\b(?:perd|perdu) connaissance\b|\bse noi(?:e|ent)\b"
    r"|\bbaigne dans son sang\b|\bperd (?:beaucoup de|tout son) sang\b"
)
_FIRE = re.compile(
    r"\bil y a le feu\b|(?:^|\bcri\w+ )au feu\b|\bincendie en cours\b"
    r"|\b(?:maison|immeuble|appartement|voiture|toit|grange|foret|garage|poubelle\w*)"
    r" (?:est |est en train de |sont )?(?:en feu|en flammes?|qui brule|brule|brulent)\b"
    r"|\b(?:fuite|forte odeur|odeur) de gaz\b|\bgrave accident\b|\baccident grave\b"
    r"|\bblesses? graves?\b|\bgrievement blesse\w*"
)
_UNREAL = re.compile(
    r"\bfausse (?:alerte|alarme)\b|\bexercices?\b|\bfilms?\b|\bseries? tele\b|\bjeux? video\b"
    r"|\bhier\b|\bsemaine derniere\b|\bmois dernier\b|\bannee derniere\b|\ban dernier\b"
    r"|\bplus de peur que de mal\b|\brien de grave\b|\bprevention\b|\brappel\b|\bformation\b"
    r"|\b(?:etait|etaient) en (?:cours|train)\b|\bchasse\w*\b|\breunion\b"
    r"|\bpoules?\b|\bpoulailler\b|\bmoutons?\b|\bbrebis\b|\blapins?\b|\bfermez vos\b"
)
_DENIED = re.compile(r"\b(?:aucun|aucune|pas de|pas d|ni|sans)(?: \w+)?$")


def at_once(text: str) -> Emergency | None:
    """The call that ``text`` asks for at first sight; ``None`` leaves it to ``emergency``."""
    is_short = len(text) <= 2 * _SIGHT
    said = _bare(text if is_short else f"{text[:_SIGHT]} {text[-_SIGHT:]}")
    if _UNREAL.search(said):
        return None
    if _found(_MEDICAL, said):
        return Emergency.MEDICAL
    if _found(_THREAT, said):
        return Emergency.THREAT
    if _found(_FIRE, said):
        return Emergency.FIRE
    happens = any(_found(one, said) for one in (*_HAPPENING, _BREAKS_IN))
    return Emergency.NOW if happens else None


def _found(pattern: re.Pattern[str], said: str) -> bool:
    """Whether it stands there undenied: ``pas de coups de feu`` is none."""
    return any(not _DENIED.search(said[: m.start()].rstrip()) for m in pattern.finditer(said))


def _bare(text: str) -> str:
    """In lower case without accents, signs as single spaces: ``l'aide`` is ``l aide``."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    letters = "".join(c for c in folded if unicodedata.category(c) != "Mn")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", letters).split())
