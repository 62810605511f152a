"""What is left of a plan for a second try."""

from __future__ import annotations

from pc_matrix.provisioning.reports import ApplyReport
from policies.actions import RenewPassword
from policies.plan import Plan


def left_to_do(todo: Plan, agreed: Plan, first: ApplyReport) -> Plan:
    """What of ``todo`` is done when a plan is tried again.

    Nothing is done to people that was not in the plan that somebody read. An account that was just
    made needs no second password.
    """
    made = {account.user_id for account in first.accounts}
    rest = (
        action
        for action in todo.actions
        if agreed.has_people_of(action)
        and not (isinstance(action, RenewPassword) and action.user_id in made)
    )
    return Plan(tuple(rest), todo.notices)
