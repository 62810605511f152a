"""Each class of a commune's lists changes a verdict, and only as it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pc_matrix.language import load
from policies.denunciation.analysis import EntityKind
from policies.denunciation.judge import judge
from policies.denunciation.verdict import Decision, Rule
from tests.language.own_lists.files import filter_with, verdict

RELAY, REDACT, HOLD, RETURN = Decision.RELAY, Decision.REDACT, Decision.HOLD, Decision.RETURN

CHANGES = [
    ("rue;La Grande Lafleur-Kerdoncuff", "Des tags à La Grande Lafleur-Kerdoncuff.", HOLD, RELAY),
    ("lieu;Lafleur-Kerdoncuff", "Des tags à lafleur kerdoncuff.", HOLD, RELAY),
    ("commerce;Le Fournil d'Yasmina", "Rixe hier au fournil d'Yasmina.", None, RELAY),
    ("commerce;Tartempion Ravel", "Une bagarre devant Tartempion Ravel.", HOLD, RELAY),
    ("marque;Lafleur-Kerdoncuff", "Un fourgon Lafleur-Kerdoncuff blanc.", HOLD, RELAY),
    (
        "association;Les Amis de Kerdoncuff",
        "La vitre des Amis de Kerdoncuff est cassée.",
        None,
        RELAY,
    ),
    ("surnom;La Puce", "La puce a été agressée hier soir.", RELAY, REDACT),
    ("surnom;La Puce", "La Puce a cassé la vitre de l'abribus.", RELAY, RETURN),
    ("surnom;Jojo du Moulin", "jojo du moulin deale au parking.", None, RETURN),
    ("surnom;Kiki", "Kiki a vu un fourgon blanc.", RELAY, REDACT),
    ("agent;Sophie Durand", "Sophie Durand passera lundi dans le quartier.", None, RELAY),
    ("agent;Mme DURAND Sophie", "Sophie Durand passera lundi dans le quartier.", None, RELAY),
    ("agent;le maire M. Jean-Yves LE GOFF", "Jean-Yves Le Goff passera lundi.", None, RELAY),
    ("agent;Le Goff Yann, adjoint", "yann le goff passera lundi.", None, RELAY),
    ("agent;M. Yann Le Goff", "M. Le Goff Yann passera lundi.", None, RELAY),
    ("agent;Sophie Durand", "Sophie Durand a volé la caisse.", RETURN, RETURN),
    ("téléphone;06 12 34 56 78", "Appelez le 0612345678.", REDACT, RELAY),
    ("téléphone;+33 6 12 34 56 78", "Appelez le 06.12.34.56.78.", REDACT, RELAY),
    ("tel;612345678", "Appelez le +33 6 12 34 56 78.", REDACT, RELAY),
    ("téléphone;06 12 34 56 78", "Un témoin est au 06 12 34 56 79.", REDACT, REDACT),
    ("courriel;Lecture@bourg.example", "Écrivez à lecture@bourg.example.", REDACT, RELAY),
    ("courriel;elus@bourg.example", "Écrivez à zoe@bourg.example.", REDACT, REDACT),
]


@pytest.mark.parametrize(("line", "text", "without", "with_it"), CHANGES)
def test_a_line_changes_the_verdict(
    tmp_path: Path, line: str, text: str, without: Decision | None, with_it: Decision
) -> None:
    before = judge(load().by_rules(text)).decision
    assert before is without if without else before is not with_it
    french = filter_with(tmp_path, line)
    assert judge(french.by_rules(text)).decision is with_it
    assert verdict(french, text).decision is with_it  # whoever else reads it


def test_a_nickname_is_masked_whole_and_everywhere(tmp_path: Path) -> None:
    french = filter_with(tmp_path, "surnom;Jojo des Bois")
    text = "Jojo des Bois a été blessé. Merci d'aider JOJO, des voisins sont là."
    assert verdict(french, text).text == (
        "[personne] a été blessé. Merci d'aider [personne], des voisins sont là."
    )


def test_a_nickname_and_its_surname_are_one_person(tmp_path: Path) -> None:
    french = filter_with(tmp_path, "surnom;Dédé")
    assert verdict(french, "Dédé Martin a été agressé.").text == "[personne] a été agressé."


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("surnom;La Puce",), "Un accident rue de la Puce."),
        (("surnom;Bébert", "commerce;Garage Chez Bébert"), "Une bagarre au garage chez Bébert."),
        (("surnom;Kerdoncuff", "lieu;Les Prés Kerdoncuff"), "Des tags aux Prés Kerdoncuff."),
    ],
)
def test_a_nickname_inside_a_place_is_nobody(
    tmp_path: Path, lines: tuple[str, ...], text: str
) -> None:
    assert filter_with(tmp_path, *lines).analyse(text).entities == ()


@pytest.mark.parametrize(
    "text",
    [
        "Mme Kerdoncuff a été volée.",
        "Yann Kerdoncuff a été volé.",
        "La famille Kerdoncuff a été volée.",
        "Chez les Kerdoncuff, la porte a été forcée.",
    ],
)
def test_a_person_who_bears_the_name_of_a_place_stays_one(tmp_path: Path, text: str) -> None:
    french = filter_with(tmp_path, "lieu;Kerdoncuff")
    judged = verdict(french, text)
    assert judged.decision in (REDACT, HOLD)
    assert "Kerdoncuff" not in judged.text


def test_a_dwelling_in_a_listed_hamlet_keeps_its_number_masked(tmp_path: Path) -> None:
    french = filter_with(tmp_path, "lieu;Kerdoncuff")
    judged = verdict(french, "Au 12 Kerdoncuff la porte a été forcée.")
    assert judged.text == "Au [adresse] Kerdoncuff la porte a été forcée."


def test_an_agent_is_an_official_again_later_in_the_text(tmp_path: Path) -> None:
    french = filter_with(tmp_path, "agent;Sophie Durand")
    kinds = [e.kind for e in french.analyse("Voir Sophie Durand. Mme Durand répond.").entities]
    assert kinds == [EntityKind.OFFICIAL, EntityKind.OFFICIAL]


def test_an_accused_agent_is_named_as_an_official(tmp_path: Path) -> None:
    french = filter_with(tmp_path, "agent;Sophie Durand")
    rules = {f.rule for f in verdict(french, "Sophie Durand a volé la caisse.").findings}
    assert Rule.OFFICIAL in rules


@pytest.mark.parametrize(
    "text", ["Sophie Durand-Morel a été cambriolée.", "Mme Durand a été cambriolée."]
)
def test_who_shares_an_agents_name_in_part_is_masked(tmp_path: Path, text: str) -> None:
    judged = verdict(filter_with(tmp_path, "agent;Sophie Durand"), text)
    assert judged.decision is REDACT
    assert "Durand" not in judged.text


def test_the_longest_entry_wins(tmp_path: Path) -> None:
    french = filter_with(tmp_path, "surnom;Kiki", "commerce;Kiki Burger Express")
    assert french.analyse("Une bagarre devant Kiki Burger Express.").entities == ()
    assert french.analyse("Kiki mange un burger.").entities != ()


@pytest.mark.parametrize(
    "written", ["KERDONCUFF SAINT MARC", "kerdoncuff-st-marc", "Kerdoncuff St. Marc"]
)
def test_case_hyphens_and_abbreviations_do_not_matter(tmp_path: Path, written: str) -> None:
    french = filter_with(tmp_path, "lieu;Kerdoncuff Saint-Marc")
    assert french.analyse(f"Des tags à {written} hier soir").entities == ()


def test_a_listed_word_lends_nothing_to_the_word_that_it_resembles(tmp_path: Path) -> None:
    """A nickname that the speller would take for *voiture* does not mask every car."""
    french = filter_with(tmp_path, "surnom;Voatur")
    assert french.analyse("Une voiture a brûlé.").entities == ()


def test_without_a_file_there_are_no_lists(tmp_path: Path) -> None:
    from pc_matrix.language import load_with

    french = load_with(tmp_path / "none.listes.csv")
    assert french.own.rows == ()
    assert french.analyse("La Puce a cassé la vitre.").entities == ()
