"""These tests run on a kit in memory, whose time only moves when they move it."""

from tests.clocked_fixtures import clock, kit, make_kit, scene, store

__all__ = ["clock", "kit", "make_kit", "scene", "store"]
