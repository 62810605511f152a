"""A plan in the words of a town hall: room by room, who comes, who goes, what is put back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import assert_never
from zoneinfo import ZoneInfo

from pc_matrix.cli.plan_reasons import Reasons
from pc_matrix.cli.plan_words import DAMAGE, FIXED, ROLES, SETTINGS, WHY
from pc_matrix.cli.replacing import as_options
from pc_matrix.provisioning import Survey
from policies import actions as act
from policies.actions import AccountAction, Action, Notice, RoomAction
from policies.retirement import READABLE_FOR
from policies.roles import MODERATOR
from policies.successors import heirs
from policies.terms import Commune, Directory, RoomKey, RoomKind, UserId
from policies.why import Why


@dataclass(frozen=True, slots=True)
class Section:
    """A room's (or the accounts') heading and what would happen there."""

    title: str
    lines: tuple[str, ...]


def sections(survey: Survey) -> list[Section]:
    """The plan by room, accounts first, then spaces and rooms, at the end what is only to know."""
    plan, view = survey.plan, _view(survey)
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


def one_line(action: Action, survey: Survey) -> str:
    """One action on its own, with its room."""
    view = _view(survey)
    if isinstance(action, AccountAction):
        return view.account(action)
    return f"{view.room(action.key)} : {' ; '.join(view.in_room(action))}"


def person_named(user_id: str, survey: Survey) -> str:
    """A person as a plan names him."""
    return _view(survey).person(UserId(user_id))


def place_named(place: str, survey: Survey) -> str:
    """A room as a plan names it; ``place`` is ``kind:code``."""
    kind, _, code = place.partition(":")
    return _view(survey).room(RoomKey(survey.directory.commune.code, RoomKind(kind), code))


def _view(survey: Survey) -> _View:
    return _View(survey.directory, Reasons(survey.expected, survey.observed))


@dataclass(frozen=True, slots=True)
class _View:
    directory: Directory
    reasons: Reasons

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
                return f"Salon privé avec {self.person(UserId(key.code))}"
            case _:  # pragma: no cover
                assert_never(key.kind)

    def day(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.commune.time_zone)):%d/%m/%Y}"

    def account(self, action: AccountAction) -> str:
        who = self.person(action.user_id)
        match action:
            case act.MakeAccount():
                return f"+ créer un compte pour {who}"
            case act.RenewPassword():
                return f"~ nouveau mot de passe pour {who} : {WHY[action.why]}"
            case _:  # pragma: no cover
                assert_never(action)

    def lines(self, action: RoomAction) -> Iterator[str]:
        """The action's lines, and for a new room one for each person who is invited to it."""
        yield from self.in_room(action)
        if isinstance(action, act.CreateRoom):
            for user_id in action.invitees:
                yield self._invitation(action.key, user_id)

    def in_room(self, action: RoomAction) -> tuple[str, ...]:  # noqa: PLR0911 - one a kind
        match action:
            case act.SetPower():
                return tuple(self._powers(action))
            case act.KickPerson() | act.WithdrawInvitation():
                return (self._removal(action),)
            case act.InvitePerson():
                return (self._invitation(action.key, action.user_id),)
            case act.LiftBan():
                return (f"~ lever le bannissement prononcé contre {self.person(action.user_id)}",)
            case act.CreateRoom():
                return (f"+ le créer : {WHY[action.why]}",)
            case act.CorrectState() | act.SetAvatar() | act.SetAlias():
                return (self._setting(action),)
            case _:
                return (self._place(action),)

    def _removal(self, action: act.KickPerson | act.WithdrawInvitation) -> str:
        is_in = isinstance(action, act.KickPerson)
        verb = "retirer" if is_in else "reprendre l'invitation envoyée à"
        why = self.reasons.going(action.key, action.user_id, action.why)
        return f"- {verb} {self.person(action.user_id)} : {why}"

    def _invitation(self, key: RoomKey, user_id: UserId) -> str:
        return f"+ inviter {self.person(user_id)} : {self.reasons.coming(key, user_id)}"

    def _setting(self, action: act.CorrectState | act.SetAvatar | act.SetAlias) -> str:
        match action:
            case act.CorrectState():
                what = SETTINGS.get(action.event_type, action.event_type)
                verb = "renommer" if action.event_type == "m.room.name" else f"remettre {what}"
                return f"~ {verb} : {self.reasons.drift(action)}"
            case act.SetAvatar():
                return "~ remettre l'image : le salon ne montre pas la sienne"
            case act.SetAlias():
                return f"~ donner une adresse : {self.reasons.drift(action)}"
            case _:  # pragma: no cover
                assert_never(action)

    def _place(self, action: RoomAction) -> str:  # noqa: PLR0911 - one line a kind
        match action:
            case act.LinkChild():
                return f"+ y ranger : {self.room(action.child)}"
            case act.LinkParent():
                return f"~ le rattacher à : {self.room(action.parent)}"
            case act.UnlinkChild() | act.UnlinkParent():
                return _UNLINKED[type(action)]
            case act.AdoptRoom():
                return f"~ inscrire ce salon au registre : {WHY[action.why]}"
            case act.ForgetRoom():
                return f"~ rayer ce salon du registre : {WHY[action.why]}"
            case act.RetireRoom():
                return self._retired(action)
            case act.RegainPower():
                return "~ faire rendre ses droits au bot par le serveur : on les lui a ôtés"
            case act.PostCharter():
                return f"+ y publier la charte : {WHY[action.why]}"
            case act.PinCharter():
                return f"~ y épingler la charte : {WHY[action.why]}"
            case _:
                raise TypeError(action)

    def _retired(self, action: act.RetireRoom) -> str:
        line = f"- fermer ce salon : {DAMAGE[action.damage]}"
        heirs = ", ".join(self.room(key) for key in action.heirs if key != action.key)
        if heirs:
            line += f" ({heirs})"
        line += f" ; qui y était peut le lire {READABLE_FOR.days} jours, puis il est vidé"
        return f"{line} ; personne ne retrouve l'ancien historique dans le nouveau"

    def notice(self, notice: Notice) -> str:
        match notice:
            case act.Duplicate():
                return (
                    f"! {self.room(notice.key)} existe en double : {notice.room_id} ne sert pas ; "
                    "qui s'occupe du serveur peut le supprimer"
                )
            case act.CannotChange():
                asked = as_options(frozenset({notice.key}), self.commune)
                what = f"{FIXED[notice.what]} ne peut plus changer"
                how = f" ; pour un salon neuf : pc-matrix apply{asked}" if asked else ""
                return f"! {self.room(notice.key)} : {what}{how}"
            case act.LeftByThemselves():
                who = self.person(notice.user_id)
                return (
                    f"· {self.room(notice.key)} : {who} est parti de son plein gré ; il n'y est "
                    "pas réinvité sans nouveau mandat"
                )
            case act.LeftOut():
                who = self.person(notice.user_id)
                return (
                    f"· {who} n'est dans aucun salon commun : {WHY[notice.why]}{self._how(notice)}"
                )
            case act.Knocking():
                named = f"{notice.user_id}, qui se dit « {notice.name} »," if notice.name else ""
                asks = named or notice.user_id
                where = self.room(notice.key)
                return f"· {where} : {asks} demande à entrer (pc-matrix registry knocks)"
            case act.NeverOpened():
                day = self.day(notice.since)
                return (
                    f"· {self.person(notice.user_id)} n'a jamais ouvert son compte, remis le {day}"
                    f" ; une autre lettre : pc-matrix letters DOSSIER {notice.user_id}"
                )
            case _:  # pragma: no cover
                assert_never(notice)

    def _how(self, notice: act.LeftOut) -> str:
        """The command by which a human settles it; nothing where it settles itself."""
        if notice.why is not Why.SECTOR_SPLIT:
            return ""
        held = (m for m in self.directory.mandates if m.user_id == notice.user_id)
        former = next((m for m in held if m.sector and heirs(self.commune, m.sector)), None)
        if former is None or former.sector is None:
            return ""
        codes = " ou ".join(heirs(self.commune, former.sector))
        role, signed = ROLES[former.role], former.charter_accepted
        charter = "" if signed is None else f" --charte {self.day(signed)}"
        command = f"pc-matrix registry appoint {notice.user_id} --role {role} --secteur SECTEUR"
        return f" ; dites-le (SECTEUR : {codes}) : {command}{charter}"

    def _powers(self, action: act.SetPower) -> Iterator[str]:
        """A line for each person whose rights change, and one for the room's own."""
        for change in action.changes:
            becomes = "modérateur" if change.power == MODERATOR else "simple membre"
            sign = "+" if change.power > change.was else "-"
            verb = "donner des droits à" if change.power > change.was else "ôter des droits à"
            why = self.reasons.power(action.key, change.user_id)
            yield f"{sign} {verb} {self.person(change.user_id)}, qui sera {becomes} : {why}"
        if self.reasons.settles(action) or not action.changes:
            yield f"~ remettre les droits du salon : {self.reasons.drift(action)}"

    def _sector(self, code: str) -> str:
        return next((s.name for s in self.commune.sectors if s.code == code), code)

    def _authority(self, code: str) -> str:
        return next((a.name for a in self.commune.authorities if a.code == code), code)


_UNLINKED = {
    act.UnlinkChild: "- n'y plus ranger un salon qui n'en est pas, ou plus",
    act.UnlinkParent: "- ne plus le ranger dans un espace qui n'est pas le sien, ou plus",
}
_ORDER = tuple(RoomKind)


def _place(action: RoomAction) -> tuple[int, str]:
    return _ORDER.index(action.key.kind), action.key.code
