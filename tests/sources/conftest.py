from tests.clocked_fixtures import clock, kit, make_kit, store

__all__ = ["clock", "kit", "make_kit", "store"]
