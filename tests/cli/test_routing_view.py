"""A category that goes nowhere is told to the town hall before a report is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridges.wording import routing as wording
from bridges.wording.catalogue import LANGUAGES
from bridges.wording.relay import category_name
from pc_matrix.cli.routing_view import warn, warnings
from policies.details import Detail
from policies.terms import Category
from tests.fakes import commune as c


def test_all_is_well_where_somebody_receives_each() -> None:
    assert warnings(c.commune()) == ()


def test_what_nobody_receives_is_named_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    only = replace(
        c.commune().authorities[0], categories=frozenset(Category) - {Category.INCIVILITY}
    )
    warn(replace(c.commune(), authorities=(only,)))
    told = capsys.readouterr()
    assert told.out == ""
    assert "« Incivilité »" in told.err
    assert "Cambriolage" not in told.err
    assert "communes/59999.toml" in told.err


def test_photos_that_reach_nobody_are_told_with_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gendarmerie, _, mairie = c.commune().authorities
    burglaries = replace(gendarmerie, categories=frozenset({Category.BURGLARY}))
    rest = replace(mairie, categories=frozenset(Category), sees=frozenset({Detail.PLATE}))
    warn(replace(c.commune(), authorities=(burglaries, rest)))
    told = capsys.readouterr()
    assert told.out == ""
    warning, advice = told.err.splitlines()
    assert "photos" in warning
    assert "« Incivilité »" in warning
    assert "Cambriolage" not in warning
    assert "« photos = true »" in advice
    assert "communes/59999.toml" in advice


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_said_in_both_languages(language: str) -> None:
    category = Category.INCIVILITY
    for said in (wording.nobody_receives, wording.photos_nowhere):
        warning, advice = said(language, (category,), c.CODE)
        assert category_name(language, category) in warning
        assert "communes/59999.toml" in advice
