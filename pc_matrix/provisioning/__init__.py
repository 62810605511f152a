"""From the registry to the rooms: observe, plan, brake, apply."""

from pc_matrix.provisioning.accounts import NewAccount, hand_over
from pc_matrix.provisioning.braking import check_brake
from pc_matrix.provisioning.images import Image, pictures
from pc_matrix.provisioning.lock import one_apply
from pc_matrix.provisioning.ports import Charters, Phase, Progress
from pc_matrix.provisioning.provisioner import Provisioner
from pc_matrix.provisioning.reports import ApplyReport, EnforceReport, Failure, Survey

__all__ = [
    "ApplyReport",
    "Charters",
    "EnforceReport",
    "Failure",
    "Image",
    "NewAccount",
    "Phase",
    "Progress",
    "Provisioner",
    "Survey",
    "check_brake",
    "hand_over",
    "one_apply",
    "pictures",
]
