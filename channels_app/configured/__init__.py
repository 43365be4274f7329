"""Channels that people make in the admin: what can be made, and how each process gets it."""
