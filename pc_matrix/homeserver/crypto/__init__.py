"""End-to-end encryption of one device, on vodozemac and a store of its own.

Libraries do the cryptography; here stands what they leave open: what is written down before what
is sent, which key belongs to whom, and that one hostile message costs itself alone.
"""
