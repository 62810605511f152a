"""A plan in the words of a town hall: room by room, who comes, who goes, what is put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import assert_never
from zoneinfo import ZoneInfo

from policies import actions as act
from policies.actions import AccountAction, Action, Notice, RoomAction, Why
from policies.plan import Plan
from policies.roles import MODERATOR
from policies.terms import Commune, Directory, Role, RoomKey, RoomKind, UserId

_WHY: Mapping[Why, str] = {
    Why.MANDATE: "son mandat est en cours",
    Why.MANDATE_ENDED: "son mandat est terminé",
    Why.MANDATE_NOT_BEGUN: "son mandat n'a pas commencé",
    Why.CHARTER_NOT_ACCEPTED: "la charte n'est pas acceptée",
    Why.FOREIGN_SERVER: "son compte est sur un serveur que la commune n'admet pas",
    Why.NO_MANDATE: "aucun mandat ne lui donne ce salon",
    Why.ROOM_CLOSED: "ce secteur ou cette autorité n'est plus dans le fichier de la commune",
    Why.ROOM_MISSING: "il n'existe pas encore",
    Why.ROOM_LOST: "le bot n'est plus dans celui que le registre connaît",
    Why.ROOM_FOUND: "le registre ne le connaissait pas",
    Why.DRIFTED: "n'est pas comme il doit être",
    Why.NO_ACCOUNT: "n'a pas encore de compte",
    Why.PASSWORD_NOT_SHOWN: "son premier mot de passe n'a pas été montré",
    Why.CHARTER_MISSING: "elle n'y est pas encore",
}
_ROLES: Mapping[Role, str] = {
    Role.RESIDENT: "habitant",
    Role.REFERENT: "référent",
    Role.ELECTED: "élu référent",
    Role.MAYOR: "maire",
    Role.OFFICER: "agent",
}
_SETTINGS: Mapping[str, str] = {
    "m.room.encryption": "le chiffrement",
    "m.room.join_rules": "la règle d'entrée",
    "m.room.history_visibility": "l'accès à l'historique",
    "m.room.guest_access": "l'accès des visiteurs",
    "m.room.server_acl": "les serveurs admis",
    "m.room.name": "le nom",
    "m.room.topic": "le sujet",
}
_FIXED: Mapping[str, str] = {
    "version": "sa version de salon",
    "federation": "son ouverture aux autres serveurs",
    "space": "sa nature (espace ou salon)",
}


@dataclass(frozen=True, slots=True)
class Section:
    """A room's (or the accounts') heading and what would happen there."""

    title: str
    lines: tuple[str, ...]


def sections(plan: Plan, directory: Directory) -> list[Section]:
    """The plan by room, accounts first, then spaces and rooms, at the end what is only to know."""
    view = _View(directory)
    accounts = [view.account(a) for a in plan.actions if isinstance(a, AccountAction)]
    in_rooms = [a for a in plan.actions if not isinstance(a, AccountAction)]
    found = [Section("Comptes", tuple(accounts))] if accounts else []
    # A stable sort: within a room the plan's own order stays.
    for key, group in groupby(sorted(in_rooms, key=_place), lambda a: a.key):
        lines = (line for action in group for line in view.lines(action))
        found.append(Section(view.room(key), tuple(lines)))
    if plan.notices:
        found.append(Section("À savoir", tuple(view.notice(n) for n in plan.notices)))
    return found


def one_line(action: Action, directory: Directory) -> str:
    """One action on its own, with its room."""
    view = _View(directory)
    if isinstance(action, AccountAction):
        return view.account(action)
    return f"{view.room(action.key)} : {view.in_room(action)}"


@dataclass(frozen=True, slots=True)
class _View:
    directory: Directory

    @property
    def commune(self) -> Commune:
        return self.directory.commune

    def person(self, user_id: UserId) -> str:
        known = self.directory.persons.get(user_id)
        return f"{known.name} ({user_id})" if known else user_id

    def room(self, key: RoomKey) -> str:
        match key.kind:
            case RoomKind.COMMUNE_SPACE:
                return "Espace de la commune"
            case RoomKind.AUTHORITY_SPACE:
                return "Espace des autorités"
            case RoomKind.REFERENTS:
                return "Salon des référents"
            case RoomKind.SECTOR:
                return f"Salon du secteur {self._sector(key.code)}"
            case RoomKind.AUTHORITY:
                return f"Salon de l'autorité {self._authority(key.code)}"
            case RoomKind.PRIVATE:
                return f"Salon privé de {self.person(UserId(key.code))}"
            case _:  # pragma: no cover
                assert_never(key.kind)

    def day(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.commune.time_zone)):%d/%m/%Y}"

    def account(self, action: AccountAction) -> str:
        who = self.person(action.user_id)
        match action:
            case act.MakeAccount():
                return f"+ créer le compte de {who}"
            case act.RenewPassword():
                return f"~ nouveau mot de passe pour {who} : {_WHY[action.why]}"
            case _:  # pragma: no cover
                assert_never(action)

    def lines(self, action: RoomAction) -> Iterator[str]:
        """The action's line, and for a new room one for each person who is invited to it."""
        yield self.in_room(action)
        if isinstance(action, act.CreateRoom):
            for user_id in action.invitees:
                yield f"+ inviter {self.person(user_id)}"

    def in_room(self, action: RoomAction) -> str:  # noqa: PLR0911 - one line a kind
        match action:
            case act.KickPerson():
                return f"- retirer {self.person(action.user_id)} : {_WHY[action.why]}"
            case act.WithdrawInvitation():
                who = self.person(action.user_id)
                return f"- reprendre l'invitation de {who} : {_WHY[action.why]}"
            case act.InvitePerson():
                return f"+ inviter {self.person(action.user_id)} : {_ROLES[action.role]}"
            case act.LiftBan():
                return f"~ lever le bannissement de {self.person(action.user_id)}"
            case act.SetPower():
                return f"~ {self._power(action)}"
            case act.CreateRoom():
                return f"+ créer : {_WHY[action.why]}"
            case _:
                return self._setting(action)

    def _setting(self, action: RoomAction) -> str:  # noqa: PLR0911 - one line a kind
        match action:
            case act.CorrectState():
                what = _SETTINGS.get(action.event_type, action.event_type)
                return f"~ remettre {what} : {_WHY[action.why]}"
            case act.LinkChild():
                return f"+ y ranger : {self.room(action.child)}"
            case act.LinkParent():
                return f"~ le rattacher à : {self.room(action.parent)}"
            case act.UnlinkChild() | act.UnlinkParent():
                return "- défaire un rattachement qui n'est pas le nôtre"
            case act.AdoptRoom():
                return f"~ inscrire ce salon au registre : {_WHY[action.why]}"
            case act.ForgetRoom():
                return f"~ rayer ce salon du registre : {_WHY[action.why]}"
            case act.PostCharter():
                return f"+ y publier la charte : {_WHY[action.why]}"
            case _:
                raise TypeError(action)

    def notice(self, notice: Notice) -> str:
        match notice:
            case act.Duplicate():
                return f"! {self.room(notice.key)} existe en double : {notice.room_id} est ignoré"
            case act.CannotChange():
                return f"! {self.room(notice.key)} : {_FIXED[notice.what]} ne peut plus changer"
            case act.LeftByThemselves():
                who = self.person(notice.user_id)
                return f"· {self.room(notice.key)} : {who} est parti de son plein gré"
            case act.LeftOut():
                return f"· {self.person(notice.user_id)} n'est nulle part : {_WHY[notice.why]}"
            case act.Knocking():
                named = f"{notice.user_id}, qui se dit « {notice.name} »," if notice.name else ""
                asks = named or notice.user_id
                return f"· {self.room(notice.key)} : {asks} demande à entrer (registry knocks)"
            case act.NeverOpened():
                day = self.day(notice.since)
                return (
                    f"· {self.person(notice.user_id)} n'a jamais ouvert son compte, remis le {day}"
                )
            case _:  # pragma: no cover
                assert_never(notice)

    def _power(self, action: act.SetPower) -> str:
        if not action.changes:
            return f"remettre les droits du salon : {_WHY[action.why]}"
        return "remettre les droits : " + ", ".join(self._changes(action))

    def _changes(self, action: act.SetPower) -> Iterator[str]:
        for change in action.changes:
            becomes = "modérateur" if change.power == MODERATOR else "simple membre"
            yield f"{self.person(change.user_id)} ({change.was} → {change.power}, {becomes})"

    def _sector(self, code: str) -> str:
        return next((s.name for s in self.commune.sectors if s.code == code), code)

    def _authority(self, code: str) -> str:
        return next((a.name for a in self.commune.authorities if a.code == code), code)


_ORDER = tuple(RoomKind)


def _place(action: RoomAction) -> tuple[int, str]:
    return _ORDER.index(action.key.kind), action.key.code
