"""The verdict as a page: whole by itself, escaped, readable without colours or eyes."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from pc_matrix.cli.app import run
from pc_matrix.cli.check_page import page
from pc_matrix.cli.checked import Checked
from pc_matrix.errors import InputError
from policies.denunciation.verdict import Decision, Finding, Rule, Verdict
from policies.emergency import Emergency

TEXT = '<script>alert(1)</script> Tony & "bat" sa femme'
FINDINGS = (
    Finding(Rule.PERSON, 26, 30),
    Finding(Rule.DOUBT, 26, 30),
    Finding(Rule.DEED, 33, 38),
    Finding(Rule.SUSPICION, 34, 47),
    Finding(Rule.IRONY, 0, 0),
)
SLANDER = Checked(TEXT, Verdict(Decision.RETURN, "", FINDINGS), Emergency.PARTNER)
HELD = Checked(TEXT, Verdict(Decision.HOLD, TEXT.replace("Tony", "[personne]"), FINDINGS[:2]))
DRAFTED = Checked(TEXT, SLANDER.verdict, None, "Un vol <hier> a eu lieu, [personne] l'a vu.")
UNREAD = Checked(
    TEXT,
    Verdict(Decision.HOLD, "", (Finding(Rule.UNREADABLE, 0, len(TEXT)), Finding(Rule.LINK, 3, 9))),
)
FACT = Checked("un fourgon [photo]", Verdict(Decision.RELAY, "un fourgon [photo]"))
_VOID = {"meta", "link", "br", "img"}


class _Page(HTMLParser):
    """The elements in order, the text under each class; fails where tags do not close."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[tuple[str, str]] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append((tag, dict(attrs).get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(name for pair in self._open for name in pair if name), data))

    def under(self, *names: str) -> str:
        return "".join(data for path, data in self.texts if set(names) <= set(path))


