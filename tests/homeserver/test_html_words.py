"""HTML → what it shows: lines as Element breaks them, links, mentions, and what is hidden."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pc_matrix.homeserver.html_words import formatted
from policies.formatted import Formatted

BROKEN = Formatted("", intact=False)


def shown(html: str, *, is_reply: bool = False) -> Formatted:
    found = formatted({"formatted_body": html}, is_reply=is_reply)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<b>Un</b> <em>fourgon</em>", "Un fourgon"),
        ("Kar<b>im</b>", "Karim"),
        ("Kar&#105;m &amp; L&eacute;a &lt;3", "Karim & Léa <3"),
        ("<p>un</p>\n<p>deux<br>trois<br/>quatre</p>", "un\ndeux\ntrois\nquatre"),
        ("<ul><li>un</li><li>deux</li></ul>", "- un\n- deux"),
        ('<ol start="3"><li>un</li><li>deux</li></ol>', "3. un\n4. deux"),
        ('<ol start="x"><li>un</li></ol><li>deux</li>', "1. un\n- deux"),
        ("<ol><li>un<ul><li>a</li></ul></li><li>deux</li></ol>", "1. un\n- a\n2. deux"),
        ("<blockquote>un<br>deux</blockquote>trois", "> un\n> deux\ntrois"),
        ("<blockquote><blockquote>un</blockquote>deux</blockquote>", "> > un\n> deux"),
        ("</blockquote></pre></ol>un", "un"),
        ("<pre><code>un\n\n  deux</code></pre>", "un\ndeux"),
        ("un <del>deux</del>", "un ~~deux~~"),
        ("<table><tr><td>un</td><td>deux</td></tr></table>", "un deux"),
        ('<img src="mxc://a/b" alt="Karim" title="Karim">', "Karim"),
        ("<h1>un</h1>deux<hr>trois", "un\ndeux\ntrois"),
        ("un  \n deux", "un deux"),
        ("", None),
    ],
)
def test_what_is_shown(html: str, text: str | None) -> None:
    expected = None if text is None else Formatted(text)
    assert formatted({"formatted_body": html}, is_reply=False) == expected


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (
            '<a href="https://ex.fr/karim%20b">ici</a>',
            Formatted("ici", ("https://ex.fr/karim b",)),
        ),
        ('<a href="https://ex.fr/">ex.fr</a> <a>là</a>', Formatted("ex.fr là")),
        ('<a href="tel:17">17</a>', Formatted("17")),
        (
            '<a href="https://ex.fr/a"><b>i</b>ci<p>là</p></a>',
            Formatted("ici\nlà", ("https://ex.fr/a",)),
        ),
        ('<a href="https://ex.fr/a">ici', Formatted("ici", ("https://ex.fr/a",))),
        ('<img alt="photo" title="Karim">', Formatted("photo", ("Karim",))),
        (
            'Dis <a href="https://matrix.to/#/@alice:ex.test">Alice &lt;3</a>, vu',
            Formatted("Dis @alice, vu", mentions=(("Alice <3", "@alice"),)),
        ),
        ('<a href="https://matrix.to/#/@karim:ex.test"></a>', Formatted("@karim")),
        (
            '<a href="https://matrix.to/#/!room:ex.test">Le salon</a>',
            Formatted("Le salon", ("https://matrix.to/#/!room:ex.test",)),
        ),
    ],
)
def test_where_links_lead_and_whom_they_mention(html: str, found: Formatted) -> None:
    assert shown(html) == found


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<span data-mx-spoiler>Karim</span>", "Karim"),
        ('<span data-mx-spoiler="le nom">Karim</span>', "(le nom) Karim"),
        ('<span data-mx-maths="Karim">x</span>', "(Karim) x"),
        ("<details><summary>un</summary>Karim</details>", "un\nKarim"),
        ('<font color="#ffffff">Karim</font>', "Karim"),
        ('<span data-mx-bg-color="#fff" data-mx-color="#fff">Karim</span>', "Karim"),
        ('<span style="display:none">Karim</span>', "Karim"),
        ("<p hidden>Karim</p>", "Karim"),
    ],
)
def test_what_is_hidden_is_there_and_told(html: str, text: str) -> None:
    assert shown(html) == Formatted(text, hides=True)


@pytest.mark.parametrize(
    "html",
    [
        *("un <b", "un < deux", "<!-- Karim -->un", "<![CDATA[un]]>", "<?php un ?>", "<a b='<'>"),
        *('<a b="un>', "</ b>", "<a/b>", "x" * 20_000),
    ],
)
def test_what_is_not_well_formed_is_not_guessed_at(html: str) -> None:
    assert shown(html) == BROKEN


@pytest.mark.parametrize("tag", ["script", "style", "textarea", "svg", "title", "iframe", "o"])
def test_other_elements_are_not_guessed_at(tag: str) -> None:
    assert not shown(f"<{tag}>Karim</{tag}>").intact
    assert not shown("<b/>Karim").intact


_PIECES = st.sampled_from(
    (
        *("<b>", "</b>", "<p>", "</p>", "<br/>", "<a href='x'>", "</a>", "<ol>", "<li>", "</ol>"),
        *("<blockquote>", "</blockquote>", "<pre>", "</pre>", "<span data-mx-spoiler=''>", "<"),
        *("Karim", " ", "\n", "&amp;", "&#", ">", '"', "'", "<!--", "<![", "</", "<script>", "é"),
    )
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=60).map("".join))
def test_no_html_raises_and_no_word_of_it_is_lost(html: str) -> None:
    found = formatted({"formatted_body": html}, is_reply=False)
    if found is not None and found.intact:
        said = re.sub(r"<[^>]*>", "", html)
        assert found.text.count("Karim") == said.count("Karim")


@pytest.mark.parametrize("piece", ["<b>", "<blockquote>a<br>", "<ol><li>", "<a href='x'>a", "<a "])
def test_deep_and_hostile_html_ends(piece: str) -> None:
    found = shown((piece * 16_000)[: 16_000 // len(piece) * len(piece)])
    assert len(found.text) < 400_000
