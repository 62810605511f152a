"""What ``pc-matrix check`` says in French: decisions, reasons, the number to call first."""

from __future__ import annotations

from policies.denunciation.verdict import Decision, Rule
from policies.emergency import Emergency

LEAVES = "Ce qui serait transmis"
DECISIONS = {
    Decision.RELAY: "TRANSMIS tel quel : personne n'est reconnaissable.",
    Decision.REDACT: "MASQUÉ : une personne qui n'est pas mise en cause est protégée.",
    Decision.HOLD: "À CONFIRMER : le référent relit le texte masqué avant l'envoi.",
    Decision.RETURN: "RENVOYÉ : ce message met en cause quelqu'un. Rien n'est transmis.",
}
COLOURS = {
    Decision.RELAY: "green",
    Decision.REDACT: "cyan",
    Decision.HOLD: "yellow",
    Decision.RETURN: "red",
}
_CALLS = {
    Emergency.SUICIDE: "Appelez d'abord le 3114 (ou le 15) : une vie est peut-être en danger.",
    Emergency.CHILD: "Appelez d'abord le 119 (ou le 17) : un enfant est peut-être en danger.",
    Emergency.PARTNER: "Appelez d'abord le 17, ou le 3919 : violences à la maison.",
    Emergency.THREAT: "Appelez d'abord le 17 ou le 112 (114 par SMS) : danger immédiat.",
    Emergency.MEDICAL: "Appelez d'abord le 15 ou le 112 : urgence vitale.",
}
_REASONS = {
    Rule.PERSON: "« {quote} » désigne une personne : le nom est masqué.",
    Rule.PHONE: "« {quote} » est un numéro privé : il est masqué.",
    Rule.EMAIL: "« {quote} » est une adresse privée : elle est masquée.",
    Rule.ADDRESS: "« {quote} » désigne une habitation : le numéro est masqué, la rue reste.",
    Rule.ACCOUNT: "« {quote} » est un compte ou un surnom : il désigne une personne.",
    Rule.OFFICIAL: "« {quote} » désigne un agent nommément : parlez de sa fonction seulement.",
    Rule.KIN_OF: (
        "« {quote} » désigne une personne par sa famille : décrivez ce que vous avez vu, "
        "l’heure, le lieu, le véhicule."
    ),
    Rule.OWN_RELATION: (
        "« {quote} » désigne une personne de votre entourage : ce message ne peut pas "
        "être transmis ainsi."
    ),
    Rule.NEIGHBOUR: (
        "« {quote} » désigne un voisin que chacun reconnaîtrait : décrivez les faits sans "
        "dire de qui il s’agit."
    ),
    Rule.DWELLING: "« {quote} » désigne les personnes qui vivent là : indiquez la rue et les faits.",
    Rule.JOB: (
        "« {quote} » désigne une personne par son métier et son lieu de travail : "
        "décrivez les faits seulement."
    ),
    Rule.DEED: (
        "« {quote} » reproche un acte à une personne reconnaissable : ce n’est pas à nous "
        "d’accuser."
    ),
    Rule.SUSPICION: "« {quote} » est un soupçon ou une rumeur : dites ce que vous avez vu vous-même.",
    Rule.CHECK_ON: (
        "« {quote} » demande de contrôler une personne : signalez des faits, les "
        "autorités décident des contrôles."
    ),
    Rule.CHARACTER: "« {quote} » juge une personne : décrivez des faits, pas des caractères.",
    Rule.WAY_OF_LIFE: (
        "« {quote} » touche à la vie privée (travail, papiers, santé, mœurs, religion, "
        "opinions) : cela ne se signale pas ici."
    ),
    Rule.IRONY: "« {quote} » est un reproche sous forme de remerciement.",
    Rule.GROUP: (
        "« {quote} » met en cause une origine, une religion ou une communauté : décrivez "
        "ce que vous avez vu faire, et par combien de personnes."
    ),
    Rule.GROUP_MENTIONED: (
        "« {quote} » mentionne une origine, une religion ou une communauté : est-ce utile "
        "au signalement ?"
    ),
    Rule.DOUBT: (
        "« {quote} » : le filtre ne sait pas si cette personne est mise en cause. Relisez "
        "le texte masqué avant de l’envoyer."
    ),
    Rule.UNREADABLE: (
        "Ce message est trop long ou ne peut pas être analysé : relisez-le avant de "
        "l’envoyer, ou raccourcissez-le."
    ),
}


def call_first(which: Emergency) -> str:
    """The call that comes before everything else."""
    return _CALLS[which]


def reason(rule: Rule, quote: str) -> str:
    """Why ``quote`` stopped the message."""
    return _REASONS[rule].format(quote=quote)
