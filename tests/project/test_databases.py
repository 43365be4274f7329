import sqlite3
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from roomkit_project.databases import postgres, sqlite
from rooms.serving.alone import TIME_LIMITS, alone

VENDORS = {"sqlite": "sqlite", "postgres": "postgresql"}


@pytest.mark.database
@pytest.mark.django_db
def test_suite_runs_on_the_database_it_was_asked_for() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")

    assert connection.vendor == VENDORS[settings.TEST_DATABASE]


@pytest.mark.skipif(settings.TEST_DATABASE != "sqlite", reason="about SQLite")
@pytest.mark.django_db(transaction=True)
def test_sqlite_transaction_is_a_writer_from_its_first_statement() -> None:
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)

    with transaction.atomic(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


@pytest.mark.skipif(settings.TEST_DATABASE != "sqlite", reason="about SQLite")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 1),  # NORMAL
        ("foreign_keys", 1),
        ("busy_timeout", 20_000),  # ms
    ],
)
def test_sqlite_connection_is_set_up_for_several_writers(pragma: str, value: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")

        assert cursor.fetchone() == (value,)


def test_sqlite_file_is_where_it_was_asked_for(tmp_path: Path) -> None:
    assert sqlite(tmp_path / "db.sqlite3")["NAME"] == str(tmp_path / "db.sqlite3")


def test_postgres_url_is_taken_apart() -> None:
    database = postgres("postgres://ana:s%40fe@db.internal:6432/rooms")

    parts = [database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")]
    assert parts == ["ana", "s@fe", "db.internal", 6432, "rooms"]


@pytest.mark.parametrize("pooled", [True, False])
def test_postgres_keeps_connections_in_a_pool_only_where_asked(*, pooled: bool) -> None:
    database = postgres("postgres://ana@localhost/rooms", pooled=pooled)

    assert ("pool" in database.get("OPTIONS", {})) is pooled
    assert database["CONN_MAX_AGE"] == 0  # what Django requires beside a pool


@pytest.mark.skipif(settings.TEST_DATABASE != "postgres", reason="about PostgreSQL")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("statement_timeout", "1min"),
        ("lock_timeout", "20s"),
        ("idle_in_transaction_session_timeout", "1min"),
    ],
)
def test_postgres_gives_up_what_takes_too_long(limit: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {limit}")

        assert cursor.fetchone() == (value,)


def test_postgres_that_is_gone_without_a_word_is_given_up() -> None:
    options = postgres("postgres://ana@localhost/rooms")["OPTIONS"]

    limits = [options[name] for name in ("connect_timeout", "keepalives_idle", "tcp_user_timeout")]
    assert limits == [10, 10, 20_000]  # s, s, ms


def test_parameters_of_the_url_outrank_our_time_limits() -> None:
    options = postgres(
        "postgres://ana@localhost/rooms?connect_timeout=3&options=-c%20statement_timeout%3D0"
    )["OPTIONS"]

    assert (options["connect_timeout"], options["options"]) == (3, "-c statement_timeout=0")


@pytest.mark.skipif(settings.TEST_DATABASE != "postgres", reason="about PostgreSQL")
@pytest.mark.django_db
def test_preparing_the_database_has_no_time_limit_and_leaves_them_as_they_were() -> None:
    def show() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting(name) FROM unnest(%s::text[]) AS name", [[*TIME_LIMITS]]
            )
            return [value for (value,) in cursor.fetchall()]

    before = show()
    with alone():
        with alone():
            pass
        inside = show()

    assert (inside, show()) == (["0"] * len(TIME_LIMITS), before)


def test_url_of_another_database_is_refused_without_showing_its_password() -> None:
    with pytest.raises(ValueError, match="'mysql'") as refusal:
        postgres("mysql://ana:hunter2@localhost/rooms")

    assert "hunter2" not in str(refusal.value)
