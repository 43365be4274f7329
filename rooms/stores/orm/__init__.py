"""Rooms kept in the site's database, behind Django's ORM."""

from rooms.stores.orm.store import OrmStore

__all__ = ["OrmStore"]
