"""Beginning a turn in one statement, whether or not somebody began it before."""

from django.db import connection

from channels_app.ai.records import AgentRun as Run
from channels_app.ai.records import RunStatus
from channels_app.models import AgentRun

# What whoever takes a run up brings along; what the run has used and spent so far it keeps.
BROUGHT = ("segment", "delivery_id")
BEGUN_ANEW = {"status": RunStatus.RUNNING.value, "end_reason": "", "error": "", "ended_at": None}


def insert_or_take_up(run: Run) -> AgentRun:
    """Insert a run, or raise the `attempt` of the one of the same event and channel.

    Two processes that do so at the same time have two different attempts.
    """
    quote = connection.ops.quote_name
    table = quote(AgentRun._meta.db_table)
    values = _column_values(AgentRun.from_domain(run))
    named = ", ".join(quote(name) for name in values)
    marks = ", ".join(["%s"] * len(values))
    brought = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in BROUGHT)
    anew = ", ".join(f"{quote(name)} = %s" for name in BEGUN_ANEW)
    statement = (
        f"INSERT INTO {table} ({named}) VALUES ({marks}) "  # noqa: S608 - names of our columns
        f"ON CONFLICT (event_id, channel_id) DO UPDATE SET {brought}, {anew}, "
        f"attempt = {table}.attempt + 1 RETURNING *"
    )
    [row] = AgentRun.objects.raw(statement, [*values.values(), *BEGUN_ANEW.values()])
    return row


def _column_values(row: AgentRun) -> dict[str, object]:
    """Return what the database is given for each column."""
    return {
        str(field.column): field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in AgentRun._meta.concrete_fields
    }
