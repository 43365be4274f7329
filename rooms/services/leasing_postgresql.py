"""Taking jobs on PostgreSQL, with one statement."""

from collections.abc import Collection
from functools import cache

from rooms import models
from rooms.domain.enums import LaneScope

# All parts of the statement see the rows as they were when it began, so what has changed since is
# told by the locks: a row that another transaction is changing is skipped, and one that another has
# changed is asked again whether it may be taken. Whatever stands behind a row that could have been
# taken and was not locked is left out. What the taker holds itself is not locked, for it may be
# writing an outcome at this moment.
#
# A question to an agent that was opened again is not taken while another process has a later one of
# the room, or is taking it at this moment: so the later ones are locked as well, and one that could
# not be locked counts as another's.
#
# "IS NOT TRUE" because a job that nobody ever held has no lease_until.
LEASE = """
WITH locked AS MATERIALIZED (
    SELECT job.id, job.room_id, job.channel_id, job.event_index, job.kind,
           (SELECT head.due_at
              FROM roomkit_rooms_delivery AS head
             WHERE head.state IN ('pending', 'sending', 'waiting') AND {head_of_job}
             ORDER BY head.event_index, head.id
             LIMIT 1) AS lane_due_at
      FROM roomkit_rooms_delivery AS job
     WHERE job.state IN ('pending', 'sending', 'waiting')
       AND (job.lease_until IS NULL OR job.lease_until <= statement_timestamp())
       AND job.due_at <= statement_timestamp()
       AND {asked}
       AND NOT EXISTS (
           SELECT 1
             FROM roomkit_rooms_delivery AS ahead
            WHERE ahead.state IN ('pending', 'sending', 'waiting') AND {ahead_of_job}
              AND (ahead.due_at > statement_timestamp()
                   OR ahead.lease_until > statement_timestamp() AND ahead.lease_owner <> %s)
       )
       AND NOT EXISTS (
           SELECT 1
             FROM roomkit_rooms_delivery AS later
            WHERE {later_than_job}
              AND later.lease_until > statement_timestamp() AND later.lease_owner <> %s
       )
     ORDER BY lane_due_at, {lane}, job.event_index, job.id
     LIMIT %s
       FOR NO KEY UPDATE OF job SKIP LOCKED
), later AS MATERIALIZED (
    SELECT later.id
      FROM locked
      JOIN roomkit_rooms_delivery AS later
        ON {later_than_locked} AND later.id NOT IN (SELECT id FROM locked)
     WHERE (later.lease_until > statement_timestamp()) IS NOT TRUE
       FOR NO KEY UPDATE OF later SKIP LOCKED
), leased AS (
    UPDATE roomkit_rooms_delivery AS job
       SET lease_owner = %s,
           lease_until = statement_timestamp() + %s * interval '1 second'
      FROM locked
     WHERE job.id = locked.id
       AND NOT EXISTS (
           SELECT 1
             FROM roomkit_rooms_delivery AS ahead
            WHERE ahead.state IN ('pending', 'sending', 'waiting') AND {ahead_of_locked}
              AND ahead.id NOT IN (SELECT id FROM locked)
              AND (ahead.due_at <= statement_timestamp()
                   AND ahead.lease_until > statement_timestamp()
                   AND ahead.lease_owner = %s) IS NOT TRUE
       )
       AND NOT EXISTS (
           SELECT 1
             FROM roomkit_rooms_delivery AS later
            WHERE {later_than_locked}
              AND later.id NOT IN (SELECT id FROM locked UNION ALL SELECT id FROM later)
              AND (later.lease_until > statement_timestamp()
                   AND later.lease_owner = %s) IS NOT TRUE
       )
    RETURNING job.*, locked.lane_due_at
)
SELECT * FROM leased AS job ORDER BY lane_due_at, {lane}, event_index, id
"""

LANE = {LaneScope.BINDING: "job.room_id, job.channel_id", LaneScope.ROOM: "job.room_id"}
SAME_LANE = {
    LaneScope.BINDING: "{one}.room_id = {other}.room_id AND {one}.channel_id = {other}.channel_id",
    LaneScope.ROOM: "{one}.room_id = {other}.room_id",
}
LATER_QUESTION = (
    "{other}.kind = 'react' AND later.kind = 'react'"
    " AND later.state IN ('pending', 'sending', 'waiting')"
    " AND later.room_id = {other}.room_id AND later.channel_id = {other}.channel_id"
    " AND later.event_index > {other}.event_index"
)
EARLIER = {
    LaneScope.BINDING: " AND (ahead.event_index, ahead.id) < ({other}.event_index, {other}.id)",
    LaneScope.ROOM: " AND ahead.event_index < {other}.event_index",
}


def lease_deliveries(
    *,
    owner: str,
    seconds: float,
    limit: int,
    scope: LaneScope,
    lanes: Collection[tuple[str, str]] | None,
) -> list[models.Delivery]:
    """Take due jobs that nobody holds and whose lanes are free, in lane order."""
    named = None if lanes is None else _name(lanes, scope)
    statement = build_statement(scope, None if named is None else len(named))
    places = [name for place in named or () for name in place]
    parameters = [*places, owner, owner, limit, owner, seconds, owner, owner]
    return list(models.Delivery.objects.raw(statement, parameters))


@cache
def build_statement(scope: LaneScope, lanes: int | None) -> str:
    """Build the statement that asks for so many lanes, or with None for all."""
    ahead = SAME_LANE[scope] + EARLIER[scope]
    return LEASE.format(
        lane=LANE[scope],
        asked="true" if lanes is None else _asked(scope, lanes),
        head_of_job=SAME_LANE[scope].format(one="head", other="job"),
        ahead_of_job=ahead.format(one="ahead", other="job"),
        ahead_of_locked=ahead.format(one="ahead", other="locked"),
        later_than_job=LATER_QUESTION.format(other="job"),
        later_than_locked=LATER_QUESTION.format(other="locked"),
    )


def _name(lanes: Collection[tuple[str, str]], scope: LaneScope) -> list[tuple[str, ...]]:
    """Return what tells the lanes from others, each once."""
    return list(dict.fromkeys(lane[:1] if scope is LaneScope.ROOM else lane for lane in lanes))


def _asked(scope: LaneScope, lanes: int) -> str:
    if not lanes:
        return "false"
    place = "(%s)" if scope is LaneScope.ROOM else "(%s, %s)"
    return f"({LANE[scope]}) IN ({', '.join([place] * lanes)})"
