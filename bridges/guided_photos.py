"""Photos of a guided report: looked at when they come, so that he who sends them knows at once."""

from __future__ import annotations

from dataclasses import dataclass

from bridges.ports import Pictures
from policies.attachments import Attachment
from policies.refusal import Refusal
from policies.relay import unfit_content
from policies.terms import Commune, Message, MessageKind


@dataclass(frozen=True, slots=True)
class Photos:
    """One commune's. Nothing of a photo is kept: it is fetched and made anew when it leaves."""

    pictures: Pictures

    async def refusal(self, message: Message, commune: Commune) -> Refusal | None:
        """Why what ``message`` brings may not leave, ``None`` for a photo that may.

        Raises what ``Pictures`` raises.
        """
        if message.kind is MessageKind.PLACE:
            return Refusal.BAD_PLACE  # it would be asked for in words
        refusal = unfit_content(message, commune)
        if refusal is not None or not isinstance(message.enclosed, Attachment):
            return refusal or Refusal.NOT_TEXT
        made = await self.pictures.cleaned(message.enclosed)
        return made if isinstance(made, Refusal) else None
