"""Private phones, e-mails, accounts and numbers of dwellings; an institution's are no person's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pc_matrix.language.tokens import Word
from policies.denunciation.analysis import EntityKind
from policies.denunciation.wordlist import words as listed

Found = tuple[EntityKind, int, int, bool]
_PUBLIC = listed(
    """
    mairie gendarmerie police brigade commissariat pharmacie accueil standard samu pompiers
    prefecture ccas veterinaire clinique hopital enedis grdf edf veolia urgence urgences numero
    vert municipale municipal services service astreinte office association ecole college poste
    secretariat fourriere spa tribunal
    """
)
_PUBLIC_BOXES = listed(
    """
    mairie contact accueil gendarmerie police municipale info infos information informations
    secretariat urgence urgences service services ville commune ccas brigade urbanisme voirie
    proprete dechets eau environnement etat civil etatcivil population etatcivil elections
    scolaire periscolaire enfance jeunesse sport sports culture mediatheque bibliotheque
    communication com presse direction administration standard astreinte technique techniques
    st pm cabinet maire elus conseil reclamation reclamations signalement signalements securite
    tranquillite vigilance prevention prefecture pref sous cob bta bp psig commissariat ddsp ddt
    sdis pompiers cta codis samu hopital tribunal greffe procureur fourriere refuge spa syndic
    agence gardien bailleur logement office tourisme association asso bureau club support abuse
    noreply donotreply aide ne pas repondre
    """
)
_PUBLIC_HOST = re.compile(
    r"gouv|mairie|ville|commune|gendarmerie|police|interieur|prefecture|agglo|metropole"
    r"|departement|region|sdis\d|samu|ccas|(?:^|[.-])cc-|-cc\."
)
_OF_ANYBODY = listed(
    """
    gmail.com hotmail.com hotmail.fr outlook.com outlook.fr yahoo.fr yahoo.com live.fr free.fr
    orange.fr wanadoo.fr sfr.fr laposte.net bbox.fr icloud.com protonmail.com proton.me gmx.fr
    aol.com msn.com neuf.fr numericable.fr
    """
)
_OWN = listed("mon me moi je")
_UNITS = listed(
    """
    h heure heures ans an mois jours jour minutes minute min km m metres metre cm kg euros euro
    pourcent c degres fois personnes individus hommes janvier fevrier mars avril mai juin
    juillet aout septembre octobre novembre decembre eme e er ere l litres places pneus velos
    voitures impacts cv ch cc tonnes t semaines secondes et a
    """
)
_PROFILE = re.compile(
    r"(?:https?://)?(?:[\w-]+\.)*(?:facebook|fb|instagram|tiktok|snapchat|twitter|x|t|linkedin|youtube"
    r"|discord|telegram|wa|linktr|threads|pinterest|twitch|vinted|strava)\.\w{2,3}/(?!groups?/|events?/)\S"
)
"""Somebody's page on a social network."""
_LIVING = listed(
    """
    habite habitent vit vivent loge logent chez cambriolage cambrioles cambriole effraction
    intrusion maison pavillon portail porte occupant occupants proprietaire locataire locataires
    celui celle ceux gens famille couple ici jardin garage boite lettres volets haie facade
    residence immeuble allez voir passer passez retraites sonnette cave villa appartement
    etudiants tentative visite vol incendie feu alarme
    """
)


def contacts(words: Sequence[Word]) -> Iterator[Found]:
    """Every private contact, in order."""
    for i, word in enumerate(words):
        if word.neutral and word.kind != "num":
            continue
        match word.kind:
            case "phone" if not (_public(words, i) or _own(words, i) or _service(word)):
                yield EntityKind.PHONE, i, i + 1, False
            case "email" if not (_public_mail(word) or _own(words, i)):
                yield EntityKind.EMAIL, i, i + 1, False
            case "handle" | "account":
                yield EntityKind.ACCOUNT, i, i + 1, False
            case "url" if _PROFILE.match(word.raw):
                yield EntityKind.ACCOUNT, i, i + 1, False
            case "num":
                yield from _dwelling(words, i)
            case _:
                yield from _profile(words, i)


def _before(words: Sequence[Word], i: int, count: int) -> list[str]:
    return [w.form for w in words[max(0, i - count) : i]]


def _public(words: Sequence[Word], i: int) -> bool:
    near = _before(words, i, 8) + [w.form for w in words[i + 1 : i + 6]]
    return any(form in _PUBLIC for form in near if form != "numero")


def _service(word: Word) -> bool:
    digits = "".join(c for c in word.raw if c.isdigit())
    return digits.startswith(("080", "081", "082", "089"))


def _own(words: Sequence[Word], i: int) -> bool:
    near = _before(words, i, 7)
    return bool(_OWN & set(near)) and not ({"son", "sa", "leur", "lui"} & set(near[-4:]))


