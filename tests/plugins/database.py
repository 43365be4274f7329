"""The test database, and a fixture that opens it to all threads."""

from collections.abc import Iterator, Sequence

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test.utils import setup_databases, teardown_databases
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Make the test database, also when no test of the run bears pytest-django's own marker."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(connection.ops), "sql_flush", _delete_all_rows)
            yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


def _delete_all_rows(
    operations: BaseDatabaseOperations, style: object, tables: Sequence[str], **how: object
) -> list[str]:
    """Empty tables as Django does between tests, in place of PostgreSQL's slow TRUNCATE."""
    # Foreign keys are checked at the end of the transaction: any order will do.
    return [
        f"DELETE FROM {operations.quote_name(table)}"  # noqa: S608 - one of the site's tables
        for table in tables
    ]


@pytest.fixture
def committed_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let a test and the store's threads commit for good, and delete their rows afterwards.

    Django's own way truncates every table of the site, which takes a hundred times as long.
    """
    with django_db_blocker.unblock():
        yield
        with transaction.atomic(), connection.cursor() as cursor:
            for label in ("roomkit_rooms", "roomkit_hooks", "roomkit_channels"):
                for model in apps.get_app_config(label).get_models():
                    # Foreign keys are checked at the end of the transaction: any order will do.
                    table = connection.ops.quote_name(model._meta.db_table)
                    cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - one of our tables
