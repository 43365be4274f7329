"""Rooms kept in the memory of one process, with the semantics of the database store."""

from rooms.stores.memory.store import InMemoryStore

__all__ = ["InMemoryStore"]
