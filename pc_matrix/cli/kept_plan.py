"""Plans in files: kept by ``plan --output``, held against the world by ``apply PLAN``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bridges.wording.dates import moment
from pc_matrix.cli.given_file import bytes_of
from pc_matrix.cli.replacing import as_options
from pc_matrix.cli.stale_plan import differences
from pc_matrix.provisioning import Survey
from pc_matrix.provisioning.plan_file import PlanFile, proposed_name, read, stale, written
from pc_matrix.settings.private_file import replace

if TYPE_CHECKING:
    from pc_matrix.house import House

_CONTEXT = "plan-file"


def keep_plan(house: House, survey: Survey, output: Path) -> Path:
    """Write the plan to ``output`` (0600), or under a name of its own in that folder; where."""
    now, code = house.clock.now(), house.settings.commune.code
    path = output / proposed_name(code, now) if output.is_dir() else output
    replace(path, written(survey, now, lambda text: house.vault.digest(text, _CONTEXT)))
    return path


def read_plan(house: House, file: Path) -> PlanFile:
    """The plan in ``file``; raises ``InputError`` when it is none of this commune's."""
    code = house.settings.commune.code
    return read(bytes_of(file), code, lambda text: house.vault.digest(text, _CONTEXT))


def check_plan(house: House, agreed: PlanFile, survey: Survey) -> None:
    """Raise ``StalePlan``, which says what changed, unless ``survey`` plans what was agreed."""
    found = agreed.difference(survey, lambda text: house.vault.digest(text, _CONTEXT))
    if found:
        commune = house.settings.commune
        made = moment("fr", agreed.made_at, commune.time_zone)
        asked = as_options(agreed.asked, commune)
        name = proposed_name(commune.code, house.clock.now())
        command = f"pc-matrix plan{asked} --output {name}"
        raise stale(made, differences(found, survey), command)
