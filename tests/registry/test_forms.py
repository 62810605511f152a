"""A guided report's form is found by what began it and by each answer that it has now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pc_matrix.registry import Registry
from policies.guided import Ending, Filled, Form, Step
from policies.terms import Commune, CommuneCode, EventId, RoomId, SectorCode, UserId
from tests.registry.conftest import CODE, NOW

ANNE, BORIS = UserId("@anne:ex.test"), UserId("@boris:ex.test")


def form(user_id: UserId, **answers: Filled) -> Form:
    name = user_id[1:5]
    return Form(
        EventId(f"$source-{name}"),
        EventId(f"$begun-{name}"),
        RoomId(f"!{name}"),
        user_id,
        NOW,
        (SectorCode("gare"),),
        answers={Step[name]: filled for name, filled in answers.items()},
        photos=(Filled(EventId(f"$photo-{name}"), NOW),),
        ended=Ending.SENT,
    )


def test_it_is_found_by_any_of_its_events(registry: Registry, commune: Commune) -> None:
    hers = form(ANNE, FACTS=Filled(EventId("$facts"), NOW), PLACE=Filled(EventId("$place"), NOW))
    his = form(BORIS, FACTS=Filled(EventId("$others"), NOW))
    for one in (hers, his):
        registry.keep_form(CODE, one)
    for event_id in ("$begun-anne", "$facts", "$place", "$photo-anne"):
        assert registry.form_with(CODE, EventId(event_id)) == hers
    assert registry.form_with(CODE, EventId("$others")) == his
    for event_id in ("$source-anne", "$nothing", ""):
        assert registry.form_with(CODE, EventId(event_id)) is None
    assert registry.form_with(CommuneCode("00000"), EventId("$facts")) is None


def test_an_answer_that_was_given_again_is_none_of_its_own(
    registry: Registry, commune: Commune
) -> None:
    hers = form(ANNE, FACTS=Filled(EventId("$facts"), NOW))
    registry.keep_form(CODE, hers)
    registry.keep_form(CODE, replace(hers, answers={Step.FACTS: Filled(EventId("$new"), NOW)}))
    assert registry.form_with(CODE, EventId("$facts")) is None
    assert registry.form_with(CODE, EventId("$new")) is not None


def test_nothing_is_found_once_it_is_forgotten(registry: Registry, commune: Commune) -> None:
    registry.keep_form(CODE, form(ANNE, FACTS=Filled(EventId("$facts"), NOW)))
    later = NOW + timedelta(days=8)
    assert registry.forget_forms(CODE, later, later) == 1
    assert registry.form_with(CODE, EventId("$facts")) is None
