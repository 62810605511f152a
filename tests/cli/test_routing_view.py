"""A category that goes nowhere is told to the town hall before a report is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pc_matrix.cli.routing_view import warn, warnings
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
