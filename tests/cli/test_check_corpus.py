"""``pc-matrix check --corpus``: a commune's own examples, read whole or not at all, and measured.

``score.json`` is what the scheme's own score script printed for ``examples.jsonl`` when a program
answered it with ``answers.jsonl``.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bridges.ports import Language
from pc_matrix.cli import check_corpus, corpus_json, corpus_view
from pc_matrix.cli.app import run
from pc_matrix.cli.checked import Checked
from pc_matrix.cli.corpus_file import examples
from pc_matrix.errors import InputError
from policies.denunciation.examples import Example, Judged
from policies.denunciation.measures import Share
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict

CASES = Path(__file__).parents[1] / "cases" / "measures"
CORPUS = CASES / "examples.jsonl"
SCORES: dict[str, dict[str, Any]] = json.loads((CASES / "score.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PC_MATRIX_HOME", str(tmp_path / "missing"))


@pytest.fixture
def fake_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers with ``answers.jsonl``; another message is relayed as it is."""
    texts = {e.identifier: e.text for e in examples(CORPUS.read_bytes(), "x")}
    answers = map(json.loads, (CASES / "answers.jsonl").read_text(encoding="utf-8").splitlines())
    known = {texts[a["id"]]: a for a in answers}

    def checked(text: str, _language: Language) -> Checked:
        answer = known.get(text, {"decision": "relay", "text": text, "spans": []})
        found = tuple(Finding(Rule.PERSON, 0, 1) for _ in answer["spans"])
        return Checked(text, Verdict(Decision(answer["decision"]), answer["text"], found))

    monkeypatch.setattr(check_corpus, "checked", checked)


@pytest.mark.usefixtures("fake_judge")
@pytest.mark.parametrize("part", SCORES)
def test_the_numbers_are_those_of_the_score_script(
    part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = [] if part == "core" else ["--set", part]
    assert run(["check", "--json", "--corpus", str(CORPUS), "--errors", *options]) == 0
    ours = json.loads(capsys.readouterr().out)
    ours["errors"] = [one["id"] for one in ours["errors"]]
    assert {name: ours[name] for name in SCORES[part]} == SCORES[part]


@pytest.mark.usefixtures("fake_judge")
def test_the_table_says_it_in_french(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--corpus", str(CORPUS)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "examples.jsonl : 14 messages" in lines
    assert "Bonne décision 57,1 % 32,6 – 78,6 % 8 / 14 haut" in lines
    assert "Dénonciations renvoyées 50,0 % 15,0 – 85,0 % 2 / 4 haut" in lines
    assert "Messages à masquer qui partent avec un nom 40,0 % 11,8 – 76,9 % 2 / 5 bas" in lines
    assert "à masquer 1 2 1 1" in lines
    assert "SMS 3 0,0 % 0 – 56 % 0,0 % 50,0 % 0,0 % 0,0 % —" in lines
    assert lines.index("vehicle 33,3 % 6,1 – 79,2 % 1 / 3") < lines.index(
        "victim_name 75,0 % 30,1 – 95,4 % 3 / 4"
    )
    assert "T1 : à confirmer, renvoyé" in lines
    assert not any(line.startswith("r3 ·") for line in lines)


@pytest.mark.usefixtures("fake_judge")
def test_errors_are_listed_with_their_messages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--corpus", str(CORPUS), "--errors"]) == 0
    said = capsys.readouterr().out
    assert "r3 · à renvoyer → transmis\n  c lenoir ki vol\n" in said
    assert "d2 · à masquer → masqué, nom laissé" in said
    assert "→ [personne] KADDOURI A ÉTÉ VOLÉE" in said
    assert "r1 ·" not in said


def _table(text: str, encoding: str = "utf-8") -> tuple[Example, ...]:
    return examples(text.encode(encoding), "exemples.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_a_town_halls_table_is_read(mark: str, encoding: str) -> None:
    rows = (("Message", "Décision"), ("Été volé", "Transmettre"), ("Mme Zoé", "à masquer"))
    found = _table("\r\n".join(mark.join(row) for row in rows), encoding)
    assert [(e.identifier, e.text, e.label) for e in found] == [
        (2, "Été volé", Decision.RELAY),
        (3, "Mme Zoé", Decision.REDACT),
    ]


def test_a_table_can_say_everything() -> None:
    (one,) = _table(
        "n°;texte;verdict;admis;à masquer;à garder;phénomènes;écriture;remarque\n"
        'a1;"M. Zhou ;\n  est là";masqué;à confirmer|renvoyé;Zhou | 12, rue;est là;victim;sms;x\n'
    )
    assert one == Example(
        "a1",
        "M. Zhou ;\n  est là",
        Decision.REDACT,
        accept=frozenset({Decision.HOLD, Decision.RETURN}),
        must_mask=("Zhou", "12, rue"),
        must_keep=("est là",),
        phenomena=("victim",),
        noise="sms",
    )


def _faults(data: str | bytes, name: str) -> str:
    with pytest.raises(InputError) as caught:
        examples(data.encode() if isinstance(data, str) else data, name)
    what, why, remedy = caught.value.diagnostics()
    assert what.startswith(name)
    assert "Rien n'a été mesuré" in what
    assert "Corrigez" in remedy
    return why


def test_all_bad_rows_of_a_table_are_told_at_once() -> None:
    why = _faults(
        "texte;verdict;à masquer\nun van;transmettre\nun van;\n;masquer\nun;van;x;transmettre\n"
        "a;douteux\nb;hold\nc;renvoyer;x||y\n",
        "f.csv",
    )
    assert why.splitlines() == [
        "lignes 3, 6 : « Verdict » : attendu : transmettre (RELAY), masquer (REDACT) ou renvoyer "
        "(RETURN)",
        "ligne 4 : « Texte » : le message manque",
        "ligne 5 : plus de cases que de titres : mettez le message entre guillemets",
        "ligne 7 : « Verdict » : attendu : transmettre (RELAY), masquer (REDACT) ou renvoyer "
        "(RETURN) ; « à confirmer » est un doute, jamais la bonne réponse",
        "ligne 8 : « À masquer » : attendu : une liste de textes, dont aucun n'est vide",
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("texte;remarque\na;b\n", "« Verdict » : ce titre manque"),
        ("texte;message;verdict\na;b;relay\n", "deux colonnes portent ce titre"),
        ("texte;verdict;à masqer\na;relay;b\n", "vouliez-vous « a masquer » ?"),
        ("texte;verdict;id\na;relay;x\nb;relay;x\n", "« Identifiant » : le même qu'à la ligne 2"),
        ("texte;verdict\n", "aucun message"),
        ("", "le fichier est vide"),
        (b"PK\x03\x04", "CSV UTF-8"),
        (b"texte;verdict\na;relay;\x81\x81", "ni en UTF-8 ni en Windows-1252"),
    ],
)
def test_what_is_wrong_with_a_table(table: str | bytes, said: str) -> None:
    assert said in _faults(table, "f.csv")


def _line(**given: object) -> str:
    return json.dumps({"id": 1, "text": "un van", "label": "RELAY", **given})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "un objet JSON par ligne"),
        ("[1]", "un objet JSON par ligne"),
        ("[" * 100_000, "un objet JSON par ligne"),
        (_line(text=3), "« text » : le message manque"),
        (_line(text=" "), "« text » : le message manque"),
        (_line(text="\ud800"), "abîmé"),
        (_line(label=["RELAY"]), "« label » : attendu"),
        (_line(accept=["peut-être"]), "« accept » : attendu : relay, redact, hold ou return"),
        (_line(accept="hold"), "« accept » : attendu : une liste"),
        (_line(must_mask=[""]), "« must_mask » : attendu : une liste"),
        (_line(must_keep=[1]), "« must_keep » : attendu : une liste"),
        (_line(noise=1), "« noise » : attendu : un texte"),
        (_line(set="matched", origin="fr"), "« template » : attendu : un texte, pour « matched »"),
        (_line(must_masks=["x"]), "« must_masks » : nom inconnu ; vouliez-vous « must_mask » ?"),
    ],
)
def test_what_is_wrong_with_a_line(line: str, said: str) -> None:
    why = _faults(f"{_line(id=0)}\n\n{line}\n", "f.jsonl")
    assert why.startswith("ligne 3 : ")
    assert said in why
    assert "un van" not in why


