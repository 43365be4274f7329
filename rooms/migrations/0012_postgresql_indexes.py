"""What PostgreSQL needs not keep of the tables that came after the first ones."""

from importlib import import_module

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

LIKE_INDEXES = import_module("rooms.migrations.0003_postgresql_storage").LIKE_INDEXES


def tune(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(LIKE_INDEXES)
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0011_source_states")]

    operations = [migrations.RunPython(tune, migrations.RunPython.noop)]
