"""Reads in a message whether somebody is in danger, and who."""
