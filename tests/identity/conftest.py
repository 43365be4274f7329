"""Who people are is shown on a whole kit, once on each store."""

from tests.kit_fixtures import kit, make_kit, store, store_class

__all__ = ["kit", "make_kit", "store", "store_class"]
