"""How PostgreSQL stores the tables that every message writes."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Every commit updates its room: with room to spare on the page the new version stays beside the
# old one and no index is touched.
LEAVE_ROOM = "ALTER TABLE roomkit_rooms_room SET (fillfactor = 70)"
FILL_UP = "ALTER TABLE roomkit_rooms_room RESET (fillfactor)"

# Django adds a second index to each text key for LIKE 'prefix%'. Ids are never searched so, and
# each costs a write per row. A later change of such a column drops them with IF EXISTS.
LIKE_INDEXES = r"""
    SELECT quote_ident(schemaname) || '.' || quote_ident(indexname)
      FROM pg_indexes
     WHERE schemaname = current_schema()
       AND tablename LIKE 'roomkit\_rooms\_%'
       AND indexname LIKE '%\_like'
"""


def tune(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute(LEAVE_ROOM)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(LIKE_INDEXES)
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        schema_editor.execute(f"DROP INDEX {name}")


def restore(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give the table its usual filling back; the indexes were of no use and stay away."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FILL_UP)


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0002_postgresql_commit")]

    operations = [migrations.RunPython(tune, restore)]
