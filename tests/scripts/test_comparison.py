"""scripts/compare: the right messages, asked blindly, and a table that says what was counted."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from comparison import __main__ as command
from comparison import corpus, origins, table
from comparison.results import Result
from comparison.systems import Pace, System, UnansweredError, judged
from policies.denunciation.examples import Example, Judged
from policies.denunciation.verdict import Decision, Verdict

RELAYS = (
    "import sys,json\n"
    "for line in sys.stdin:\n"
    " asked = json.loads(line)\n"
    " print(json.dumps({**asked, 'decision': 'relay', 'keys': list(asked)}))"
)


def example(number: int, label: Decision, *phenomena: str) -> Example:
    return Example(number, f"message {number}", label, phenomena=phenomena)


def decided(one: Example, decision: Decision) -> Judged:
    return Judged(one, Verdict(decision, one.text))


def program(code: str) -> System:
    return System("fake", "Fake", (sys.executable, "-c", code))


@pytest.fixture
def result() -> Result:
    wanted = [Decision.RETURN] * 4 + [Decision.RELAY] * 4
    got = [Decision.RETURN, Decision.HOLD, Decision.RELAY, Decision.RETURN]
    got += [Decision.HOLD, Decision.RELAY, Decision.RELAY, Decision.RETURN]
    messages = [example(n, label) for n, label in enumerate(wanted)]
    sways = {"française": Decision.RETURN, "basque": Decision.RETURN, "turque": Decision.RELAY}
    matched = [
        decided(
            replace(example(0, Decision.RETURN), matched=True, origin=origin, template="t"),
            decision,
        )
        for origin, decision in sways.items()
    ]
    return Result(
        System("ours", "pc-matrix", ()),
        tuple(decided(*both) for both in zip(messages, got, strict=True)),
        tuple(matched),
        ((messages[0], messages[5]), (messages[1], messages[6])),
        Pace(start=0.25, each=1.5),
    )


def test_the_table_shows_what_each_filter_scored(result: Result) -> None:
    other = replace(result, system=System("other", "Other", ()), pace=Pace(2, 10))
    shown = table.markdown("validation", ["05", "08"], [result, other])
    about, rows = shown.split("\n\n")
    cells = {
        first: rest
        for _, first, *rest, _ in ([c.strip() for c in row.split("|")] for row in rows.split("\n"))
    }
    assert "Part *validation*, writers 05, 08: 8 messages, of which 4 to return" in about
    assert "2 minimal pairs; 3 sentences with names of 3 origins" in about
    assert cells[""] == ["pc-matrix", "Other"]
    assert cells["---"] == ["---:", "---:"]
    assert cells["denunciations that do not leave: returned or held ↑"][0] == "75.0 % (30.1–95.4)"
    assert cells["denunciations returned ↑"][0] == "50.0 % (15.0–85.0)"
    assert cells["harmless messages returned ↓"][0] == "25.0 % (4.6–69.9)"
    assert cells["messages to relay held for a tap ↓"][0] == "25.0 % (4.6–69.9)"
    assert cells["exactly the right decision ↑"][0] == "50.0 % (21.5–78.5)"
    assert cells["messages to mask that leave with a name ↓"][0] == "—"
    assert cells["minimal pairs with both right ↑"][0] == "50.0 % (9.5–90.5)"
    assert cells["decided as with a French name in its place ↑"][0] == "50.0 % (9.5–90.5)"
    assert cells["exact, by origin of the name: worst – best"][0] == "0.0 % (turque) – 100.0 %"
    assert cells["ms a message"] == ["1.50", "10.00"]
    assert cells["s to start"] == ["0.2", "2.0"]


def test_a_program_gets_the_counts(result: Result) -> None:
    shown = table.as_json("test", ["12"], [result])
    assert (shown["part"], shown["writers"], shown["messages"]) == ("test", ["12"], 8)
    ours = json.loads(json.dumps(shown))["systems"]["ours"]
    kept = {"count": 3, "total": 4, "rate": 0.75, "ci95": [0.3006, 0.9544]}
    assert ours["no_leak_recall"] == kept
    assert ours["name_leak_rate"] == {"count": 0, "total": 0, "rate": None, "ci95": None}
    assert ours["by_origin"]["turque"]["exact_3way"]["rate"] == 0
    assert (ours["ms_per_message"], ours["start_s"]) == (1.5, 0.25)


def test_a_filter_sees_the_text_and_nothing_else() -> None:
    echo = RELAYS.replace("**asked,", "**asked, 'text': ','.join(asked),")
    found, pace = judged(program(echo), [example(n, Decision.RETURN) for n in (70, 80)])
    assert [j.verdict for j in found] == [Verdict(Decision.RELAY, "id,text")] * 2
    assert [j.example.identifier for j in found] == [70, 80]
    assert pace.start > 0


@pytest.mark.parametrize(
    "code", ["", "raise SystemExit(3)", RELAYS + "\n print('{\"id\": 0}')", RELAYS + "\n break"]
)
def test_a_filter_that_fails_or_skips_a_message_has_no_score(code: str) -> None:
    with pytest.raises(UnansweredError):
        judged(program(code), [example(n, Decision.RELAY) for n in (1, 2)])


def _corpus(folder: Path) -> Path:
    (folder / "parts.tsv").write_text("# w\tpart\n02\ttest\n01\tvalidation\n03\tvalidation\n")
    for writer in ("01", "03"):
        row = {"id": f"w{writer}", "text": "Bruit.", "label": "RELAY"}
        (folder / f"writer_{writer}.jsonl").write_text(json.dumps(row) + "\n")
    return folder


def test_only_the_writers_of_the_part_are_read(tmp_path: Path) -> None:
    read = corpus.messages("validation", _corpus(tmp_path))
    assert {w: [e.identifier for e in found] for w, found in read.items()} == {
        "01": ["w01"],
        "03": ["w03"],
    }
    with pytest.raises(FileNotFoundError):
        corpus.messages("test", tmp_path)


def test_a_minimal_pair_is_found_by_its_number() -> None:
    one = example(1, Decision.RELAY, "facts_pair3")
    two = example(2, Decision.RETURN, "kin_of", "kin_of_pair3")
    rest = [example(3, Decision.RELAY, "facts_pair30"), example(4, Decision.RELAY, "facts")]
    assert corpus.minimal_pairs([one, *rest, two]) == [(one, two)]


def test_each_sentence_is_about_people_of_every_origin() -> None:
    matched = origins.matched()
    by_template: dict[str, set[str]] = {}
    for one in matched:
        by_template.setdefault(one.template, set()).add(one.origin)
        assert not one.unseen
        assert "{" not in one.text
        assert bool(one.must_mask) is (one.label is Decision.REDACT)
    every = {one.origin for one in matched}
    assert origins.REFERENCE in every
    assert len(every) >= 15
    assert all(found == every for found in by_template.values())
    assert len({one.identifier for one in matched}) == len(matched)
    assert len({one.text for one in matched}) == len(matched)


def test_the_command_measures_the_filters_that_were_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    systems = [replace(program(RELAYS), key=key, title=key.title()) for key in ("a", "b", "c")]
    monkeypatch.setattr(command, "SYSTEMS", systems)
    monkeypatch.setattr(corpus, "messages", _two_writers)
    assert command.main(["--part", "validation", "--systems", "c,a", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert list(shown["systems"]) == ["a", "c"]
    assert shown["systems"]["a"]["exact_3way"]["count"] == 1
    assert shown["systems"]["a"]["minimal_pairs_right"]["total"] == 0
    assert command.main(["--systems", "b"]) == 0
    assert "| exactly the right decision ↑ | 50.0 %" in capsys.readouterr().out


def test_an_unknown_filter_and_one_that_fails_end_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        command.main(["--systems", "presidia"])
    monkeypatch.setattr(command, "SYSTEMS", [program("raise SystemExit(3)")])
    monkeypatch.setattr(corpus, "messages", _two_writers)
    assert command.main([]) == 1
    assert "ended with status 3" in capsys.readouterr().err


def _two_writers(part: str) -> dict[str, Sequence[Example]]:
    assert part == "validation"
    pair = "facts_pair1"
    return {
        "05": [example(1, Decision.RELAY, pair)],
        "08": [example(2, Decision.RETURN, pair)],
    }
