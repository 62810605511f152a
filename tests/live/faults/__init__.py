"""The faults of bare matrix-nio 0.26, each shown on it and closed here, on a real Synapse.

Each letter is one scenario or two, over ``engine.Engine``. ``test_X_…`` runs it on ours, where it
has to pass; ``test_X_bare_nio_…`` runs the same on ``bare.Bare``, which has to miss exactly the
expectation that the letter is about. Nothing is mocked: ``proxy.Proxy`` stands for the network and
for a dishonest server, ``forger.Forger`` for a hostile user. Files are those of
``pc_matrix/homeserver`` unless said otherwise.

a. A server count of 0 one-time keys is taken for no news: once a stranger has drained them, none
   is ever uploaded again. → ``crypto/key_supply``: the true count, and a fallback key.
b. A crash between ``/keys/upload`` and the save of the account: every later upload is refused. →
   ``crypto/account``: saved before it is sent, and unpublished keys come again as they are.
c. Hostile to-device and room events make ``sync`` raise, and the batch is lost. →
   ``crypto/to_device``, ``crypto/olm_sessions``, ``crypto/decryption``: shapes are looked at first.
d. An exception in a callback loses the rest of the batch and ends ``sync_forever``. →
   ``pc_matrix/bot``: written to the inbox first, settled when it is carried.
e. The token is saved before the batch is handled: a crash loses it. → ``session`` keeps no cursor,
   ``pc_matrix/bot`` writes it with the commands in one transaction, and an old one redelivers.
f. A send cancelled during ``/keys/claim`` makes every later one in that room hang. → ``session``: a
   lock for each room, given back by whoever is cut short.
g. An answer to a message that comes with the news of a new device leaves that device out. →
   ``session``: changed users are forgotten first; ``trust`` asks for them before the send.
h. An encrypted fake ``m.room.member`` makes an outsider get the room's key. → ``room_view`` learns
   from plain state alone, ``crypto/decryption`` drops what decrypts to state.
i. A plain message in an encrypted room is handed out as any other; a room whose encryption the
   server hides gets plaintext. → ``intake`` drops the one, ``session`` always encrypts.
j. After a restart with a token no room is known, and nothing can be sent. → ``room_states`` and
   ``crypto/room_memory``: all rooms are known with the first batch.
k. In room version 12 the creator's power reads 0, and the contents of rooms whose id has no domain
   are not checked. → ``pc_matrix/provisioning/observe``: who made a room governs it; ``sync`` takes
   answers apart by shape, whatever the id.
l. Keys rotate after 100 messages or 7 days, whatever the room says. → ``crypto/rotation``.
m. An answer of 500 is followed by the next request at once, without end. → ``outage``, by the bot.
n. One slow callback stops the listening. → ``pc_matrix/bot``: two tasks, and the inbox between.
o. What a limited timeline leaves out is lost silently. → ``sync.fill_gap``, by ``intake``.
p. Sends at the same time go out in any order. → ``session``: each room's sends take turns.
"""
