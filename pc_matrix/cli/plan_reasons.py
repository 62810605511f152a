"""Why, in the words of a town hall: which mandate began or ended and when, what drifted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bridges.wording.dates import day, moment
from pc_matrix.cli.plan_words import ROLES, WHY, drift_words
from policies.actions import RoomAction
from policies.membership import Expected
from policies.reasons import drifts, mandate_behind, room_behind
from policies.terms import Mandate, RoomKey, UserId
from policies.why import Why
from policies.world import Observed


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons of one plan, from the two sides that it was made of."""

    expected: Expected
    observed: Observed

    def coming(self, key: RoomKey, user_id: UserId) -> str:
        """Why somebody is in a room: « référent, secteur Centre, depuis le … »."""
        mandate = mandate_behind(self.expected, key, user_id)
        if mandate is None:
            return WHY[self.expected.why_out(key, user_id)]
        until = "" if mandate.until is None else f", jusqu'au {self._last_day(mandate.until)}"
        return f"{self._office(mandate)}, depuis le {self._day(mandate.since)}{until}"

    def going(self, key: RoomKey, user_id: UserId, why: Why) -> str:
        """Why somebody is put out of a room, with the mandate that does not give it (any more)."""
        mandate = mandate_behind(self.expected, key, user_id)
        if mandate is None:
            return WHY[why]
        office = self._office(mandate)
        match why:
            case Why.MANDATE_ENDED if mandate.until is not None:
                return f"son mandat ({office}) est terminé depuis le {self._day(mandate.until)}"
            case Why.MANDATE_NOT_BEGUN:
                return f"son mandat ({office}) ne commence que le {self._day(mandate.since)}"
            case _:
                return f"{WHY[why]} ({office})"

    def power(self, key: RoomKey, user_id: UserId) -> str:
        """Why somebody has the power that he is to have: by a mandate, or for want of one."""
        room = self.expected.rooms.get(key)
        if room is not None and user_id in room.members:
            return self.coming(key, user_id)
        return self.going(key, user_id, self.expected.why_out(key, user_id))

    def drift(self, action: RoomAction) -> str:
        """What of a setting is put right, from what to what."""
        found = drifts(action, room_behind(action, self.observed))
        return drift_words(found) if found else WHY[action.why]

    def settles(self, action: RoomAction) -> bool:
        """Whether anything of the room's own is put right."""
        return bool(drifts(action, room_behind(action, self.observed)))

    def _office(self, mandate: Mandate) -> str:
        commune = self.expected.directory.commune
        role = ROLES[mandate.role]
        if mandate.role.is_of_a_sector:
            names = {str(s.code): s.name for s in commune.sectors}
            return f"{role}, secteur {names.get(mandate.sector or '', mandate.sector)}"
        names = {str(a.code): a.name for a in commune.authorities}
        return f"{role}, {names.get(mandate.authority or '', mandate.authority)}"

    def _day(self, at: datetime) -> str:
        """A day, with the hour unless the day begins with it."""
        zone = self.expected.directory.commune.time_zone
        said = moment("fr", at, zone)
        return day("fr", at, zone) if said.endswith(", 00:00") else said

    def _last_day(self, until: datetime) -> str:
        """Until when a mandate counts: the last day of it, where it ends with a day."""
        zone = self.expected.directory.commune.time_zone
        if not moment("fr", until, zone).endswith(", 00:00"):
            return self._day(until)
        return f"{day('fr', until - timedelta(hours=1), zone)} inclus"
