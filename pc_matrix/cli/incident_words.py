"""Each incident in words for a town hall: what happened, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from policies.incidents import IncidentKind


@dataclass(frozen=True, slots=True)
class IncidentWords:
    """``what`` happened and ``remedy``, a sentence each."""

    what: str
    remedy: str


_NOTHING = "Rien : le bot l'a écarté. Si cela se répète, prévenez l'administrateur du serveur."
_SERVER = "Prévenez l'administrateur du serveur Matrix : lui ou un intrus peut être en cause."
_PHONE = "Demandez à la personne de vérifier ses appareils dans Element, et d'ôter les inconnus."


def words(kind: IncidentKind) -> IncidentWords:  # noqa: PLR0911, PLR0912, C901 - one arm for each
    """What ``kind`` means to who looks after the scheme."""
    match kind:
        case IncidentKind.MALFORMED:
            return IncidentWords("Un message mal formé a été écarté.", _NOTHING)
        case IncidentKind.OLM:
            return IncidentWords(
                "Un message d'appareil à appareil n'a pas pu être ouvert.",
                "Rien : le bot renoue avec les appareils connus. Si la personne ne lit plus le "
                "bot, qu'elle ferme puis rouvre Element.",
            )
        case IncidentKind.ROOM_KEY:
            return IncidentWords("Une clé de salon inutilisable a été refusée.", _NOTHING)
        case IncidentKind.PLAINTEXT:
            return IncidentWords(
                "Un message non chiffré a été écarté d'un salon chiffré.",
                "Demandez à la personne quelle application elle utilise : Element chiffre "
                "toujours ces salons. Sinon, prévenez l'administrateur du serveur.",
            )
        case IncidentKind.STATE_IN_CIPHERTEXT:
            return IncidentWords(
                "Un faux changement de salon, caché dans un message, a été écarté.", _PHONE
            )
        case IncidentKind.NO_KEY | IncidentKind.KEY_MISSING:
            return IncidentWords(
                "Un message reste illisible pour le bot : sa clé n'est pas venue.",
                "Demandez à la personne de rouvrir Element, puis de répéter son message.",
            )
        case IncidentKind.UNDECRYPTABLE:
            return IncidentWords("Un message abîmé ou falsifié a été écarté.", _SERVER)
        case IncidentKind.REPLAYED:
            return IncidentWords(
                "Un ancien message a été présenté une seconde fois comme nouveau, et écarté.",
                _SERVER,
            )
        case IncidentKind.MISPLACED:
            return IncidentWords(
                "Un message a été présenté dans un autre salon que le sien, ou sous le nom "
                "d'une autre personne, et écarté.",
                _SERVER,
            )
        case IncidentKind.UNTRUSTED:
            return IncidentWords(
                "Une commande est venue d'un appareil que son propriétaire n'a pas signé ; "
                "elle n'a pas été suivie.",
                "Appelez la personne : est-ce son nouvel appareil (qu'elle le vérifie dans "
                "Element), ou quelqu'un se sert-il de son mot de passe ?",
            )
        case IncidentKind.WITHHELD:
            return IncidentWords(
                "L'application d'une personne refuse ses clés au bot, qui ne peut pas la lire.",
                "Qu'elle vérifie le bot dans Element (« pc-matrix trust verify » montre les "
                "codes), ou qu'elle accepte sa nouvelle identité.",
            )
        case IncidentKind.KEYS_DRAINED:
            return IncidentWords(
                "Quelqu'un épuise les clés à usage unique du bot sans lui écrire.",
                "Rien ne se perd : la clé de secours sert. " + _SERVER,
            )
        case IncidentKind.FORGED_KEY | IncidentKind.FORGED_DEVICE:
            return IncidentWords(
                "Le serveur a présenté la clé d'un appareil sans signature valable ; "
                "rien ne lui a été confié.",
                _SERVER,
            )
        case IncidentKind.IDENTITY_CHANGED:
            return IncidentWords(
                "L'identité chiffrée d'une personne a changé ; plus rien ne lui est envoyé.",
                "Appelez-la, comparez l'empreinte, puis « pc-matrix trust approve ».",
            )
        case IncidentKind.OUTSIDER:
            return IncidentWords(
                "Une personne que le registre n'y met pas est entrée dans un salon ; "
                "elle n'a reçu aucune clé.",
                "Le bot la met dehors. Si elle a sa place, ajoutez son mandat au registre.",
            )
        case IncidentKind.ENCRYPTION_CHANGED:
            return IncidentWords(
                "Le réglage de chiffrement d'un salon a été affaibli ; le bot continue de "
                "chiffrer comme avant.",
                "Lancez « pc-matrix plan » pour voir l'écart. " + _SERVER,
            )
        case IncidentKind.GAP:
            return IncidentWords(
                "Le serveur ne rend pas ce qui s'est dit dans un salon pendant une absence du bot.",
                "Demandez aux référents de ce salon de signaler à nouveau ce qui est resté sans "
                "réponse.",
            )
        case IncidentKind.VERIFICATION:
            return IncidentWords(
                "Une vérification par émojis a échoué : les codes n'étaient pas les mêmes, ou les "
                "clés ont changé pendant l'échange. Rien n'a été approuvé.",
                "Recommencez avec la personne, de vive voix. Si cela se répète : " + _SERVER,
            )
        case IncidentKind.UNHANDLED:
            return IncidentWords(
                "Le programme a échoué sur un message, par une erreur qui est la sienne : ce "
                "message a été écarté, les autres non.",
                "Si un référent attend une réponse, demandez-lui de signaler à nouveau. Envoyez "
                "la ligne « event.failed » du journal, sans texte de message, à qui développe "
                "pc-matrix.",
            )
        case _:
            assert_never(kind)