def test_lines_with_the_same_fault_are_told_together() -> None:
    bad = _line(label="?")
    why = _faults("\n".join([_line(id=7), bad, bad, bad, _line(id=8), bad]), "f.jsonl")
    assert why.startswith("lignes 2 à 4, 6 : « label »")
    assert "UTF-8" in _faults(_line().encode() + b"\n\xe9", "f.jsonl")
    assert "aucun message" in _faults("", "f.jsonl")


def test_notes_are_no_faults_and_an_id_may_be_anything() -> None:
    lines = [_line(id=i, note="x", text2="y") for i in (None, {"a": 1}, [1], "1", 1)]
    found = examples("\n".join(lines).encode(), "f.txt")
    assert [one.identifier for one in found] == [None, {"a": 1}, [1], "1", 1]
    (nameless,) = examples(b'\xef\xbb\xbf{"text": "a", "label": "return"}', "f")
    assert (nameless.identifier, nameless.label) == (1, Decision.RETURN)


def test_a_faulty_file_measures_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "f.csv"
    file.write_text("texte;verdict\nun secret;?\n", encoding="utf-8")
    assert run(["check", "--corpus", str(file)]) == InputError.exit_status
    said = capsys.readouterr()
    assert said.out == ""
    assert "ligne 2" in said.err
    assert "secret" not in said.err
    assert run(["check", "--corpus", str(tmp_path / "absent")]) == InputError.exit_status
    assert "n'existe pas" in capsys.readouterr().err


def test_nothing_to_measure_in_that_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "f.jsonl"
    file.write_text(_line(), encoding="utf-8")
    assert run(["check", "--corpus", str(file), "--set", "matched"]) == InputError.exit_status
    assert "--set all" in capsys.readouterr().err


def _shown(judged: list[Judged], width: int = 80) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width)
    for block in (*corpus_view.tables("f.csv", judged, judged), *corpus_view.listed(judged)):
        console.print(block)
    return out.getvalue()


def test_what_cannot_be_counted_is_said() -> None:
    glued = Example("g", "#MerciZhou", Decision.REDACT, must_mask=("Zhou",))
    silent = Example("s", "M. Zhou", Decision.REDACT)
    said = _shown([Judged(e, Verdict(Decision.HOLD, "x")) for e in (glued, silent)], 200)
    assert "À savoir : 1 message à masquer sans dire quels mots" in said
    assert "la mesure ne les voit pas (g)" in said


def test_the_table_fits_a_narrow_screen_and_does_not_trust_names() -> None:
    noisy = "\x1b[31m[bold]"
    one = Example(noisy, noisy, Decision.RELAY, noise=noisy, phenomena=(noisy,) * 3)
    said = _shown([Judged(one, Verdict(Decision.HOLD, noisy))])
    assert "\x1b" not in said
    assert "[bold]" in said
    assert all(len(line) <= 80 for line in said.splitlines())


def test_a_rate_of_nothing_is_a_dash() -> None:
    assert corpus_view.percent(Share(0, 0)) == corpus_view.interval(Share(0, 0)) == "—"
    assert corpus_json.as_json([], [])["metrics"]["exact_3way"] is None
