"""From the registry to the rooms: observe, plan, brake, apply."""

from pc_matrix.provisioning.accounts import Closed, NewAccount, note_found
from pc_matrix.provisioning.braking import check_brake, decided_alone
from pc_matrix.provisioning.enforcement import Enforcement
from pc_matrix.provisioning.images import Image, pictures
from pc_matrix.provisioning.lock import one_apply
from pc_matrix.provisioning.ports import Charters, Phase, Progress
from pc_matrix.provisioning.provisioner import Provisioner
from pc_matrix.provisioning.reports import ApplyReport, EnforceReport, Failure, Survey

__all__ = [
    "ApplyReport",
    "Charters",
    "Closed",
    "EnforceReport",
    "Enforcement",
    "Failure",
    "Image",
    "NewAccount",
    "Phase",
    "Progress",
    "Provisioner",
    "Survey",
    "check_brake",
    "decided_alone",
    "note_found",
    "one_apply",
    "pictures",
]
