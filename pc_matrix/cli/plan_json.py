"""A plan for programs: one JSON object for each action and each notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from pc_matrix.provisioning import ApplyReport, NewAccount, Survey
from pc_matrix.provisioning.plain import plain
from pc_matrix.provisioning.reports import slug
from policies.actions import (
    Action,
    CorrectState,
    CreateRoom,
    InvitePerson,
    KickPerson,
    LiftBan,
    Notice,
    PowerChange,
    SetAlias,
    SetPower,
    WithdrawInvitation,
)
from policies.plan import Plan
from policies.reasons import drifts, mandate_behind, room_behind
from policies.terms import Mandate, RoomKey, UserId


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """``{"actions": […], "notices": […]}``."""
    return {
        "actions": [item_as_json(a) for a in plan.actions],
        "notices": [item_as_json(n) for n in plan.notices],
    }


Letters = Mapping[UserId, Path]
"""Where the letter of each new account lies."""


def survey_as_json(survey: Survey) -> dict[str, Any]:
    """A plan whose actions say because of what: a ``mandate``, or a ``drift`` field by field."""
    said = plan_as_json(survey.plan)
    pairs = zip(survey.plan.actions, said["actions"], strict=True)
    return {**said, "actions": [{**item, **_because(a, survey)} for a, item in pairs]}


def _because(action: Action, survey: Survey) -> dict[str, Any]:
    match action:
        case KickPerson() | WithdrawInvitation() | InvitePerson() | LiftBan():
            mandate = mandate_behind(survey.expected, action.key, action.user_id)
            return {} if mandate is None else {"mandate": _mandate(mandate)}
        case CorrectState() | SetPower() | SetAlias():
            found = drifts(action, room_behind(action, survey.observed))
            return {"drift": [plain(drift) for drift in found]}
        case _:
            return {}


def _mandate(mandate: Mandate) -> dict[str, Any]:
    said: dict[str, Any] = plain(mandate)
    del said["user_id"]
    return said


def report_as_json(report: ApplyReport, letters: Letters | None = None) -> dict[str, Any]:
    """``{"done": […], "failed": [… with a "reason"], "accounts": [… with a "password"]}``.

    With ``letters``, each account has its ``"letter"`` instead, and no password is told.
    """
    return {
        "done": [item_as_json(a) for a in report.done],
        "failed": [{**item_as_json(f.action), "reason": f.reason} for f in report.failed],
        "accounts": [_account(account, letters) for account in report.accounts],
    }


def item_as_json(item: Action | Notice) -> dict[str, Any]:
    """The item's name under ``action``, and its fields; rooms as ``{"kind", "code"}``."""
    if isinstance(item, CreateRoom):
        return {
            "action": slug(item),
            "room": _value(item.key),
            "invitees": list(item.invitees),
            "why": item.why.value,
        }
    values = {field.name: _value(getattr(item, field.name)) for field in fields(item)}
    if "key" in values:
        values["room"] = values.pop("key")
    return {"action": slug(item), **values}


def _value(value: Any) -> Any:
    if isinstance(value, RoomKey):
        return {"kind": value.kind.value, "code": value.code}
    if isinstance(value, PowerChange):
        return {"user_id": value.user_id, "was": value.was, "power": value.power}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_value(one) for one in value]
    return value


def _account(account: NewAccount, letters: Letters | None) -> dict[str, str]:
    who = {"user_id": account.user_id, "name": account.name}
    if letters is None:
        return {**who, "password": account.password}
    return {**who, "letter": str(letters[account.user_id])}
