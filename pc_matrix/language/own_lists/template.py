"""The file that ``init`` leaves for a town hall to fill in: explanations, and examples to copy."""

from __future__ import annotations

import codecs

TEMPLATE = """\
# Les listes de la commune {code} : ce que le filtre ne peut pas savoir d'elle.
# Source : la mairie. Licence : à la mairie ; ce fichier ne quitte pas cette machine.
#
# Une ligne par nom : la classe ; puis le nom. Majuscules et accents n'ont pas d'importance.
# Le Bloc-notes, Excel ou LibreOffice conviennent ; gardez ce nom de fichier et le format CSV.
# Une ligne qui commence par # n'est pas lue : recopiez un exemple sans son #.
# Vérifiez : pc-matrix lists. Puis arrêtez et relancez le bot : il ne lit ce fichier qu'au départ.
#
# rue, lieu, commerce, marque, association : ce nom n'est pas une personne.
# Les noms précédés de rue, école, boulangerie… sont déjà compris ; inscrivez les autres.
# rue;La Grande Drève
# lieu;Les Quatre Vents
# lieu;Pôle Simone Veil
# commerce;Le Tartempion
# marque;Kerlann
# association;Les Amis du Beffroi
#
# surnom : tout le monde sait de qui il s'agit ; masqué comme un nom, renvoyé si on l'accuse.
# surnom;Jojo du Moulin
#
# agent : maire, adjoint, garde, policier municipal. Son nom passe, sauf si on l'accuse.
# Prénom et nom, ou grade et nom. N'inscrivez que des personnes en fonction.
# agent;Camille Exemple
#
# téléphone, courriel : ceux de la mairie et de ses services ; ils ne sont pas masqués.
# téléphone;03 20 00 00 00
# courriel;accueil@mairie.example
classe;nom
"""


def template(code: str) -> bytes:
    """The file's bytes. The mark in front tells Excel that accents are in UTF-8."""
    return codecs.BOM_UTF8 + TEMPLATE.format(code=code).replace("\n", "\r\n").encode()
