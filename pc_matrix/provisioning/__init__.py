"""From the registry to the rooms: observe, plan, brake, apply."""

from pc_matrix.provisioning.accounts import NewAccount, hand_over, note_found
from pc_matrix.provisioning.lock import one_apply
from pc_matrix.provisioning.ports import Charters, Phase, Progress
from pc_matrix.provisioning.provisioner import Provisioner, check_brake
from pc_matrix.provisioning.reports import ApplyReport, EnforceReport, Failure, Survey

__all__ = [
    "ApplyReport",
    "Charters",
    "EnforceReport",
    "Failure",
    "NewAccount",
    "Phase",
    "Progress",
    "Provisioner",
    "Survey",
    "check_brake",
    "hand_over",
    "note_found",
    "one_apply",
]
