"""Interactive verification (SAS) of the bot by a person's device, and of the person by the bot.

Sans-I/O: :class:`desk.VerificationDesk` takes events and times and gives effects; who runs it
fetches keys, sends, shows the codes to an administrator, and remembers what was verified. What to
know of the clients of today (matrix-js-sdk 43 with its Rust crypto):

* In a room Element sends its request and every event after it in the clear, encrypted room or not.
  It reads encrypted ones too, if ``m.relates_to`` stands outside the encrypted part.
* Its flow times out one minute after the last event and five after the start, so both people have
  about a minute from the codes to their answers. Here ten minutes count, as specified.
* It signs and uploads our master key once it has our proof and our last word (``done``).
"""
