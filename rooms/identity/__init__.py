"""Resolving senders to identities."""