def _public_mail(word: Word) -> bool:
    """``police.municipale@…``, ``…@ville-lyon.fr``: an institution's, by its words."""
    name, _, host = word.raw.replace(" ", "").partition("@")
    if host in _OF_ANYBODY:
        return set(re.split(r"[._\-+\d]+", name)) - {""} <= _PUBLIC_BOXES
    if _PUBLIC_HOST.search(host):
        return True
    return bool(_PUBLIC_BOXES & set(re.split(r"[._\-+\d]+", name)))


def _dwelling(words: Sequence[Word], i: int) -> Iterator[Found]:
    """``46 rue``, ``au 12``, ``le 18 ter``, ``appartement 5``; not ``12 ans``, ``le 17``."""
    number = int(words[i].raw) if len(words[i].raw) < 5 else 10**6
    last = i + 1
    while last < len(words) and words[last].form in ("bis", "ter", "quater"):
        last += 1
    if (
        last < len(words)
        and len(words[last].raw) == 1
        and words[last].raw in "abcd"
        and words[last].raw not in ("a", "d")
    ):
        last += 1
    after = words[last].form if last < len(words) else ""
    following = words[last + (after == ",") :][:2]
    before = _before(words, i, 3)
    if _own(words, i) and ("habite" in before or "moi" in before or "chez" in before):
        return
    if _institution(words, i):
        return
    road = bool(following) and "road" in following[0].tags and not words[last - 1].neutral
    of_road = [w.form for w in words[last : last + 2]] in (
        ["de", "la"],
        ["du", "chemin"],
        ["de", "le"],
    ) and any("road" in w.tags for w in words[last : last + 3])
    if number < 10**6 and (road or of_road):
        yield EntityKind.ADDRESS, i, last, False
        return
    if words[i].neutral or after in _UNITS or (after and after[0].isdigit()) or number > 999:
        return
    head = before[-1:] or [""]
    home = {
        "numero",
        "n",
        "no",
        "appartement",
        "appart",
        "appt",
        "apt",
        "porte",
        "logement",
        "villa",
        "pavillon",
        "maison",
        "studio",
        "lot",
    }
    if (set(before[-2:]) & home and "plaque" not in before) or (
        head[0] in ("du", "au", "le")
        and number not in (15, 17, 18, 112, 114, 115, 119, 3919, 3114)
        and _people_before(words, i, head[0])
    ):
        yield EntityKind.ADDRESS, i, last, False


def _people_before(words: Sequence[Word], i: int, head: str) -> bool:
    """Whether the number after ``du``/``au`` is a house's: somebody or something lives there."""
    near = words[max(0, i - 4) : i - 1]
    known = any(w.form in _LIVING or w.tags & {"neighbour", "kin", "human", "title"} for w in near)
    return known or (head == "au" and (i < 2 or words[i - 2].kind == "punct"))


def _institution(words: Sequence[Word], i: int) -> bool:
    near = words[max(0, i - 5) : i]
    return any(
        w.form in _PUBLIC
        or (
            w.tags & {"shop", "site"}
            and w.form
            not in (
                "residence",
                "immeuble",
                "batiment",
                "local",
                "cite",
                "porte",
                "quartier",
                "camion",
                "fourgon",
                "utilitaire",
                "secteur",
                "tour",
                "parking",
                "jardin",
                "cave",
            )
        )
        for w in near
    )


def _profile(words: Sequence[Word], i: int) -> Iterator[Found]:
    """``le profil « X »``, ``le compte insta X``, ``un certain X sur Facebook``."""
    if words[i].form not in (
        "profil",
        "compte",
        "pseudo",
        "insta",
        "snap",
        "instagram",
        "snapchat",
        "tiktok",
        "facebook",
        "fb",
        "twitter",
        "telegram",
        "page",
        "discord",
        "nomme",
        "nommee",
    ):
        return
    j = i + 1
    skipped = {
        "insta",
        "snap",
        "instagram",
        "snapchat",
        "tiktok",
        "facebook",
        "fb",
        "twitter",
        "telegram",
        ":",
        "de",
        "sur",
        "est",
        "nomme",
        "d",
        "un",
        "discord",
    }
    while j < len(words) and words[j].form in skipped:
        j += 1
    if j < len(words) and words[j].form == '"':
        end = next((k for k in range(j + 1, min(j + 6, len(words))) if words[k].form == '"'), 0)
        if end > j + 1:
            yield EntityKind.ACCOUNT, j + 1, end, False
    elif (
        j < len(words)
        and words[j].kind == "word"
        and not words[j].flags
        and any(c.isdigit() for c in words[j].raw)
    ):
        yield EntityKind.ACCOUNT, j, j + 1, False
