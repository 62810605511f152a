"""One verification, as the side that was asked and that never starts.

Specification: client-server API, "Short Authentication String (SAS) verification"; where it leaves
a choice, what Element's Rust crypto does. Two differences, both stricter: what comes out of
sequence ends the flow, as the specification says, where Element looks away; and their second start
never replaces the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from vodozemac import Sas

from pc_matrix.homeserver.verification import codes
from pc_matrix.homeserver.verification.codes import Agreed, Ends
from pc_matrix.homeserver.verification.fixed import Fixed, by_key_id
from pc_matrix.homeserver.verification.framing import Address
from pc_matrix.homeserver.verification.messages import (
    Cancel,
    Done,
    Key,
    Mac,
    Malformed,
    Message,
    Ready,
    Start,
)
from pc_matrix.homeserver.verification.stages import (
    Committed,
    Comparing,
    Confirmed,
    Finishing,
    Stand,
    Waiting,
    stage_of,
)
from pc_matrix.homeserver.verification.values import (
    Codes,
    Effect,
    Ended,
    EndReason,
    LiveFlow,
    OwnKeys,
    Show,
    Side,
    TheirKeys,
    Verified,
)


class Flow:
    """Hears their messages, and our administrator's word; answers with effects.

    ``address`` names their device, ``draw`` makes an ephemeral key pair. Once ``is_over``, it is to
    be dropped and asked for nothing more.
    """

    def __init__(
        self,
        own: OwnKeys,
        address: Address,
        fixed: Fixed,
        begun_at: datetime,
        draw: Callable[[], Sas],
    ) -> None:
        self.address = address
        self.begun_at = begun_at
        self.is_over = False
        self._own = own
        self._fixed = fixed
        self._draw = draw
        self._stand: Stand = Waiting()
        self._heard: set[Message] = set()
        self._is_ours = False  # our answer was seen in the room before any other device's

    @property
    def _is_waiting(self) -> bool:
        return isinstance(self._stand, Waiting)

    def ready(self) -> tuple[Effect, ...]:
        """The answer to their request."""
        content = {"from_device": self._own.device_id, "methods": [codes.METHOD]}
        return (self.address.send("ready", content),)

    def hear(self, message: Message, keys: TheirKeys) -> tuple[Effect, ...]:
        """What follows from a message of theirs; the same one twice counts once."""
        if message in self._heard:
            return ()
        if isinstance(message, Cancel):
            return self._end(message.reason, Side.THEM)
        if not self._fixed.still_hold(keys):
            return self.cancel(EndReason.KEY_MISMATCH)
        self._heard.add(message)
        return self._follow(message)

    def _follow(self, message: Message) -> tuple[Effect, ...]:
        effects: tuple[Effect, ...] = ()
        match (message, self._stand):
            case (Start(), Waiting()):
                effects = self._accept(message)
            case (Key(), Committed() as stand):
                effects = self._exchange(message, stand)
            case (Mac(), Comparing(proven=()) as stand):
                effects = self._keep_proof(message, stand)
            case (Mac(), Confirmed() as stand):
                effects = self._check_last(message, stand)
            case (Done(), Confirmed() as stand):
                # Their proof and this word travel apart; in a room one may be decrypted late.
                self._stand = replace(stand, they_are_done=True)
            case (Done(), Finishing() as stand):
                effects = (self._succeed(stand.proven),)
            case (Malformed(), _):
                effects = self.cancel(EndReason.INVALID_MESSAGE)
            case _:
                effects = self.cancel(EndReason.UNEXPECTED_MESSAGE)
        return effects

    def _accept(self, start: Start) -> tuple[Effect, ...]:
        if start.from_device != self.address.device_id:
            return self.cancel(EndReason.INVALID_MESSAGE)
        shown = [s for s in codes.STRINGS if s in start.strings]
        in_common = (
            start.method == codes.METHOD
            and codes.AGREEMENT in start.agreements
            and codes.HASH in start.hashes
            and codes.MAC in start.macs
            and shown
        )
        if not in_common:
            return self.cancel(EndReason.UNKNOWN_METHOD)
        sas = self._draw()
        self._stand = Committed(sas, start)
        content = {
            "method": codes.METHOD,
            "key_agreement_protocol": codes.AGREEMENT,
            "hash": codes.HASH,
            "message_authentication_code": codes.MAC,
            "short_authentication_string": shown,
            "commitment": codes.commitment(sas, start.canonical),
        }
        return (self.address.send("accept", content),)

    def _exchange(self, key: Key, stand: Committed) -> tuple[Effect, ...]:
        try:
            agreed = Agreed(stand.sas, key.key, self._ends())
        except ValueError:
            return self.cancel(EndReason.INVALID_MESSAGE)
        shown = agreed.codes(stand.start.strings)
        self._stand = Comparing(agreed, shown)
        return (
            self.address.send("key", {"key": agreed.our_key}),
            Show(self.address.flow_id, self.address.user_id, shown),
        )

    def _keep_proof(self, mac: Mac, stand: Comparing) -> tuple[Effect, ...]:
        proven = stand.agreed.proven(mac, self._fixed.by_key_id())
        if not proven:
            return self.cancel(EndReason.KEY_MISMATCH)
        self._stand = replace(stand, proven=proven)
        return ()

    def _check_last(self, mac: Mac, stand: Confirmed) -> tuple[Effect, ...]:
        proven = stand.agreed.proven(mac, self._fixed.by_key_id())
        if not proven:
            return self.cancel(EndReason.KEY_MISMATCH)
        return self._finish(stand.codes, proven, stand.they_are_done)

    def confirm(self) -> tuple[Effect, ...]:
        """Our administrator says that the codes are the same; nothing when they are not shown."""
        if not isinstance(stand := self._stand, Comparing):
            return ()
        own = by_key_id(self._own.device_id, self._own.ed25519, self._own.master_key)
        proof = self.address.send("mac", stand.agreed.proof(own))
        if not stand.proven:
            self._stand = Confirmed(stand.agreed, stand.codes)
            return (proof,)
        return (proof, *self._finish(stand.codes, stand.proven, they_are_done=False))

    def refuse(self) -> tuple[Effect, ...]:
        """Our administrator says that the codes differ; nothing when they are not shown."""
        if not isinstance(self._stand, Comparing):
            return ()
        return self.cancel(EndReason.MISMATCHED_SAS)

    def cancel(self, reason: EndReason) -> tuple[Effect, ...]:
        """We end it, and say so."""
        return (self.address.cancel(reason), *self._end(reason, Side.US))

    def hear_own(self, message: Message) -> tuple[Effect, ...]:
        """What our account's devices say in the room, this one's echo among them.

        Whichever device answers first has the request; a cancellation of any ends it. The other
        side has heard either, so nothing is said to it.
        """
        if isinstance(message, Cancel):
            return self._end(message.reason, Side.US)
        if not isinstance(message, Ready) or self._is_ours or not self._is_waiting:
            return ()
        if message.from_device == self._own.device_id:
            self._is_ours = True
            return ()
        return self._end(EndReason.ACCEPTED, Side.US)

    def live(self) -> LiveFlow:
        """Where it stands."""
        stand = self._stand
        return LiveFlow(
            flow_id=self.address.flow_id,
            user_id=self.address.user_id,
            device_id=self.address.device_id,
            room_id=self.address.room_id,
            stage=stage_of(stand),
            codes=None if isinstance(stand, Waiting | Committed) else stand.codes,
            master_key=self._fixed.master_key,
            begun_at=self.begun_at,
        )

    def _finish(
        self, shown: Codes, proven: tuple[str, ...], they_are_done: bool
    ) -> tuple[Effect, ...]:
        done = self.address.send("done", {})
        if they_are_done:
            return (done, self._succeed(proven))
        self._stand = Finishing(shown, proven)
        return (done,)

    def _succeed(self, proven: tuple[str, ...]) -> Verified:
        self.is_over = True
        return Verified(
            flow_id=self.address.flow_id,
            user_id=self.address.user_id,
            device_id=self.address.device_id,
            master_key=self._fixed.master_among(proven),
            verified_keys=proven,
        )

    def _end(self, reason: EndReason, side: Side) -> tuple[Effect, ...]:
        self.is_over = True
        return (Ended(self.address.flow_id, self.address.user_id, reason, side),)

    def _ends(self) -> Ends:
        return Ends(
            their_user=self.address.user_id,
            their_device=self.address.device_id,
            our_user=self._own.user_id,
            our_device=self._own.device_id,
            flow_id=self.address.flow_id,
        )