@pytest.mark.parametrize("one", [SLANDER, HELD, FACT, DRAFTED, UNREAD])
def test_the_page_is_whole_and_calls_for_nothing(one: Checked) -> None:
    source = page(one)
    read = _Page(source)
    assert source.startswith("<!doctype html>")
    assert ("html", {"lang": "fr"}) in read.elements
    tags = {tag for tag, _ in read.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    given = [(name, value) for _, attrs in read.elements for name, value in attrs.items()]
    assert not [name for name, _ in given if name.startswith("on") or name in ("src", "style")]
    links = [value for name, value in given if name == "href"]
    ids = [value for name, value in given if name == "id"]
    assert len(set(ids)) == len(ids)
    assert all(link and link[1:] in ids for link in links)
    assert not re.search(r"url\(|@import|https?:|//", read.under("style"))
    assert sum(tag == "h1" for tag, _ in read.elements) == 1


def test_everything_that_people_wrote_is_escaped() -> None:
    read = _Page(page(SLANDER))
    shown = re.sub(r"\d", "", read.under("message"))
    assert shown.replace("‸", "") == re.sub(r"\d", "", TEXT)
    assert '« "bat" »' in read.under("why")


def test_marks_by_kind_overlapping_and_empty() -> None:
    read = _Page(page(SLANDER))
    assert re.sub(r"\d", "", read.under("message", "said")) == '‸"bat" sa femme'
    assert read.under("message", "who") == "Tony"
    assert read.under("message", "doubt") == "Tony"
    labels = [attrs["aria-label"] for tag, attrs in read.elements if tag == "a"]
    assert labels == [
        "explication 1 : Ironie",
        "explication 2 : Nom d'une personne, Doute",
        "explication 3 : Acte reproché",
        "explication 4 : Soupçon",
    ]


def test_every_kind_has_words_beside_its_colour_and_a_line_of_its_own() -> None:
    read = _Page(page(HELD))
    assert read.under("legend") == "doutemasqué avant l'envoi"
    css = read.under("style")
    lines = re.findall(r"mark\.\w+ \{[^}]*text-decoration-style: (\w+)", css)
    assert len(lines) == len(set(lines)) == 4


def test_the_call_comes_before_the_verdict() -> None:
    source = page(SLANDER)
    assert source.index("3919") < source.index("<h1") < source.index("Tony")
    assert "emergency" not in {attrs.get("class") for _, attrs in _Page(page(HELD)).elements}


def test_what_would_leave_shows_its_masks() -> None:
    read = _Page(page(HELD))
    assert read.under("message", "masked") == "Tony[personne]"
    assert "Seulement si le référent" in read.under("section")
    assert "Rien : le message ne quitte pas" in _Page(page(SLANDER)).under("section")
    assert "Vous pouvez l'écrire autrement" in _Page(page(SLANDER)).under("section")
    assert "mark" not in {tag for tag, _ in _Page(page(FACT)).elements}


def test_a_draft_has_a_section_of_its_own() -> None:
    source = page(DRAFTED)
    section = source[source.index('id="check-draft"') : source.index('id="check-advice"')]
    assert "Un vol &lt;hier&gt; a eu lieu" in section
    assert '<mark class="masked">[personne]</mark>' in section
    assert "il ne part que si le référent le confirme" in section
    assert source.index('id="check-leaves"') < source.index('id="check-draft"')
    assert "check-draft" not in page(SLANDER)


def test_what_could_not_be_read_is_not_said_to_be_held() -> None:
    read = _Page(page(UNREAD))
    assert "NON VÉRIFIÉ" in "".join(d for path, d in read.texts if "h1" in path)
    assert "Rien : le message ne quitte pas" in read.under("section")


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrasts_are_those_of_wcag_aa() -> None:
    css = _Page(page(FACT)).under("style")
    grounds = re.findall(r"background: (#[0-9a-f]{3,6})", css)
    inks = re.findall(r"(?<![\w-])color: (#[0-9a-f]{3,6})", css)
    assert len(grounds) >= 7
    assert inks
    assert min(_contrast(ink, ground) for ink in inks for ground in grounds) >= 7
    for kind in ("who", "masked", "doubt", "said"):
        (rule,) = re.findall(rf"mark\.{kind} \{{([^}}]*)\}}", css)
        ground, line = re.findall(r"#[0-9a-f]{6}", rule)
        assert _contrast(ground, line) >= 3


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_goes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "Mme Kaddouri a été volée.", "--html"]) == 0
    read = _Page(capsys.readouterr().out)
    assert read.under("message", "masked") == "Kaddouri[personne]"
    assert run(["check", "Mme Kaddouri a été volée.", "--html", "--output", "-"]) == 0
    assert capsys.readouterr().out.startswith("<!doctype html>")


def test_the_page_goes_to_a_file_of_ones_own(
    nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (nowhere / "page.html").write_text("ancienne")
    assert run(["check", "Mme Kaddouri a été volée.", "--output", "page.html"]) == 0
    assert capsys.readouterr().out == "Page écrite : page.html\n"
    written = nowhere / "page.html"
    assert "Kaddouri" in written.read_text(encoding="utf-8")
    assert written.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in nowhere.iterdir()] == ["page.html"]


@pytest.mark.parametrize("where", ["absent/page.html", "folder", "fifo"])
def test_a_place_that_cannot_be_written_is_told(
    where: str, nowhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (nowhere / "folder").mkdir()
    os.mkfifo(nowhere / "fifo")
    assert run(["check", "Mme Kaddouri a été volée.", "-o", where]) == InputError.exit_status
    said = capsys.readouterr()
    assert where in said.err
    assert "Que faire" in said.err
    assert said.out == ""
    assert "Kaddouri" not in said.err
    assert (nowhere / "fifo").is_fifo()


def test_a_link_to_a_page_stays_a_link(nowhere: Path) -> None:
    (nowhere / "there").mkdir()
    (nowhere / "link.html").symlink_to("there/page.html")
    assert run(["check", "Mme Kaddouri a été volée.", "-o", "link.html"]) == 0
    assert (nowhere / "link.html").is_symlink()
    assert "Kaddouri" in (nowhere / "there" / "page.html").read_text(encoding="utf-8")
