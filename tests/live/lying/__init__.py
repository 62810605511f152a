"""A whole town whose homeserver lies to its bot: nothing leaks, nothing false is relayed.

The real ``pc-matrix bot`` reaches Synapse through ``liar.Liar``; everybody else reaches it
directly, with Element's library in signed-devices-only mode where it matters. Each test tells some
lies, looks at what reached the authorities (by an officer's own Element), at what ``pc-matrix trust
incidents`` says, and sees an honest flag relayed afterwards.

What no client can notice, in Matrix as it is: a server that keeps something back or brings it
late, a wrong ``origin_server_ts``, and a reaction in somebody's name, since reactions are not
encrypted. ``test_reactions`` shows how far the last goes, and where it ends.
"""
